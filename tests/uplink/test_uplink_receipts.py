"""Receipts are delivery: what they say is kept over a restart, what has none is sent again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gate_agent.testing import eventually
from uplink.conftest import Mosquitto
from uplink.ear import TOPICS, Ear
from uplink.records import hold, passages
from uplink.uplink_door import WITHIN_S, Door


def test_a_restart_goes_on_after_the_receipt(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(20))
                await door.receipted()
                await eventually(
                    lambda: door.journal.receipt and door.journal.receipt.upto == 20,
                    WITHIN_S,
                    "the receipt on the disk",
                )
            ear.heard.clear()
            async with Door(tmp_path, mosquitto.port) as door:
                await door.append(*passages(5, 21))
                door.connect()
                await door.receipted()

                assert ear.sequences() == [21, 22, 23, 24, 25]

    asyncio.run(scenario())


def test_only_what_is_missing_is_sent_again(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.reaches("connected")
                await door.append(*passages(9))
                await eventually(lambda: len(ear.events()) == 9, WITHIN_S, "all of them")
                link = door.reader.event(3)
                assert link is not None
                told = ear.receipt(
                    door.journal.epoch, upto=3, link=link.link.hex(), ranges=[(6, 8)]
                )
                ear.tell(TOPICS.receipt, told.encode())
                await eventually(lambda: door.journal.receipt, WITHIN_S, "the receipt on the disk")
                await door.hang_up()
                ear.heard.clear()
                door.connect()
                await eventually(lambda: len(ear.events()) == 3, WITHIN_S, "the missing ones")

                assert ear.sequences() == [4, 5, 9]

    asyncio.run(scenario())


def test_a_collector_that_is_back_without_events_gets_them_soon(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(5))
                await eventually(lambda: len(ear.events()) == 5, WITHIN_S, "all of them")
                none = ear.receipt(door.journal.epoch, upto=0, link="0" * 64, ranges=())
                heard = len(ear.events())
                loop = asyncio.get_running_loop()
                began = loop.time()
                while len(ear.events()) == heard:
                    ear.tell(TOPICS.receipt, none.encode())
                    assert loop.time() - began < 8, "expected them before the stall is noticed"
                    await asyncio.sleep(0.1)
                await eventually(lambda: len(ear.events()) == 10, WITHIN_S, "all again")

    asyncio.run(scenario())


def test_a_centre_that_was_restored_from_a_backup_gets_the_rest_again(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port, answers=True) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(8))
                await door.receipted()
                ear.heard.clear()
                ear.restored(door.journal.epoch, 2)
                event = door.reader.event(2)
                assert event is not None
                less = {"upto": 2, "link": event.link.hex(), "ranges": ()}
                old = ear.receipt(door.journal.epoch, **less, time="2026-11-24T01:59:00.000Z")
                ear.tell(TOPICS.receipt, old.encode())
                new = ear.receipt(door.journal.epoch, **less, time="2026-11-24T02:01:00.000Z")
                assert ear.events() == []

                ear.tell(TOPICS.receipt, new.encode())
                await eventually(lambda: len(ear.events()) == 6, WITHIN_S, "the lost ones")
                assert ear.sequences() == [3, 4, 5, 6, 7, 8]

                since = len(door.told)  # what the broker kept from before the loss proves nothing
                ear.tell(TOPICS.receipt, ear.receipt(door.journal.epoch).encode())
                last = new.model_copy(update={"time": "2026-11-24T02:02:00.000Z"})
                ear.tell(TOPICS.receipt, last.encode())
                await eventually(lambda: door.journal.receipt == last, WITHIN_S, "the last one")
                assert {status.pending for status in door.told[since:]} == {6}
                whole = ear.receipt(door.journal.epoch, time="2026-11-24T02:03:00.000Z")
                ear.tell(TOPICS.receipt, whole.encode())
                await door.receipted()

    asyncio.run(scenario())


def test_a_receipt_that_was_overtaken_by_a_newer_one_changes_nothing(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(8))
                await eventually(lambda: len(ear.events()) == 8, WITHIN_S, "all of them")
                event = door.reader.event(3)
                assert event is not None
                here = {"upto": 3, "link": event.link.hex()}
                new, old = (
                    ear.receipt(door.journal.epoch, **here, ranges=ranges, time=time)
                    for ranges, time in (
                        (((5, 7),), "2026-11-24T02:00:00.002Z"),
                        (((5, 5),), "2026-11-24T02:00:00.001Z"),
                    )
                )
                for receipt in (new, old):
                    ear.tell(TOPICS.receipt, receipt.encode())
                await eventually(lambda: door.journal.receipt, WITHIN_S, "the receipt on the disk")
                await door.hang_up()
                ear.heard.clear()

                door.connect()
                await eventually(lambda: len(ear.events()) == 2, WITHIN_S, "the missing ones")

                assert ear.sequences() == [4, 8]
                assert door.journal.receipt == new

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("upto", "link"), [(3, "f" * 64), (50, "e" * 64), (0, "1" * 64)], ids=["link", "ahead", "none"]
)
def test_a_receipt_of_another_chain_is_refused_and_nothing_is_lost(
    mosquitto: Mosquitto, tmp_path: Path, upto: int, link: str
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(5), hold(6))
                await eventually(lambda: len(ear.events()) == 6, WITHIN_S, "all of them")
                forged = ear.receipt(door.journal.epoch, upto=upto, link=link, ranges=())
                ear.tell(TOPICS.receipt, forged.encode())
                await door.reaches("refused")

                assert "another" in door.status.cause
                assert (door.status.pending, door.journal.receipt) == (6, None)
                ear.tell(TOPICS.receipt, ear.receipt(door.journal.epoch).encode())
                await door.receipted()
                assert door.status.state == "connected"

    asyncio.run(scenario())


def test_receipts_of_an_older_journal_and_what_is_none_change_nothing(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await door.append(*passages(3))
                await eventually(lambda: len(ear.events()) == 3, WITHIN_S, "all of them")
                other = ear.receipt("f" * 32, upto=3, link="1" * 64)
                for payload in (other.encode(), b"{", b'{"upto":-1}', b"\xff"):
                    ear.tell(TOPICS.receipt, payload)
                ear.tell(TOPICS.receipt, ear.receipt(door.journal.epoch, upto=0).encode())
                ear.tell(TOPICS.receipt, ear.receipt(door.journal.epoch).encode())
                await door.receipted()

                assert {status.receipted for status in door.told} <= {0, 3}

    asyncio.run(scenario())
