"""Whoever runs the broker rules nothing: a real mosquitto carries forgeries, and no door obeys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes

from children import wait_until
from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import Topics
from gate_agent.contract.signed import CENTRE, PROPERTY
from gate_agent.host.clock import SystemClock
from gate_agent.host.mqtt_properties import content_type, payload_properties, signature_of
from gate_agent.testing import FakeClock, eventually
from gate_collector.ingest.broker import Broker
from signatures import SITE, SigningSite
from uplink.conftest import Mosquitto
from uplink.ear import TOPICS, Ear
from uplink.records import passages
from uplink.uplink_door import GATE, WITHIN_S, Door

OTHER = "central-2f"
HOTTEST = b'{"version":3,"measurement":{"alarm_centi_c":12500}}'
GOOD = b'{"version":2,"hall_mode":"emergency"}'


def _forge(ear: Ear, topic: str, payload: bytes, signature: str | None = None) -> None:
    properties = payload_properties(PacketTypes.PUBLISH, content_type(topic), signature=signature)
    sent = ear.client.publish(topic, payload, qos=1, retain=True, properties=properties)
    sent.wait_for_publish(WITHIN_S)


def test_neither_policy_nor_receipt_nor_state_of_the_brokers_own(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    site = SigningSite(tmp_path / "site", GATE, OTHER, CENTRE)
    site.clock = clock = FakeClock()
    centre, other = site.of(CENTRE), site.of(OTHER)
    elsewhere, told = Topics(site=SITE, gate=OTHER).state, Topics(site=SITE, gate=OTHER).door

    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            _forge(ear, TOPICS.policy, GOOD, centre.sign(TOPICS.policy, GOOD))  # retained, first
            async with Door(tmp_path, mosquitto.port, signatures=site.of(GATE)) as door:
                door.connect()
                await eventually(lambda: door.policies, WITHIN_S, "the centre's policy")
                await door.append(*passages(3))
                await eventually(lambda: len(ear.events()) == 3, WITHIN_S, "the events")
                head = door.journal.head
                receipt = ear.receipt(door.journal.epoch, upto=3, link=head.link.hex()).encode()

                for signature in (None, other.sign(TOPICS.policy, HOTTEST), "x.y.z"):
                    _forge(ear, TOPICS.policy, HOTTEST, signature)
                _forge(ear, TOPICS.receipt, receipt, centre.sign(TOPICS.policy, receipt))
                _forge(ear, TOPICS.seen, b"{}", other.sign(TOPICS.seen, b"{}"))
                state = ear.states()[-1].encode()
                _forge(ear, elsewhere, state, other.sign(elsewhere, state))
                _forge(ear, elsewhere, state)
                _forge(ear, elsewhere, state, site.of(GATE).sign(elsewhere, state))
                old = b"a hold", other.sign(told, b"a hold")
                clock.advance(600)
                new = b"none", other.sign(told, b"none")
                _forge(ear, told, *new)
                _forge(ear, told, *old)  # brought again
                _forge(ear, TOPICS.policy, GOOD, centre.sign(TOPICS.policy, GOOD))  # the last
                await eventually(lambda: len(door.policies) == 2, WITHIN_S, "the last message")

                assert door.policies == [GOOD, GOOD]
                assert door.status.pending == 3
                assert door.seen == []
                assert door.doors.count(elsewhere) == 1
                assert door.doors.count(told) == 1
                assert door.status.disbelieved == 8
                assert "an older word" in door.status.cause

                _forge(ear, TOPICS.receipt, receipt, centre.sign(TOPICS.receipt, receipt))
                await door.receipted()

    asyncio.run(scenario())


def test_the_centre_believes_a_door_by_its_signature_also_when_it_is_gone(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    site, clock = SigningSite(tmp_path / "site", GATE, CENTRE), SystemClock()
    heard: list[bytes] = []
    faults: list[str] = []
    section = MqttSection(url=f"mqtt://127.0.0.1:{mosquitto.port}")
    centre = Broker(section, site=SITE, clock=clock, signatures=site.of(CENTRE))
    centre.start(
        lambda told: heard.append(told.payload), on_fault=lambda *told: faults.append(told[1])
    )

    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port, signatures=site.of(GATE)) as door:
                door.connect()
                await door.reaches("connected")
                await eventually(lambda: heard, WITHIN_S, "its birth")
            await eventually(lambda: b'"stopped"' in heard[-1], WITHIN_S, "its goodbye")
            _forge(ear, TOPICS.state, heard[0])
            await eventually(lambda: faults, WITHIN_S, "the forgery to be told")

    try:
        wait_until(lambda: centre.hearing.connected, "a centre that hears")
        asyncio.run(scenario())
        assert b'"stopped"' in heard[-1]
        assert faults == [f"expected {GATE}'s signature, got none"]
    finally:
        centre.close()


@pytest.mark.parametrize("copies", [0, 2])
def test_a_message_with_no_signature_or_two_has_none(copies: int) -> None:
    class Message:
        class properties:  # noqa: N801 as paho names it
            UserProperty = ((PROPERTY, "x"),) * copies

    assert signature_of(Message()) is None  # type: ignore[arg-type]
