"""The guard's counter (值守台): what a screen asks becomes an event at the door.

Implements `gate.desk.Desk`; what was typed is checked here, before the door sees it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from gate_agent.contract.identity import (
    Companion,
    NumberFault,
    PhoneFault,
    Secret,
    check_number,
    check_phone,
    normalise_number,
)
from gate_agent.contract.records import ByHand, ContactState, Decision, HoldState, NoteKind
from gate_agent.contract.signals import Card
from gate_agent.domain.door import (
    ContactJudged,
    DrillStarted,
    GuardOverrode,
    HoldStepped,
    NoteTaken,
    PassageDismissed,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.errors import StorageError
from gate_agent.gate.engine import Gate
from gate_agent.gate.errors import Invalid
from gate_agent.gate.identification import Identification
from gate_agent.gate.ports import LiveEvent, TypedPerson
from gate_agent.gate.screen_state import Snapshot
from gate_agent.gate.subscriptions import Ear
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.gate.ticker import Ticker
from gate_agent.gate.visitor import VisitorView, visitor_view
from gate_agent.store.reader import JournalReader

_LOG = logging.getLogger(__name__)


class GuardCounter:
    """One door's desk. Every method is called in the event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        ticker: Ticker,
        reader: JournalReader,
        identification: Identification,
        thermometer: ThermometerKeeper | None = None,
    ) -> None:
        self._identification = identification
        self._gate = gate
        self._thermometer = thermometer
        self._ticker = ticker
        self._reader = reader

    def snapshot(self) -> Snapshot:
        """Return the present state."""
        shown = self._gate.snapshot()
        if self._thermometer is None:
            return shown
        return shown.model_copy(update={"thermometer": self._thermometer.view()})

    def visitor(self) -> VisitorView:
        """Return what the visitors' display shows."""
        return visitor_view(self._gate.snapshot(), self._gate.policy)

    def online_channels(self) -> Sequence[str]:
        """Return the addresses of the online channels."""
        return [channel.url for channel in self._gate.policy.online_channels]

    def subscribe(self, *, watched: bool = True) -> AbstractContextManager[Ear]:
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
            _LOG.warning("events cannot be read again: %s", exc)
            return ()
        return [LiveEvent(sequence=event.sequence, body=event.body or b"") for event in events]

    async def identify(self, person: TypedPerson, *, by_hand: ByHand) -> None:
        """Take a typed document as if its card had been laid (人工录入)."""
        number = "" if person.number is None else person.number.reveal()
        card = Card(card_type=person.document, name=person.name.reveal(), number=number)
        try:
            event = self._identification.of(
                card, self._gate.now(), self._gate.policy, by_hand=by_hand
            )
        except NumberFault as fault:
            raise _bad_number(fault) from None
        await self._gate.request(event)

    async def register(
        self,
        passage_id: str,
        *,
        phone: str | None,
        purpose: str | None,
        companions: Sequence[TypedPerson] = (),
        by: str | None = None,
    ) -> None:
        """Register the visitor of this passage (实名登记), with who comes along (随行人员)."""
        try:
            checked = Secret(check_phone(phone)) if phone else None
        except PhoneFault:
            raise Invalid(expected="a mobile number of mainland China", got="another") from None
        purposes = self._gate.policy.purposes
        if purpose is not None and purposes and purpose not in purposes:
            raise Invalid(expected=f"one of {', '.join(purposes)}", got="another purpose")
        await self._gate.request(
            RegistrationGiven(
                at=self._gate.now(),
                passage_id=passage_id,
                phone=checked,
                purpose=purpose,
                companions=tuple(_companion(one) for one in companions),
                by=by,
            )
        )

    async def step_hold(
        self,
        hold_id: str,
        step: HoldState,
        *,
        by: str,
        contact_centi_c: int | None = None,
        to: str | None = None,
        note: str | None = None,
        disinfected: bool = False,
        vehicle: str | None = None,
    ) -> None:
        """Record the next step of a hold (暂留处置)."""
        await self._gate.request(
            HoldStepped(
                at=self._gate.now(),
                hold_id=hold_id,
                step=step,
                by=by,
                contact_centi_c=contact_centi_c,
                to=to,
                note=note,
                disinfected=disinfected,
                vehicle=vehicle,
            )
        )

    async def note_hold(
        self,
        hold_id: str,
        kind: NoteKind,
        *,
        by: str,
        to: str | None = None,
        answered: bool | None = None,
        symptoms: tuple[str, ...] = (),
        note: str | None = None,
    ) -> None:
        """Record what was done for a held person beside the steps."""
        await self._gate.request(
            NoteTaken(
                at=self._gate.now(),
                hold_id=hold_id,
                kind=kind,
                by=by,
                to=to,
                answered=answered,
                symptoms=symptoms,
                note=note,
            )
        )

    async def judge_contact(
        self, contact_id: str, state: ContactState, *, by: str, reason: str | None = None
    ) -> None:
        """Judge a close contact (密切接触者)."""
        await self._gate.request(
            ContactJudged(
                at=self._gate.now(), contact_id=contact_id, state=state, by=by, reason=reason
            )
        )

    async def start_drill(self, *, by: str) -> None:
        """Practise a hold (演练)."""
        await self._gate.request(DrillStarted(at=self._gate.now(), by=by))

    async def override(self, passage_id: str, *, decision: Decision, by: str, reason: str) -> None:
        """Overrule the passage's verdict (改判)."""
        await self._gate.request(
            GuardOverrode(
                at=self._gate.now(),
                passage_id=passage_id,
                decision=decision,
                by=by,
                reason=reason,
            )
        )

    async def declare_symptoms(self, *, by: str, note: str | None = None) -> None:
        """Hold the person at the door for declared symptoms (申报症状)."""
        await self._gate.request(SymptomsDeclared(at=self._gate.now(), by=by, note=note))

    async def dismiss(self, passage_id: str, *, by: str | None = None) -> None:
        """End the open passage: the person went away."""
        await self._gate.request(
            PassageDismissed(at=self._gate.now(), passage_id=passage_id, by=by)
        )

    def gauges(self) -> Mapping[str, float]:
        """Return what `/metrics` shows beside the snapshot."""
        counted = {f"count_{name}": float(count) for name, count in self._gate.counts().items()}
        by_hand = float(self._gate.door.measures_by_hand)
        return {"loop_lag_seconds": self._ticker.lag_s, "measures_by_hand": by_hand, **counted}


def _companion(typed: TypedPerson) -> Companion:
    """Check a companion's number where one was typed: a child may have none at hand."""
    if typed.number is None:
        return Companion(name=typed.name)
    number = normalise_number(typed.number.reveal())
    try:
        check_number(typed.document, number)
    except NumberFault as fault:
        raise _bad_number(fault) from None
    return Companion(name=typed.name, number=Secret(number))


def _bad_number(fault: NumberFault) -> Invalid:
    return Invalid(expected=fault.expected, got=fault.got)
