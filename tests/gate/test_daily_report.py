"""The daily report (每日零报告): at its time, also when all is zero, and made up if missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from gate.at_work import FEVER, NORMAL, ZONE, AtWork, in_loop
from gate_agent.contract.records import DailyReport
from gate_agent.gate.report import report_day_due
from gate_agent.testing import FakeClock

AT = time(18, 0)
BEFORE, AFTER = datetime(2026, 11, 24, 9, 59, tzinfo=UTC), datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def reports(door: AtWork) -> list[DailyReport]:
    found = [event.record() for event in door.told("report.daily")]
    return [record for record in found if isinstance(record, DailyReport)]


@pytest.mark.parametrize(
    ("now", "last_day", "due"),
    [
        (BEFORE, None, None),
        (AFTER, None, "2026-11-24"),
        (AFTER, "2026-11-23", "2026-11-24"),
        (AFTER, "2026-11-24", None),
        (BEFORE, "2026-11-23", None),
        (BEFORE, "2026-11-22", "2026-11-23"),  # yesterday's was missed: made up now
        (BEFORE, "2026-11-01", "2026-11-23"),  # the newest that is due, and its span reaches back
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), "2026-11-24", None),  # 00:30, the next day
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), "2026-11-23", "2026-11-24"),
        (BEFORE, "2026-12-01", None),  # a clock that was set back owes nothing twice
    ],
)
def test_which_day_is_due(now: datetime, last_day: str | None, due: str | None) -> None:
    last = None if last_day is None else date.fromisoformat(last_day)

    found = report_day_due(now, zone=ZONE, at=AT, last_day=last)

    assert found == (None if due is None else date.fromisoformat(due))


@in_loop
async def test_a_day_without_anybody_is_reported_as_zero_once(tmp_path: Path) -> None:
    clock = FakeClock(BEFORE)
    door = AtWork(tmp_path, clock)
    await door.durable()
    await door.ticker.tick()
    assert reports(door) == []

    clock.advance(60)
    for _ in range(3):
        await door.ticker.tick()
        clock.advance(1)

    (report,) = reports(door)
    assert report.day == "2026-11-24"
    assert (report.admitted, report.holds_opened, report.holds_open) == (0, 0, 0)
    assert report.passages == ()
    assert report.first_sequence == 1
    assert report.last_sequence < door.told("report.daily")[0].number
    await door.end()


@in_loop
async def test_what_happened_is_counted_up_to_the_report(tmp_path: Path) -> None:
    clock = FakeClock(BEFORE)
    door = AtWork(tmp_path, clock)
    for card in (1, 2):
        door.lay(card)
        door.measure(NORMAL)
        door.clear()
    door.measure(FEVER)
    door.clear()
    clock.advance(60)
    await door.durable()

    await door.ticker.tick()

    (report,) = reports(door)
    assert report.admitted == 2
    assert (report.holds_opened, report.holds_open, report.holds_closed) == (1, 1, 0)
    assert {(line.decision.value, line.count) for line in report.passages} == {
        ("admit", 2),
        ("hold", 1),
    }
    await door.end()


@in_loop
async def test_a_report_that_was_missed_is_made_up_and_the_spans_leave_no_hole(
    tmp_path: Path,
) -> None:
    clock = FakeClock(AFTER)
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()
    door.lay(1)
    door.measure(NORMAL)
    await door.end()
    clock.advance(2 * 86_400 + 3600)  # off over the next day's report, and the one after

    door = AtWork(tmp_path, clock)
    await door.ticker.tick()

    first, second = reports(door)
    assert (first.day, second.day) == ("2026-11-24", "2026-11-26")
    assert second.since == first.until
    assert second.first_sequence == first.last_sequence + 1
    assert second.admitted == 1
    await door.end()


@in_loop
async def test_a_report_waits_for_a_disk_in_trouble_and_is_written_once(tmp_path: Path) -> None:
    clock = FakeClock(AFTER)
    door = AtWork(tmp_path, clock)
    await door.durable()

    with door.disk_in_trouble():
        ticking = door.loop.create_task(door.ticker.tick())
        await door.sees(lambda seen: not seen.journal.writable)
        assert not ticking.done()
    await ticking
    await door.ticker.tick()

    assert len(reports(door)) == 1
    await door.end()


@in_loop
async def test_a_wall_clock_that_is_set_is_an_event_and_moves_no_deadline(tmp_path: Path) -> None:
    clock = FakeClock(BEFORE)
    door = AtWork(tmp_path, clock)
    door.measure(FEVER)
    left = door.seen.holds[0].due_s

    clock.step(-86_400)
    await door.ticker.tick()
    await door.ticker.tick()

    assert door.seen.holds[0].due_s == left
    await door.durable()
    assert [event.data["step_ms"] for event in door.told("clock.stepped")] == [-86_400_000]
    await door.end()
