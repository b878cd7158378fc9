"""How far the clock can be believed: synced, holdover, unsynced or stepped, by what is seen."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from children import wait_until
from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment, corrected_utc
from gate_agent.host.clock import HOLDS_S, SyncWatch, SystemClock
from gate_agent.host.kernel_clock import ask_kernel
from gate_agent.testing import FakeClock, FakeKernel


def _ns(utc: datetime) -> int:
    return round(utc.timestamp() * NS_PER_S)


class _Board:
    """A board whose clocks are moved by hand."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.watch = SyncWatch()
        self.mark: int | None = None
        self.kernel: FakeKernel | None = None

    def sync(self, step_s: float = 0) -> None:
        self.clock.step(step_s)
        self.mark = _ns(self.clock.utc)

    def look(self) -> ClockQuality:
        told = None if self.kernel is None else self.kernel()
        return self.watch.look(self.clock.now(), self.mark, told)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        if self.kernel is not None:
            self.kernel.advance(seconds)


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
    clock = SystemClock(mark, lambda: None)
    assert clock.quality() is ClockQuality.UNSYNCED

    mark.touch()
    wait_until(lambda: clock.quality() is ClockQuality.SYNCED, "the mark to be seen")

    old = clock.now().utc - timedelta(days=1)
    os.utime(mark, ns=(_ns(old), _ns(old)))
    assert SystemClock(mark, lambda: None).quality() is ClockQuality.HOLDOVER


def _with_chrony() -> tuple[_Board, FakeKernel]:
    """Return a board whose time service leaves no mark, and tells the kernel."""
    board = _Board()
    board.kernel = FakeKernel()
    return board, board.kernel


def test_a_clock_that_chrony_keeps_is_synced_and_without_answers_in_holdover() -> None:
    board, kernel = _with_chrony()
    assert board.look() is ClockQuality.UNSYNCED

    kernel.sync()
    assert board.look() is ClockQuality.SYNCED
    board.advance(HOLDS_S - 60)
    assert board.look() is ClockQuality.SYNCED
    board.advance(120)
    assert board.look() is ClockQuality.HOLDOVER

    kernel.sync()
    assert board.look() is ClockQuality.SYNCED


def test_a_clock_that_the_kernel_gives_up_is_in_holdover_whatever_a_mark_says() -> None:
    board, kernel = _with_chrony()
    board.sync()
    kernel.sync()
    assert board.look() is ClockQuality.SYNCED

    kernel.set_by_hand()

    assert board.look() is ClockQuality.HOLDOVER


def test_a_clock_that_is_set_by_hand_is_stepped_until_chrony_has_it_again() -> None:
    board, kernel = _with_chrony()
    kernel.sync()
    board.look()

    board.clock.step(-86_400)
    kernel.set_by_hand()
    assert board.look() is ClockQuality.STEPPED
    board.advance(60)
    assert board.look() is ClockQuality.STEPPED

    board.clock.step(86_400)
    kernel.sync()
    assert board.look() is ClockQuality.SYNCED


def test_a_step_that_nobody_told_the_kernel_of_stays_until_the_error_shrinks() -> None:
    board, kernel = _with_chrony()
    kernel.sync()
    board.look()

    board.clock.step(3600)
    board.advance(1)
    assert board.look() is ClockQuality.STEPPED
    board.advance(1)
    kernel.sync()

    assert board.look() is ClockQuality.SYNCED


@pytest.mark.parametrize(
    ("error_us", "quality"),
    [(20_000, ClockQuality.SYNCED), (4_000_000, ClockQuality.HOLDOVER)],
)
def test_a_daemon_that_starts_later_believes_the_kernels_error(
    error_us: int, quality: ClockQuality
) -> None:
    board, kernel = _with_chrony()
    board.clock.advance(86_400)
    kernel.sync(error_us)

    assert board.look() is quality


def test_the_boards_clock_asks_the_kernel(tmp_path: Path) -> None:
    kernel = FakeKernel()
    clock = SystemClock(tmp_path / "none", kernel)
    assert clock.quality() is ClockQuality.UNSYNCED

    kernel.sync()

    wait_until(lambda: clock.quality() is ClockQuality.SYNCED, "the kernel to be asked again")


def test_this_kernel_answers_with_an_error_that_it_bounds() -> None:
    told = ask_kernel()

    assert told is not None
    assert 0 <= told.error_us <= 16_000_000
    assert told.synced or told.error_us > 0


def test_both_clocks_of_a_moment_are_read_together() -> None:
    clock = SystemClock()

    booted = [clock.now().booted for _ in range(200)]

    assert max(booted) - min(booted) < timedelta(milliseconds=100)
    assert len(clock.boot_id) == 32


def test_a_corrected_time_counts_from_the_boot() -> None:
    event = Moment(utc=datetime(2020, 1, 1, tzinfo=UTC), boot_ns=90 * NS_PER_S + 1_500_000)

    assert corrected_utc("2026-11-24T08:00:00.250Z", event.boot_ns) == "2026-11-24T08:01:30.251Z"
