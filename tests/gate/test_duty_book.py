"""The duty book over a real journal: what the guard ticks off is kept, counted, and reported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate.at_work import ZONE, AtWork
from gate_agent.config.model import KeysSection
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import DutyDone, Round, ShiftNoted, Stock
from gate_agent.domain.duties import SupplyTold
from gate_agent.gate.duties import DutyBook
from gate_agent.gate.errors import Invalid
from gate_agent.gate.report import report_of
from gate_agent.store.keys import resolve_keys
from gate_agent.store.verify import rebuild
from gate_agent.testing import FakeClock

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


class Door:
    """A door at work in the morning, and its duty book."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(MORNING)
        self.at_work = AtWork(folder, self.clock)
        self.journal, self.reader = self.at_work.journal, self.at_work.reader
        self.gate = self.at_work.gate
        self.book = DutyBook(self.gate, reader=self.reader, zone=ZONE)

    async def does(self, area: str, kind: Round) -> None:
        at = format_utc(self.clock.utc)
        await self.book.request(DutyDone(area=area, kind=kind, by="guard-1", at=at))

    async def tells(self, item: str, *, counted: int | None, change: int | None) -> None:
        at = self.gate.now()
        told = SupplyTold(at=at, item=item, counted=counted, change=change, by="guard-1")
        await self.book.request(told)

    async def writes(self, text: str, *, by: str) -> None:
        await self.book.request(ShiftNoted(text=text, by=by, at=format_utc(self.clock.utc)))


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Door]:
    one = Door(folder)
    try:
        yield one
    finally:
        await one.at_work.end()


def test_a_round_is_counted_where_it_was_done_and_due_by_the_clock(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            await one.does("出入口门", Round.DISINFECTED)
            one.clock.advance(3600)  # 10:00, the first round is due

            view = one.book.view()

            assert view is not None
            found = {(r.area, r.kind): (r.done, r.due, r.needed) for r in view.rounds}
            assert found["出入口门", Round.DISINFECTED] == (1, 1, 3)
            assert found["自助终端", Round.DISINFECTED] == (0, 1, 3)
            assert found["办事大厅", Round.AIRED] == (0, 1, 3)

    asyncio.run(go())


def test_an_area_or_a_round_that_the_policy_does_not_know_is_refused(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            with pytest.raises(Invalid, match="出入口门"):
                await one.does("车库", Round.DISINFECTED)
            with pytest.raises(Invalid):
                await one.does("出入口门", Round.AIRED)
            assert one.at_work.told("duty.disinfected") == []

    asyncio.run(go())


def test_stock_is_counted_used_and_received_and_never_below_nothing(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            with pytest.raises(Invalid, match="first count"):
                await one.tells("医用口罩", counted=None, change=-1)
            await one.tells("医用口罩", counted=120, change=None)
            taken = [one.tells("医用口罩", counted=None, change=-10) for _ in range(3)]
            await asyncio.gather(*taken)  # tapped at once: each is read, changed and durable alone
            with pytest.raises(Invalid, match="at most the 90"):
                await one.tells("医用口罩", counted=None, change=-91)
            with pytest.raises(Invalid, match="either"):
                await one.tells("医用口罩", counted=1, change=1)

            view = one.book.view()

            assert view is not None
            masks = next(supply for supply in view.supplies if supply.item == "医用口罩")
            assert (masks.stock, masks.used, masks.low, masks.unit) == (90, 30, True, "只")

    asyncio.run(go())


def test_the_next_day_begins_with_nothing_done_and_the_stock_that_was_left(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            await one.does("出入口门", Round.DISINFECTED)
            await one.does("出入口门", Round.MASKS_SEALED)
            await one.tells("体温计", counted=5, change=None)
            await one.tells("体温计", counted=None, change=-1)
            one.clock.advance(24 * 3600)

            view = one.book.view()

            assert view is not None
            assert {round_.done for round_ in view.rounds} == {0}
            assert view.masks_sealed == 0
            left = next(supply for supply in view.supplies if supply.item == "体温计")
            assert (left.stock, left.used) == (4, 0)

    asyncio.run(go())


def test_the_daily_report_tells_rounds_and_supplies_also_when_none_was_done(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            await one.does("办事大厅", Round.AIRED)
            await one.tells("医用口罩", counted=500, change=None)
            now = one.clock.advance(10 * 3600)

            report = report_of(
                one.reader,
                now.utc.astimezone(ZONE).date(),
                now,
                last=None,
                boot_id=one.clock.boot_id,
                policy=one.gate.policy,
            )

            rounds = {(r.area, r.kind): (r.done, r.needed) for r in report.rounds}
            assert rounds["办事大厅", Round.AIRED] == (1, 3)
            assert rounds["出入口门", Round.DISINFECTED] == (0, 3)
            assert report.supplies[0] == Stock(item="医用口罩", stock=500, used=0, low=False)
            assert report.supplies[1].stock is None

    asyncio.run(go())


def test_the_views_of_duties_equal_a_replay(tmp_path: Path) -> None:
    async def go() -> tuple[Path, bytes]:
        async with door(tmp_path) as one:
            for _ in range(3):
                await one.does("卫生间", Round.AIRED)
                await one.tells("体温计", counted=9, change=None)
                await one.tells("体温计", counted=None, change=-2)
                one.clock.advance(20 * 3600)
            return one.at_work.path, resolve_keys(KeysSection(), one.at_work.path.parent).store

    path, key = asyncio.run(go())

    assert rebuild(path, key, lambda _done, _all: None).differences == ()


def test_the_next_shift_reads_the_newest_note_also_after_a_restart(tmp_path: Path) -> None:
    async def go() -> None:
        async with door(tmp_path) as one:
            await one.writes("口罩不多了", by="guard-1")
            await one.writes("消毒液已领", by="guard-2")
        async with door(tmp_path) as again:
            view = again.book.view()

            assert view is not None
            assert view.note is not None
            assert (view.note.text, view.note.by) == ("消毒液已领", "guard-2")

    asyncio.run(go())
