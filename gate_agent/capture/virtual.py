"""A loop whose time jumps to the next timer: an hour at a door passes in a second."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


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
