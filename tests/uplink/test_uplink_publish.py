"""What goes up, over which topic and in which order, with a real broker and a real journal."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate_agent.testing import eventually
from line import Line
from uplink.conftest import Mosquitto
from uplink.ear import TOPICS, Ear
from uplink.records import hold, passage, passages
from uplink.uplink_door import WITHIN_S, Door


def test_both_lanes_carry_one_sequence_as_the_exact_bytes_of_the_journal(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.reaches("connected")
                for number in range(1, 40, 4):
                    await door.append(*passages(3, number), hold(number + 3))
                await door.receipted()

                stored = {e.sequence: e for e in door.reader.after(0, 100)}
                assert sorted(ear.sequences()) == list(range(1, 41))
                for one in ear.events():
                    event = stored[one.event.number]
                    assert one.payload == event.body
                    assert one.topic == TOPICS.event(event.severity)
                    assert not one.historical

    asyncio.run(scenario())


def test_a_hold_overtakes_the_backlog_and_the_backlog_says_that_it_waited(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                await door.append(*passages(600))
                (urgent,) = await door.append(hold(601))
                door.connect()
                await eventually(ear.events, WITHIN_S, "the first event")
                (live,) = await door.append(passage(602))
                await door.receipted()

                assert ear.sequences()[0] == urgent.sequence
                order = [n for n in ear.sequences() if n not in (601, 602)]
                assert order == list(range(1, 601))
                assert {o.event.number for o in ear.events() if not o.historical} == {602}
                assert ear.sequences().index(live.sequence) < 600

    asyncio.run(scenario())


def test_no_more_is_under_way_than_the_broker_takes_at_once(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.kill()
    mosquitto.start("max_inflight_messages 8\n")

    async def scenario() -> None:
        with Ear(mosquitto.port) as ear, Line(mosquitto.port) as line:
            async with Door(tmp_path, line.port) as door:
                door.connect()
                await door.reaches("connected")
                await eventually(ear.states, WITHIN_S, "the birth")
                await door.append(*passages(40))
                await eventually(lambda: len(ear.events()) == 40, WITHIN_S, "all of them")

                line.fault = "down_dead"  # no acknowledgement comes back
                await door.append(*passages(40, 41), hold(81))
                await eventually(lambda: 81 in ear.sequences(), WITHIN_S, "the hold")
                assert 40 < len(ear.events()) <= 48
                assert all(status.state == "connected" for status in door.told)

    asyncio.run(scenario())


def test_a_line_that_acknowledges_nothing_is_given_up_and_all_arrives(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear, Line(mosquitto.port) as line:
            async with Door(tmp_path, line.port) as door:
                door.connect()
                await door.reaches("connected")
                line.fault = "black_hole"
                await door.append(*passages(30), hold(31))
                await eventually(
                    lambda: any("nothing was acknowledged" in s.cause for s in door.told),
                    WITHIN_S,
                    "the line to be given up",
                )
                line.fault = ""
                await door.receipted()

                assert sorted(set(ear.sequences())) == list(range(1, 32))

    asyncio.run(scenario())


def test_a_policy_that_is_retained_is_heard_at_the_connect(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            ear.tell(TOPICS.policy, b'{"version":7}')
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await eventually(lambda: door.policies, WITHIN_S, "the policy")
                ear.tell(TOPICS.policy, b"")  # retained no more: no policy
                ear.tell(TOPICS.policy, b'{"version":8}')
                await eventually(lambda: len(door.policies) == 2, WITHIN_S, "the next")

                assert door.policies == [b'{"version":7}', b'{"version":8}']

    asyncio.run(scenario())


def test_who_was_seen_elsewhere_is_heard(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()

                def told() -> bool:
                    ear.tell(TOPICS.seen, b"{}", retain=False)
                    return bool(door.seen)

                await eventually(told, WITHIN_S, "who was seen")

                assert door.seen[0] == b"{}"

    asyncio.run(scenario())
