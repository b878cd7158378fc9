"""Puts the contacts of an LCUS relay, and reads them back where the board tells them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

from gate_agent.driver_api import NoReplyError, SwitchingDriver, Transport
from gate_drivers.outputs.lcus_relay.codec import QUERY, StateDecoder, encode_put

_ANSWER_S = 0.5
_TRIES = 3


class LcusRelay(SwitchingDriver):
    """One conversation."""

    def __init__(self, transport: Transport, *, contacts: int, read_back: bool) -> None:
        super().__init__(contacts)
        self._transport = transport
        self._contacts = contacts
        self._read_back = read_back
        self._decoder = StateDecoder()
        self._frames = 0

    @property
    def frames(self) -> int:
        """How many whole answers came."""
        return self._frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause."""
        return Counter(super().counters) + self._decoder.drops

    async def identify(self) -> str:
        """Ask how its contacts are; one that does not tell is taken as it is."""
        closed = await self.closed()
        return f"LCUS relay, {self._contacts} contacts, {_words(closed)}"

    async def put(self, contact: int, *, closed: bool) -> None:
        """Close or open one contact."""
        await self._transport.write(encode_put(contact, closed=closed))

    async def closed(self) -> frozenset[int] | None:
        """Return which are closed. Raises NoReplyError when it does not say, and should."""
        if not self._read_back:
            return None
        for _ in range(_TRIES):
            if (states := await self._states()) is not None:
                return frozenset(n for n, is_closed in states.items() if is_closed)
            self._counts["unanswered"] += 1
        expected = f"expected {self._contacts} contacts within {_ANSWER_S:g} s"
        raise NoReplyError(f"{expected}, got none; a board of one contact has no read_back")

    async def _states(self) -> dict[int, bool] | None:
        self._transport.discard_input()
        self._decoder.reset()
        await self._transport.write(QUERY)
        states: dict[int, bool] = {}
        try:
            async with asyncio.timeout(_ANSWER_S):
                while len(states) < self._contacts:
                    states |= self._decoder.feed(await self._transport.read())
        except TimeoutError:
            return None
        if set(states) != set(range(1, self._contacts + 1)):
            return None
        self._frames += 1
        return states


def _words(closed: frozenset[int] | None) -> str:
    return "does not tell them" if closed is None else f"closed: {sorted(closed) or 'none'}"
