"""What waits for the writer: what happens now goes before what waited at a gate."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from typing import Generic, TypeVar

_T = TypeVar("_T")
MOST_WAITING = 20_000  # beyond, whoever brings more waits
_MOST_AT_ONCE = 500
_MOST_HISTORY = 100  # few, so that what happens now never waits long for a commit
_FLOW = 8  # a batch of so many is a flow: a transaction costs as much as some fifty events,
_GATHER_S = 0.003  # so more are waited for; one that comes alone is taken at once


class Waiting(Generic[_T]):
    """A bounded queue of two ranks, between any threads and one writer."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: deque[_T] = deque()
        self._history: deque[_T] = deque()
        self._closing = False
        self._flows = False

    def put(self, item: _T, *, historical: bool = False) -> None:
        """Add one; wait while too many wait (back-pressure)."""
        with self._changed:
            self._changed.wait_for(lambda: len(self) < MOST_WAITING or self._closing)
            (self._history if historical else self._live).append(item)
            if len(self) == 1 or len(self) == _MOST_AT_ONCE:  # what the writer waits for
                self._changed.notify_all()

    def take(self, timeout_s: float) -> list[_T]:
        """Return the next batch, of one rank, in its order; [] if none comes in that time."""
        with self._changed:
            self._changed.wait_for(lambda: len(self) or self._closing, timeout_s)
            if self._flows:
                self._changed.wait_for(
                    lambda: len(self) >= _MOST_AT_ONCE or self._closing, _GATHER_S
                )
            rank, most = self._live, _MOST_AT_ONCE
            if not rank:
                rank, most = self._history, _MOST_HISTORY
            batch = list(islice(rank, most))
            for _ in batch:
                rank.popleft()
            self._flows = len(batch) >= _FLOW
            self._changed.notify_all()
            return batch

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._live) + len(self._history)
