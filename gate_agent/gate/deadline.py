"""The one timer of a door: wakes it when the next thing is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gate_agent.contract.moment import NS_PER_S


class Deadline:
    """Calls `wake` in the event loop once, at the moment set last."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Wake nobody."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def set(self, due_ns: int | None, *, now_ns: int, at_least_s: float = 0) -> None:
        """Wake at this moment of the boot clock, no sooner than so many seconds from now."""
        self.cancel()
        if due_ns is not None:
            delay_s = max(at_least_s, (due_ns - now_ns) / NS_PER_S)
            self._timer = self._loop.call_later(delay_s, self._wake)
