"""Records that somebody waits for: kept, and durable before the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Record
from gate_agent.gate.errors import JournalUnavailable

ANSWER_WITHIN_S = 5.0  # a request whose record is not durable by then is refused


class Keeps(Protocol):
    """Something that appends records to the journal, such as the gate."""

    def keep(
        self, records: Sequence[Record], at: Moment, done: Callable[[], None] | None = None
    ) -> bool:
        """Append records; tell whether they were taken. `done` is called once they are durable."""
        ...


async def kept(gate: Keeps, records: Sequence[Record], at: Moment) -> None:
    """Append records, and wait until they are durable. Raises JournalUnavailable."""
    written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    if gate.keep(records, at, lambda: resolve(written)):
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await written
        except TimeoutError:
            pass
        else:
            return
    raise unavailable("none yet")


def unavailable(got: str) -> JournalUnavailable:
    """Return the refusal of what cannot be made durable."""
    return JournalUnavailable(expected=f"a durable record in {ANSWER_WITHIN_S:.0f} s", got=got)


def resolve(future: asyncio.Future[None]) -> None:
    """Set the result of a future that may have been cancelled."""
    if not future.done():
        future.set_result(None)
