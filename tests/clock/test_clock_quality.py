"""How far the clock can be believed: synced, holdover, unsynced or stepped, by what is seen."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate_agent.clock import HOLDS_S, SyncWatch, SystemClock
from gate_agent.moment import NS_PER_S, ClockQuality, Moment, corrected_utc
from gate_agent.testing import FakeClock


def _ns(utc: datetime) -> int:
    return round(utc.timestamp() * NS_PER_S)


class _Board:
    """A board whose clocks are moved by hand."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.watch = SyncWatch()
        self.mark: int | None = None

    def sync(self, step_s: float = 0) -> None:
        self.clock.step(step_s)
        self.mark = _ns(self.clock.utc)

    def look(self) -> ClockQuality:
        return self.watch.look(self.clock.now(), self.mark)


def test_a_board_without_time_service_is_unsynced_whatever_is_stepped() -> None:
    board = _Board()

    assert board.look() is ClockQuality.UNSYNCED
    board.clock.step(86_400)
    assert board.look() is ClockQuality.UNSYNCED


def test_the_first_synchronisation_steps_the_clock_and_it_is_synced_after() -> None:
    board = _Board()
    board.look()

    board.sync(step_s=3 * 365 * 86_400)

    assert board.look() is ClockQuality.SYNCED
    board.clock.advance(60)
    assert board.look() is ClockQuality.SYNCED


def test_three_silent_intervals_of_the_time_service_are_holdover_until_the_next() -> None:
    board = _Board()
    board.look()
    board.sync()
    board.look()

    board.clock.advance(HOLDS_S + 1)

    assert board.look() is ClockQuality.HOLDOVER
    board.sync()
    assert board.look() is ClockQuality.SYNCED


@pytest.mark.parametrize("step_s", [86_400, -86_400, -400 * 86_400, 0.6, -0.6])
def test_a_step_after_the_last_synchronisation_is_stepped_until_the_next(step_s: float) -> None:
    board = _Board()
    board.sync()
    board.look()

    board.clock.step(step_s)

    assert board.look() is ClockQuality.STEPPED
    board.clock.advance(2 * HOLDS_S)
    assert board.look() is ClockQuality.STEPPED
    board.sync(-step_s)
    assert board.look() is ClockQuality.SYNCED


def test_a_slewed_clock_is_not_stepped() -> None:
    board = _Board()
    board.sync()
    for _ in range(100):
        board.clock.advance(60)
        board.clock.step(0.03)  # 500 ppm, the fastest a kernel slews
        assert board.look() is ClockQuality.SYNCED


def test_a_daemon_that_starts_later_believes_the_age_of_the_mark() -> None:
    board = _Board()
    board.sync()
    board.clock.advance(HOLDS_S + 60)
    assert board.look() is ClockQuality.HOLDOVER

    again = _Board()
    again.sync()
    again.clock.advance(60)
    assert again.look() is ClockQuality.SYNCED


def test_a_mark_ahead_of_the_clock_means_that_it_was_set_back() -> None:
    board = _Board()
    board.sync()
    board.clock.step(-86_400)

    assert board.look() is ClockQuality.STEPPED


def test_the_boards_clock_reads_the_mark_of_the_time_service(tmp_path: Path) -> None:
    mark = tmp_path / "synchronized"
    clock = SystemClock(mark)
    assert clock.quality() is ClockQuality.UNSYNCED

    mark.touch()
    assert clock.quality() is ClockQuality.SYNCED

    old = clock.now().utc - timedelta(days=1)
    os.utime(mark, ns=(_ns(old), _ns(old)))
    assert SystemClock(mark).quality() is ClockQuality.HOLDOVER


def test_both_clocks_of_a_moment_are_read_together() -> None:
    clock = SystemClock()

    booted = [clock.now().booted for _ in range(200)]

    assert max(booted) - min(booted) < timedelta(milliseconds=100)
    assert len(clock.boot_id) == 32


def test_a_corrected_time_counts_from_the_boot() -> None:
    event = Moment(utc=datetime(2020, 1, 1, tzinfo=UTC), boot_ns=90 * NS_PER_S + 1_500_000)

    assert corrected_utc("2026-11-24T08:00:00.250Z", event.boot_ns) == "2026-11-24T08:01:30.251Z"
