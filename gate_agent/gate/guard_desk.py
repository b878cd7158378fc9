"""The guard's counter (值守台): what a screen sees, and what a guard asks of the door.

Implements `gate.ports.Desk`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from gate_agent.contract.identity import CARD_FAULTS
from gate_agent.contract.messages import PersonSeen
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Category
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.events import FoundInside, PersonIdentified, RegistrationGiven
from gate_agent.domain.inside import STAYS_S
from gate_agent.errors import StorageError
from gate_agent.gate.engine import Gate
from gate_agent.gate.entries import EntryBook, Ticket
from gate_agent.gate.errors import Invalid
from gate_agent.gate.identification import Identification
from gate_agent.gate.inside_view import ENTRY_DIGITS, inside_view
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.gate.ports import DocumentTyped, LiveEvent, Tap
from gate_agent.gate.restored import known_person
from gate_agent.gate.screen_state import InsideView, ScreenState
from gate_agent.gate.subscriptions import ScreenQueue
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.gate.ticker import Ticker
from gate_agent.gate.visitor import VisitorView, visitor_view
from gate_agent.host.trouble import Trouble
from gate_agent.store.reader import JournalReader

_LOG = logging.getLogger(__name__)


class GuardDesk:
    """One door's desk. Every method is called in the event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        ticker: Ticker,
        reader: JournalReader,
        identification: Identification,
        thermometer: ThermometerKeeper | None = None,
        elsewhere: OtherDoors | None = None,
    ) -> None:
        self._elsewhere = elsewhere
        self._identification = identification
        self._gate = gate
        self._thermometer = thermometer
        self._ticker = ticker
        self._reader = reader
        self._unread = Trouble(_LOG, "events can be read again")
        self._entries = EntryBook(gate.now)

    def snapshot(self) -> ScreenState:
        """Return the present state."""
        shown = self._entries.seen(self._gate.snapshot())
        if self._thermometer is None:
            return shown
        return shown.model_copy(update={"thermometer": self._thermometer.view()})

    def entry(self) -> Ticket | None:
        """Return the code for who registers now."""
        return self._entries.ticket(self._gate.snapshot())

    def enter(self, token: str, typed: RegistrationDetails) -> None:
        """Take what a visitor typed; the guard sees it at once."""
        self._entries.take(token, typed, self._gate.snapshot(), self._gate.policy)
        self._gate.live.tell()

    async def confirm(self, passage_id: str, by: str | None) -> None:
        """Register this visitor with what they typed."""
        details = self._entries.details(passage_id, self._gate.snapshot())
        given = RegistrationGiven(
            at=self._gate.now(), passage_id=passage_id, details=details, by=by
        )
        await self._gate.request(given)
        self._entries.drop(passage_id)

    def refuse(self, passage_id: str) -> None:
        """Forget what was typed for this passage."""
        self._entries.drop(passage_id)
        self._gate.live.tell()

    def inside(self) -> InsideView:
        """Return who is inside, as far as this door knows."""
        door = self._gate.door
        return inside_view(
            door.inside,
            self._gate.now(),
            self._reader,
            self._let_in_elsewhere(),
            {one.gate: one.name for one in door.neighbours},
        )

    def _let_in_elsewhere(self) -> Sequence[PersonSeen]:
        return () if self._elsewhere is None else self._elsewhere.let_in(STAYS_S)

    def visitor(self) -> VisitorView:
        """Return what the visitors' display shows."""
        shown = self.snapshot()
        ticket = self._entries.ticket(shown)
        return visitor_view(shown, self._gate.policy, None if ticket is None else ticket.number)

    def online_channels(self) -> Sequence[str]:
        """Return the addresses of the online channels."""
        return [channel.url for channel in self._gate.policy.online_channels]

    def subscribe(self, *, watched: bool = True) -> AbstractContextManager[ScreenQueue]:
        """Attach a screen."""
        return self._gate.live.subscribe(watched=watched)

    def touched(self) -> None:
        """Somebody touched a guard screen."""
        self._ticker.touched()

    async def events_after(self, sequence: int, limit: int) -> Sequence[LiveEvent]:
        """Return up to `limit` committed events after `sequence`; none when they cannot be read."""
        try:
            events = await asyncio.to_thread(self._reader.after, sequence, limit)
        except StorageError as exc:
            self._unread.met("events cannot be read again: %s", exc)
            return ()
        self._unread.well()
        return [LiveEvent(sequence=event.sequence, body=event.body or b"") for event in events]

    def now(self) -> Moment:
        """Return the present moment, as the door counts it."""
        return self._gate.now()

    async def request(self, tap: Tap) -> None:
        """Do what a guard asks; a typed document is first the person it names."""
        match tap:
            case DocumentTyped():
                await self._gate.request(self._named(tap))
            case FoundInside():
                await self._gate.request(self._known(tap))
            case _:
                await self._gate.request(tap)

    def _known(self, tap: FoundInside) -> FoundInside:
        """Return it with the person that this entry was of, here or at another door."""
        for seen in self._let_in_elsewhere() if tap.entry else ():
            if seen.person_ref[:ENTRY_DIGITS] == tap.entry:
                person, _ = known_person(self._reader, seen.person_ref, Category.VISITOR)
                return replace(tap, person_ref=seen.person_ref, person=person)
        entries = self._gate.door.inside.entered
        entry = next((one for one in entries if one.passage_id == tap.passage_id), None)
        if entry is None:
            return tap
        person, _ = known_person(self._reader, entry.person_ref, entry.category)
        return replace(tap, person=person)

    def _named(self, typed: DocumentTyped) -> PersonIdentified:
        try:
            return self._identification.of(
                typed.card,
                typed.at,
                self._gate.policy,
                by_hand=typed.by_hand,
                passage_id=typed.passage_id,
            )
        except CARD_FAULTS as fault:
            raise Invalid(expected=fault.expected, got=fault.got) from None

    def gauges(self) -> Mapping[str, float]:
        """Return what `/metrics` shows beside the snapshot."""
        counted = {f"count_{name}": float(count) for name, count in self._gate.counts().items()}
        by_hand = float(self._gate.door.measures_by_hand)
        return {"loop_lag_seconds": self._ticker.lag_s, "measures_by_hand": by_hand, **counted}
