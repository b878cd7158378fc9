"""What just happened, to every attached screen: bounded, merged, never in the door's way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager

from gate_agent.gate.ports import LiveEvent

QUEUE_LIMIT = 1000  # events one slow screen may be behind; beyond, it comes back and asks


class ScreenQueue:
    """One screen's subscription; see `gate.ports.Subscription`."""

    def __init__(self, *, watched: bool = True) -> None:
        self.watched = watched  # by a guard, who would see an alarm
        self._events: deque[LiveEvent] = deque()
        self._changed = False
        self._closed = False
        self._woken = asyncio.Event()

    def hear(self, events: Iterable[LiveEvent]) -> None:
        """Take in what was committed; too far behind, the subscription ends."""
        self._events.extend(events)
        if len(self._events) > QUEUE_LIMIT:
            self._events.clear()
            self._closed = True
        self._changed = True
        self._woken.set()

    def close(self) -> None:
        """End the iteration after what is queued."""
        self._closed = True
        self._woken.set()

    async def __aiter__(self) -> AsyncIterator[LiveEvent | None]:
        """Yield events as they are committed, and None where the state changed."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._events:
                yield self._events.popleft()
            if self._changed:
                self._changed = False
                yield None
            if self._closed:
                return


class Subscriptions:
    """All attached screens. Used in the event loop only."""

    def __init__(self) -> None:
        self._ears: set[ScreenQueue] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many screens are attached."""
        return len(self._ears)

    @property
    def watched(self) -> int:
        """How many guard screens are attached; visitors' displays are none."""
        return sum(ear.watched for ear in self._ears)

    @contextmanager
    def subscribe(self, *, watched: bool = True) -> Iterator[ScreenQueue]:
        """Attach a screen for the time of the context."""
        ear = ScreenQueue(watched=watched)
        self._ears.add(ear)
        if self._closed:
            ear.close()
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    def tell(self, events: Iterable[LiveEvent] = ()) -> None:
        """Tell every screen that the state changed, and what was committed."""
        news = tuple(events)
        for ear in self._ears:
            ear.hear(news)

    def close(self) -> None:
        """End every subscription: the daemon stops."""
        self._closed = True
        for ear in self._ears:
            ear.close()
