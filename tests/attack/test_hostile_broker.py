"""Whatever a broker says: one message stops nothing but itself, at the centre and at a door."""

from __future__ import annotations

import asyncio
from pathlib import Path

from attack.hostile_broker import HostileBroker, publish
from children import wait_until
from collector.hall_of_doors import SITE
from gate_agent.config.model import MqttSection
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import Parts, tell_what_is_raised
from gate_agent.testing.time import eventually
from gate_agent.uplink.mqtt import MqttLink, Will
from gate_collector.ingest.arrival import ArrivedMessage, Unusable, read
from gate_collector.ingest.broker import Broker
from signatures import unsigned

_TOPIC = f"gate/v1/{SITE}/west-1f/state"
_SAID = [publish(b"gate/v1/\xff\xfe/state", b"{}"), publish(b"", b"{}"),
         publish(_TOPIC.encode(), b"bang"), publish(_TOPIC.encode(), b"good")]  # fmt: skip


def _section(broker: HostileBroker) -> MqttSection:
    return MqttSection(url=f"mqtt://127.0.0.1:{broker.port}")


def test_the_centre_hears_what_comes_after_a_topic_that_is_no_text(tmp_path: Path) -> None:
    clock, came = SystemClock(), list[ArrivedMessage]()
    parts = Parts(clock)

    def hear(message: ArrivedMessage) -> None:
        if message.payload == b"bang":
            raise ZeroDivisionError
        came.append(message)

    with HostileBroker(_SAID) as hostile:
        believed = unsigned("centre", tmp_path)
        broker = Broker(_section(hostile), site=SITE, clock=clock, signatures=believed, parts=parts)
        broker.start(hear)
        try:
            wait_until(lambda: any(one.payload == b"good" for one in came), "the good message")
        finally:
            broker.close()

        assert hostile.connections == 1
    assert isinstance(read(came[0], SITE), Unusable)  # set aside, counted and told
    assert parts.told == "broker: ZeroDivisionError"


def test_a_door_hears_what_comes_after_a_topic_that_is_no_text(tmp_path: Path) -> None:
    parts, came = Parts(SystemClock()), list[bytes]()

    def hear(_: str, payload: bytes) -> None:
        if payload == b"bang":
            raise ZeroDivisionError
        came.append(payload)

    async def run(port: int) -> None:
        tell_what_is_raised(asyncio.get_running_loop(), parts)
        link = MqttLink(
            MqttSection(url=f"mqtt://127.0.0.1:{port}"),
            client_id="gate-west-1f",
            will=Will(topic=_TOPIC, payload=b"{}"),
            clock=SystemClock(),
            signatures=unsigned("west-1f", tmp_path),
            on_message=hear,
            on_acknowledged=lambda _: None,
        )
        await link.open()
        link.subscribe(_TOPIC, live=f"gate/v1/{SITE}/+/state", own=f"gate/v1/{SITE}/own/state")
        await eventually(lambda: b"good" in came)
        await link.close()

    with HostileBroker(_SAID) as hostile:
        asyncio.run(run(hostile.port))
    assert parts.told == "loop: ZeroDivisionError"
