"""Time in tests: a clock that is set by hand, and waiting for what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gate_agent.moment import NS_PER_S, ClockQuality, Moment

_LOOK_EVERY_S = 0.01


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


async def eventually(
    predicate: Callable[[], object], within_s: float = 5.0, what: str = "the condition"
) -> None:
    """Wait until `predicate()` is true; AssertionError after `within_s`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not predicate():
        assert loop.time() < end, f"expected {what} within {within_s} s"
        await asyncio.sleep(_LOOK_EVERY_S)
