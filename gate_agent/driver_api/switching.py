"""Boards of contacts (继电器): what is wanted is written, read back, and written again if lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping

from gate_agent.contract.signals import OutputState
from gate_agent.errors import ProtocolError

LOOK_S = 1.0  # a board that was reset on its own is found so
_TRIES = 3


class SwitchingDriver:
    """A driver of contacts. A subclass says how one is put, and how all are read back."""

    def __init__(self, contacts: int) -> None:
        self._all = frozenset(range(1, contacts + 1))
        self._wanted: frozenset[int] = frozenset()
        self._changed = asyncio.Event()
        self._counts: Counter[str] = Counter()

    @property
    def frames(self) -> int:
        """How many sound answers came."""
        raise NotImplementedError

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause."""
        return self._counts

    async def put(self, contact: int, *, closed: bool) -> None:
        """Close or open one contact."""
        raise NotImplementedError

    async def closed(self) -> frozenset[int] | None:
        """Return which are closed, as the board says; None for a board that does not say."""
        raise NotImplementedError

    def want(self, closed: frozenset[int]) -> None:
        """Close these and open all others, as soon as the line allows."""
        self._wanted = closed & self._all
        self._changed.set()

    async def reports(self) -> AsyncGenerator[OutputState, None]:
        """Yield what is closed, as read back, after each change and once a second."""
        put: frozenset[int] | None = None  # nothing is known of a board that was just found
        while True:
            self._changed.clear()
            wanted = self._wanted
            await self._put_all(wanted, put)
            state = await self.closed()
            for _ in range(_TRIES):
                if state is None or state == wanted:
                    break
                self._counts["not_as_wanted"] += 1
                await self._put_all(wanted, None)
                state = await self.closed()
            put = wanted
            if state is not None:
                if state != wanted:
                    seen = f"closed {sorted(wanted)}, read back {sorted(state)}"
                    raise ProtocolError(f"expected contacts as they were put: {seen}")
                yield OutputState(closed=state)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _put_all(self, wanted: frozenset[int], put: frozenset[int] | None) -> None:
        """Open before closing, so that no two are closed that exclude each other."""
        changed = self._all if put is None else wanted ^ put
        for contact in sorted(changed - wanted):
            await self.put(contact, closed=False)
        for contact in sorted(changed & wanted):
            await self.put(contact, closed=True)
