"""What is more than the broker takes is never sent: it is told, and all else goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate_agent.contract.messages import Topics
from gate_agent.contract.policy_parts import MOST_PACKET
from gate_agent.testing import eventually
from uplink.conftest import Mosquitto
from uplink.ear import Ear
from uplink.records import hold, passage
from uplink.uplink_door import GATE, SITE, WITHIN_S, Door

_PACKET = 6000


def test_a_door_sends_no_message_that_ends_its_connection(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    long = hold(2).model_copy(update={"reason": "x" * _PACKET})
    mosquitto.kill()
    mosquitto.start(f"max_packet_size {_PACKET}\n")

    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.reaches("connected")
                door.uplink.tell_doors(b"x" * _PACKET)
                await door.append(passage(1), long, passage(3))
                door.devices["thermometer" * _PACKET] = door.devices["thermometer"]
                door.uplink.notify_state()

                await eventually(lambda: ear.sequences() == [1, 3], WITHIN_S, "what is taken")
                await eventually(lambda: door.uplink.status.receipted == 1, WITHIN_S, "a receipt")
                assert door.status.pending == 2
                assert door.status.cause.startswith("expected at most 1904 bytes, which the broker")
                assert {one.state for one in door.told} == {"connected"}
                assert len(ear.states()) == 1

    asyncio.run(scenario())


def test_what_is_too_large_for_a_door_never_comes_to_it(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    topics = Topics(site=SITE, gate=GATE)

    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                ear.tell(topics.policy, b"x" * MOST_PACKET)
                door.connect()
                await door.reaches("connected")
                ear.tell(topics.policy_urgent, b"small")
                await eventually(lambda: door.policies, WITHIN_S, "what is urgent")
                ear.tell(topics.policy, b"y" * MOST_PACKET)
                ear.tell(topics.policy, b"as before")
                await eventually(lambda: len(door.policies) == 2, WITHIN_S, "the last")

                assert door.policies == [b"small", b"as before"]
                assert {one.state for one in door.told} == {"connected"}

    asyncio.run(scenario())
