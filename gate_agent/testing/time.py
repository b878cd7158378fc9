"""Time in tests: a clock that is set by hand, and waiting for what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment
from gate_agent.host.kernel_clock import GROWS_US_PER_S, KernelTime

_LOOK_EVERY_S = 0.01
_PATIENCE_S = 60.0  # so long does a starved machine take for what is done at once
_GIVEN_UP_US = 16_000_000  # NTP_PHASE_LIMIT of the kernel's timex.h


class FakeClock:
    """A Clock that stands still until it is moved."""

    def __init__(self, utc: datetime | None = None, boot_ns: int = 10**12) -> None:
        self.utc = utc or datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
        self.boot_ns = boot_ns
        self.boot_id = "b" * 32
        self.set_quality = ClockQuality.SYNCED

    def now(self) -> Moment:
        """Return the moment it shows."""
        return Moment(utc=self.utc, boot_ns=self.boot_ns)

    def quality(self) -> ClockQuality:
        """Return the quality that was set."""
        return self.set_quality

    def advance(self, seconds: float) -> Moment:
        """Let time pass."""
        self.utc += timedelta(seconds=seconds)
        self.boot_ns += round(seconds * NS_PER_S)
        return self.now()

    def step(self, seconds: float) -> None:
        """Set the wall clock alone, as an operator or NTP does."""
        self.utc += timedelta(seconds=seconds)


class FakeKernel:
    """A kernel's answer about its clock, as chronyd, ntpd or an operator moves it."""

    def __init__(self) -> None:
        self.told = KernelTime(synced=False, error_us=_GIVEN_UP_US)

    def __call__(self) -> KernelTime:
        """Return the answer."""
        return self.told

    def sync(self, error_us: int = 20_000) -> None:
        """Let a time service synchronise the clock."""
        self.told = KernelTime(synced=True, error_us=error_us)

    def set_by_hand(self) -> None:
        """Let somebody set the clock: the kernel believes it no more."""
        self.told = KernelTime(synced=False, error_us=_GIVEN_UP_US)

    def advance(self, seconds: float) -> None:
        """Let time pass without a synchronisation: after 16 s of error it is given up."""
        error_us = min(_GIVEN_UP_US, self.told.error_us + round(seconds * GROWS_US_PER_S))
        self.told = KernelTime(
            synced=self.told.synced and error_us < _GIVEN_UP_US, error_us=error_us
        )


async def eventually(
    predicate: Callable[[], object], within_s: float = _PATIENCE_S, what: str = "the condition"
) -> None:
    """Wait until `predicate()` is true; AssertionError after `within_s`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not predicate():
        assert loop.time() < end, f"expected {what} within {within_s} s"
        await asyncio.sleep(_LOOK_EVERY_S)
