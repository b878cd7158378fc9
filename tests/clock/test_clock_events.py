"""Steps and the first synchronisation become events; the day's report waits while in doubt."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gate.at_work import AtWork, in_loop
from gate_agent.contract.moment import ClockQuality
from gate_agent.gate.report import report_day_due
from gate_agent.host.clock import HOLDS_S
from gate_agent.testing import FakeClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def _steps(door: AtWork) -> list[object]:
    return [event.data["step_ms"] for event in door.told("clock.stepped")]


@in_loop
async def test_a_step_is_recorded_once_with_its_length(tmp_path: Path) -> None:
    clock = FakeClock(MORNING)
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()

    for step_s in (86_400, -400 * 86_400, 0.3):
        clock.step(step_s)
        clock.advance(1)
        await door.ticker.tick()
        await door.ticker.tick()
    await door.durable()

    assert _steps(door) == [86_400_000, -400 * 86_400_000]
    await door.end()


@in_loop
async def test_a_step_while_the_daemon_was_off_is_recorded_at_its_start(tmp_path: Path) -> None:
    clock = FakeClock(MORNING)
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()
    await door.durable()
    await door.end()

    clock.step(-3600)
    clock.advance(10)
    again = AtWork(tmp_path, clock)
    await again.ticker.tick()
    await again.durable()

    assert _steps(again) == [-3_600_000]
    await again.end()


@in_loop
async def test_the_first_synchronisation_of_a_boot_corrects_what_came_before(
    tmp_path: Path,
) -> None:
    clock = FakeClock(datetime(2020, 1, 1, tzinfo=UTC))
    clock.set_quality = ClockQuality.UNSYNCED
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()
    await door.durable()
    early = door.reader.event(1)
    assert early is not None
    assert door.reader.corrected_time(early) == early.time == "2020-01-01T00:00:00.000Z"

    clock.advance(60)
    clock.step((MORNING - clock.utc).total_seconds())
    clock.set_quality = ClockQuality.SYNCED
    for _ in range(3):
        await door.ticker.tick()
    await door.durable()

    assert len(door.told("clock.synced")) == 1
    assert door.reader.corrected_time(early) == "2026-11-24T01:59:00.000Z"
    await door.end()
    again = AtWork(tmp_path, clock)
    await again.ticker.tick()
    await again.durable()
    assert len(again.told("clock.synced")) == 1, "a restart in the same boot knows it already"
    await again.end()


@in_loop
async def test_a_date_in_doubt_reports_no_day(tmp_path: Path) -> None:
    clock = FakeClock(EVENING)
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()
    await door.durable()
    days = [event.data["day"] for event in door.told("report.daily")]
    assert days == ["2026-11-24"]

    clock.set_quality = ClockQuality.STEPPED
    clock.step(86_400)
    await door.ticker.tick()
    clock.step(-86_400)
    await door.ticker.tick()
    clock.set_quality = ClockQuality.SYNCED
    await door.ticker.tick()
    await door.durable()

    assert [event.data["day"] for event in door.told("report.daily")] == days
    await door.end()


@in_loop
async def test_a_clock_that_was_set_by_hand_is_believed_after_a_while(tmp_path: Path) -> None:
    clock = FakeClock(MORNING)
    clock.set_quality = ClockQuality.UNSYNCED
    door = AtWork(tmp_path, clock)
    await door.ticker.tick()

    clock.step(9 * 3600)
    await door.ticker.tick()
    await door.durable()
    assert door.told("report.daily") == []
    clock.advance(2 * HOLDS_S)
    await door.ticker.tick()
    await door.durable()

    assert len(door.told("report.daily")) == 1
    await door.end()


@pytest.mark.parametrize(
    ("last_day", "synced", "due"),
    [
        (date(2026, 11, 24), True, None),
        (date(2027, 12, 1), True, date(2026, 11, 24)),
        (date(2027, 12, 1), False, None),
        (date(2026, 11, 23), False, date(2026, 11, 24)),
    ],
)
def test_a_report_of_a_future_day_holds_up_no_day_of_a_synchronised_clock(
    last_day: date,
    synced: bool,  # noqa: FBT001 a row of the table
    due: date | None,
) -> None:
    found = report_day_due(EVENING, zone=SHANGHAI, at=time(18, 0), last_day=last_day, synced=synced)

    assert found == due
