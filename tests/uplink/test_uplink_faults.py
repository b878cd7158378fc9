"""A broker that is missing, killed, deaf or refusing: told with its cause, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate_agent.testing import eventually
from line import Line
from uplink.conftest import Mosquitto
from uplink.ear import Ear
from uplink.records import hold, passages
from uplink.uplink_door import WITHIN_S, Door

EVERYTHING = "topic readwrite #"


def test_without_a_broker_the_cause_names_where_and_events_wait(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.kill()

    async def scenario() -> None:
        async with Door(tmp_path, mosquitto.port) as door:
            door.connect()
            await door.append(*passages(3))
            await eventually(lambda: door.status.cause, WITHIN_S, "the cause")

            assert door.status.state == "connecting"
            assert f"a broker at 127.0.0.1:{mosquitto.port}" in door.status.cause
            assert door.status.pending == 3
            mosquitto.start()
            with Ear(mosquitto.port, answers=True):
                await door.receipted()
                assert door.told[-1].state == "connected"

    asyncio.run(scenario())


def test_a_broker_that_is_killed_loses_nothing_of_ours(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.reaches("connected")
                for kill in range(3):
                    await door.append(*passages(20, kill * 21 + 1), hold(kill * 21 + 21))
                    mosquitto.kill()
                    await door.reaches("connecting")
                    mosquitto.start()
                    await door.reaches("connected")
                await door.receipted()

                assert set(ear.sequences()) == set(range(1, 64))

    asyncio.run(scenario())


def test_a_line_that_breaks_again_and_again_is_found_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear, Line(mosquitto.port) as line:
            async with Door(tmp_path, line.port) as door:
                door.connect()
                for cut in range(4):
                    await door.reaches("connected")
                    await door.append(*passages(15, cut * 15 + 1))
                    line.fault = "refuse" if cut % 2 else ""
                    line.reset()
                    await door.reaches("connecting")
                    line.fault = ""
                await door.receipted()

                assert set(ear.sequences()) == set(range(1, 61))

    asyncio.run(scenario())


def test_publishing_that_is_denied_is_told_and_recovers(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.kill()
    mosquitto.allow(EVERYTHING)
    mosquitto.start(mosquitto.acl)

    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(5))
                await door.receipted()
                mosquitto.allow("topic read #", "topic write gate/v1/hall-01/west-1f/state")
                refused = 5
                while door.status.state != "refused":  # the broker reads its rules in its own time
                    refused += 1
                    await door.append(*passages(1, refused))
                    await asyncio.sleep(0.05)

                assert "0x87 Not authorized" in door.status.cause
                assert "gate/v1/hall-01/west-1f/event" in door.status.cause
                await door.append(*passages(40, refused + 1), hold(refused + 41))
                assert door.status.pending >= 41
                mosquitto.allow(EVERYTHING)
                await door.receipted()
                assert door.told[-1].state == "connected"
                assert set(ear.sequences()) == set(range(1, refused + 42))

    asyncio.run(scenario())


def test_without_a_collector_events_are_unheard_and_are_sent_once_it_is_there(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with Door(tmp_path, mosquitto.port) as door:
            door.connect()
            await door.append(*passages(50))
            await door.reaches("unheard")

            assert "0x10" in door.status.cause
            assert door.status.pending == 50
            with Ear(mosquitto.port, answers=True) as ear:
                await door.receipted()
                assert set(ear.sequences()) == set(range(1, 51))
                assert door.status.state == "connected"

    asyncio.run(scenario())


def test_a_broker_that_refuses_the_connection_is_told_with_its_reason(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.kill()
    passwords = tmp_path / "passwords"
    passwords.touch()
    passwords.chmod(0o600)
    mosquitto.start(f"password_file {passwords}\nallow_anonymous false\n")

    async def scenario() -> None:
        async with Door(tmp_path, mosquitto.port) as door:
            door.connect()
            await door.append(*passages(3))
            await door.reaches("refused")

            assert "0x87 Not authorized" in door.status.cause
            assert door.status.pending == 3
            mosquitto.kill()
            mosquitto.start()
            with Ear(mosquitto.port, answers=True):
                await door.receipted()

    asyncio.run(scenario())
