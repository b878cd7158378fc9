"""What the screen's people do that is no passage (值守人员): shifts, accounts, looking at a name.

Each is an event, durable before it counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gate_agent.contract.access_records import Look, PersonRevealed
from gate_agent.contract.records import Record, SnapshotViewed
from gate_agent.errors import StorageError
from gate_agent.gate.engine import Gate
from gate_agent.gate.errors import JournalUnavailable, NotFound
from gate_agent.gate.keeping import kept
from gate_agent.gate.ports import Revealed
from gate_agent.store.reader import JournalReader


class AccessCounter:
    """Implements `gate.ports.AccessDesk`. Every method is called in the event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        reader: JournalReader,
        picture_of: Callable[[str], bytes | None] = lambda _hold_id: None,
    ) -> None:
        self._gate = gate
        self._picture_of = picture_of
        self._reader = reader

    async def record(self, *records: Record) -> None:
        """Record these, durably. Raises JournalUnavailable."""
        await kept(self._gate, records, self._gate.now())

    async def reveal(self, passage_id: str, look: Look) -> Revealed:
        """Return who passed, once it is recorded who looked and why. Raises NotFound."""
        try:
            passage = await asyncio.to_thread(self._reader.passage, passage_id)
            ref = None if passage is None else passage.person_ref
            person = None if ref is None else await asyncio.to_thread(self._reader.person, ref)
        except StorageError:
            raise JournalUnavailable(expected="a journal to read", got="none yet") from None
        if ref is None or person is None:
            raise NotFound(expected="a passage whose person is known here", got="none")
        await self.record(
            PersonRevealed(passage_id=passage_id, person_ref=ref, **look.model_dump())
        )
        return Revealed(
            name=person.name.reveal(),
            number=person.number.reveal(),
            phone=None if person.phone is None else person.phone.reveal(),
        )

    async def picture(self, hold_id: str, look: Look) -> bytes:
        """Return a hold's picture, once it is recorded who looked and why. Raises NotFound."""
        try:
            jpeg = await asyncio.to_thread(self._picture_of, hold_id)
        except StorageError:
            jpeg = None
        if jpeg is None:
            raise NotFound(expected="a hold whose picture is still kept", got="none")
        await self.record(SnapshotViewed(hold_id=hold_id, **look.model_dump()))
        return jpeg
