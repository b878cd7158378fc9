"""Time in tests: a clock that is set by hand, a loop that jumps, and waiting for what comes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from gate_agent.moment import NS_PER_S, ClockQuality, Moment

_T = TypeVar("_T")
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


class _Jumping(selectors.DefaultSelector):
    """A selector that never waits for a timer: it moves the loop's time there."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.now_s += timeout
        elif not ready and timeout is None:
            raise AssertionError("expected something to happen, but nothing is due, ever")
        return ready


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


def run_virtual(main: Coroutine[Any, Any, _T]) -> _T:
    """Run `main` in a loop whose time jumps to the next timer when nothing else is to do."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(main)


async def eventually(
    predicate: Callable[[], object], within_s: float = 5.0, what: str = "the condition"
) -> None:
    """Wait until `predicate()` is true; AssertionError after `within_s`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not predicate():
        assert loop.time() < end, f"expected {what} within {within_s} s"
        await asyncio.sleep(_LOOK_EVERY_S)
