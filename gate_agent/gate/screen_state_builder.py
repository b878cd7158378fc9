"""Draws the snapshot a screen sees: the door as it is, beside what the journal holds of the day.

What the journal holds is read again only after something was committed; names are masked here,
and only their masks are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from gate_agent.config.model import GateSection
from gate_agent.contract.contact_states import next_states
from gate_agent.contract.free_text import with_texts
from gate_agent.contract.identity import Person, Secret, mask_name, mask_number, mask_phone
from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment, format_utc
from gate_agent.contract.policy import PhoneRule
from gate_agent.contract.records import Category, Decision, HoldState
from gate_agent.domain import hall
from gate_agent.domain.contact import Contact
from gate_agent.domain.group import ready
from gate_agent.domain.hold import Called, Hold, escalates_to, next_steps
from gate_agent.domain.neighbours import OVER, cleared_at, rechecked_there
from gate_agent.domain.passage import (
    Attempt,
    Gathering,
    Identified,
    Idle,
    Measured,
    Measuring,
    PassageState,
    Registering,
    Settled,
)
from gate_agent.domain.state import DoorState
from gate_agent.errors import StorageError
from gate_agent.gate.alarms import AlarmBook, of_other_doors, of_people, of_the_gate
from gate_agent.gate.screen_state import (
    CallView,
    ContactView,
    GateView,
    Green,
    HoldView,
    JournalView,
    NoteView,
    NoticeView,
    OtherDoorView,
    OtherHoldView,
    PassageLine,
    PassageView,
    PersonView,
    Phase,
    ScreenState,
    StepView,
    TodayView,
    UplinkView,
)
from gate_agent.gate.watched import Watched, device_view, state_of
from gate_agent.store.journal import Journal
from gate_agent.store.reader import JournalReader

RECENT = 8
_View = TypeVar("_View", bound=BaseModel)
_MASKS_KEPT = 256

_PHASES: Mapping[type[PassageState], tuple[Phase, tuple[str, ...]]] = {
    Identified: (Phase.IDENTIFIED, ("temperature",)),
    Measured: (Phase.MEASURED, ("card",)),
    Registering: (Phase.REGISTERING, ("registration",)),
    Gathering: (Phase.GATHERING, ("companions",)),
    Settled: (Phase.SETTLED, ("departure",)),
}


class ScreenStateBuilder:
    """Everything a snapshot needs beside the door itself."""

    def __init__(
        self,
        *,
        gate: GateSection,
        version: str,
        journal: Journal,
        reader: JournalReader,
        was_elsewhere: Callable[[str, float], bool],
        opened: Callable[[str], str],
        now: Moment,
    ) -> None:
        self._was_elsewhere, self._opened = was_elsewhere, opened
        self._zone = ZoneInfo(gate.timezone)
        self._gate = GateView(
            site=gate.site, id=gate.id, name=gate.name, timezone=gate.timezone, version=version
        )
        self._journal = journal
        self._reader = reader
        self._masks: OrderedDict[str, PersonView] = OrderedDict()
        self._alarms = AlarmBook(now)
        self._flagged: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
        self.parts: Callable[[], Iterable[str]] = tuple  # those of the program that fail now
        self._stale = True
        self._recent: tuple[PassageLine, ...] = ()
        self._today = TodayView(day="", passages=(), holds_opened=0)

    def outdate(self) -> None:
        """Note that something was committed: the day is read again before it is shown."""
        self._stale = True

    def snapshot(
        self,
        door: DoorState,
        now: Moment,
        *,
        opened: Collection[str],
        live_centi_c: int | None,
        clock: ClockQuality,
        devices: Mapping[str, Watched],
        uplink: UplinkView,
        policy_read: bool,
    ) -> ScreenState:
        """Return what a screen may know; `opened` are the passages the gate stands open for."""
        self._refresh(now.utc)
        head = self._journal.head
        elsewhere = tuple(self._other_holds(door))
        alarms = self._alarms.look(
            (
                *of_people(door.holds, door.contacts, now),
                *of_other_doors(door.neighbours, door.answers),
                *of_the_gate(
                    devices=((name, state_of(device)) for name, device in devices.items()),
                    thermometer_trusted=door.thermometer_trusted,
                    journal_writable=self._journal.healthy,
                    uplink_state="twin" if uplink.has_twin else uplink.state,
                    oldest_pending_s=uplink.oldest_pending_s,
                    clock=clock,
                    policy_read=policy_read,
                    parts=self.parts(),
                ),
            ),
            now,
        )
        return ScreenState(
            gate=self._gate,
            time=format_utc(now.utc),
            hall_mode=door.policy.hall_mode,
            policy_version=door.policy.version,
            clock=clock,
            live_centi_c=live_centi_c,
            passage=self._passage(door, door.passage, now, opened),
            holds=tuple(self._hold(hold, door, now) for hold in door.holds),
            recent=self._recent,
            today=self._today.model_copy(update={"staff": len(door.policy.roster)}),
            devices={name: device_view(device) for name, device in devices.items()},
            journal=JournalView(
                epoch=head.epoch,
                sequence=head.sequence,
                writable=self._journal.healthy,
                full=self._journal.full,
                dropped=self._journal.dropped,
                free_bytes=self._journal.free_bytes,
                hours_left=self._journal.hours_left,
                cause=self._journal.cause,
            ),
            uplink=uplink,
            purposes=door.policy.offered,
            phone_required=door.policy.registration.phone is PhoneRule.REQUIRED,
            alarms=alarms,
            alarm_counts=self._alarms.counts(now),
            contacts=tuple(self._contact(contact) for contact in door.contacts),
            calls=tuple(_call(entry) for entry in door.policy.calls),
            elsewhere=elsewhere,
            others=tuple(_other_doors(door, elsewhere)),
            inside=door.inside.count,
            notice=NoticeView(**door.policy.registration.notice.model_dump()),
            desk=tuple(
                view
                for place in sorted(door.desk, key=lambda one: _green(door, one, now) is None)
                if (view := self._passage(door, place, now, opened)) is not None
            ),
        )

    def _passage(
        self, door: DoorState, state: PassageState, now: Moment, opened: Collection[str]
    ) -> PassageView | None:
        if isinstance(state, Idle):
            return None
        if isinstance(state, Measuring):
            phase = Phase.MEASURING
            waits: tuple[str, ...] = ("temperature",) if state.person else ("temperature", "card")
        else:
            phase, waits = _PHASES[type(state)]
        settled = state if isinstance(state, Settled) else None
        person, phone = state.person, state.known_phone
        return PassageView(
            passage_id=state.passage_id,
            phase=phase,
            started=format_utc(state.started.utc),
            category=Category.UNKNOWN if person is None else person.category,
            person=None if person is None else _masked(person.name, person.number),
            temperature=state.temperature,
            known_phone=None if phone is None else mask_phone(phone.reveal()),
            flags=() if person is None else self._flags(state.passage_id, person, door, now),
            waits_for=waits,
            deadline_s=_left_s(state.due_ns, now),
            decision=settled.decision if settled else None,
            reasons=tuple(map(self._opened, settled.reasons)) if settled else (),
            hold_id=settled.hold_id if settled else None,
            needs_hand=settled is not None and settled.waits_for_hand,
            gate_open=settled is not None
            and settled.decision is Decision.ADMIT
            and state.passage_id in opened,
            companions=state.companions,
            companions_ready=len(ready(door, state.passage_id)),
            with_passage=state.adult,
            unsure=state.unsure,
            by_order=state.by_order and state.person is None,
            card_asked=state.card_asked and state.person is not None,
            green=_green(door, state, now),
        )

    def _flags(
        self, passage_id: str, person: Person, door: DoorState, now: Moment
    ) -> tuple[str, ...]:
        """Return what the guard should know of who is here; asked of the journal once each."""
        key, policy = (passage_id, person.person_ref), door.policy
        if key not in self._flagged:
            since = format_utc(now.utc - timedelta(seconds=policy.registration.again_s))
            try:
                again = self._reader.today.admitted_since(person.person_ref, since, but=passage_id)
            except StorageError:
                again = False
            watched = person.person_ref in policy.watch
            other = self._was_elsewhere(person.person_ref, policy.registration.again_s)
            named = (
                ("other_name", person.other_name),
                ("watched", watched),
                ("again", again),
                ("other_door", other),
                ("recheck_there", rechecked_there(door.neighbours, person.person_ref, now)),
            )
            flags = tuple(name for name, holds in named if holds)
            self._flagged[key] = flags
            if len(self._flagged) > _MASKS_KEPT:
                self._flagged.popitem(last=False)
        return self._flagged[key]

    def _other_holds(self, door: DoorState) -> Iterator[OtherHoldView]:
        for one in door.neighbours:
            for hold in one.told.holds:
                if hold.state in OVER or hold.closed:
                    continue
                answered = (one.gate, hold.hold_id) in door.answers
                yield OtherHoldView(
                    **hold.model_dump(exclude={"person_ref", "closed"}),
                    gate=one.gate,
                    name=one.name,
                    person=self._person(hold.person_ref),
                    can_answer=hold.state == HoldState.FLAGGED and not answered,
                    answered_here=answered,
                )

    def _hold(self, hold: Hold, door: DoorState, now: Moment) -> HoldView:
        next_one = escalates_to(hold, door.calls)
        cleared = cleared_at(door.neighbours, hold)
        return HoldView(
            hold_id=hold.hold_id,
            passage_id=hold.passage_id,
            state=hold.state,
            category=hold.category,
            reason=hold.reason,
            person=self._person(hold.person_ref),
            surface_centi_c=hold.surface_centi_c,
            contact_centi_c=hold.contact_centi_c,
            contact_line_centi_c=hold.line(door.policy.hold),
            asks_again=hold.state is HoldState.RECHECKED and hold.asks_again,
            opened=hold.opened,
            due_s=_left_s(hold.due_ns, now),
            overdue=hold.overdue,
            next_steps=next_steps(hold),
            drill=hold.drill,
            notes=tuple(self._read(NoteView, note) for note in hold.notes),
            steps=tuple(self._read(StepView, step) for step in hold.steps),
            disinfected=hold.disinfected,
            escalates_to=None if next_one is None else _call(next_one),
            cleared_at=None if cleared is None else cleared.name,
            place=hold.place and self._opened(hold.place),
            ordered_by=hold.ordered_by,
        )

    def _read(self, view: type[_View], details: BaseModel) -> _View:
        """Return a record as a screen shows it, its free texts as this door may read them."""
        return with_texts(view.model_validate(details.model_dump()), self._opened)

    def _contact(self, contact: Contact) -> ContactView:
        entry = contact.entry
        return ContactView(
            contact_id=entry.contact_id,
            hold_id=contact.hold_id,
            person=self._person(entry.person_ref),
            category=entry.category,
            passed=entry.passed,
            apart_s=entry.apart_s,
            state=contact.state,
            next_states=next_states(contact.state),
        )

    def _refresh(self, utc: datetime) -> None:
        """Read the day and the last passages, if they may have changed."""
        day = utc.astimezone(self._zone).date().isoformat()
        if not self._stale and day == self._today.day:
            return
        try:
            recent = tuple(
                PassageLine(
                    passage_id=passed.passage_id,
                    sequence=sequence,
                    decided=passed.decided,
                    category=passed.category,
                    decision=passed.decision,
                    reasons=tuple(map(self._opened, passed.reasons)),
                    person=self._person(passed.person_ref),
                    surface_centi_c=passed.temperature.surface_centi_c,
                )
                for sequence, passed in self._reader.recent_passages(RECENT)
            )
            today = TodayView(
                day=day,
                passages=self._reader.counts(day),
                holds_opened=self._reader.holds_opened(day),
                staff_present=self._reader.today.staff_present(day),
                first_visit_ms=self._reader.today.pace_ms(day, repeat=False),
                repeat_visit_ms=self._reader.today.pace_ms(day, repeat=True),
            )
        except StorageError:
            return  # the journal's own view says that the disk is in trouble; show the last known
        self._recent, self._today, self._stale = recent, today, False

    def _person(self, person_ref: str | None) -> PersonView | None:
        if person_ref is None:
            return None
        known = self._masks.get(person_ref)
        if known is None:
            try:
                row = self._reader.person(person_ref)
            except StorageError:
                return None
            if row is None:
                return None
            known = self._masks[person_ref] = _masked(row.name, row.number)
            if len(self._masks) > _MASKS_KEPT:
                self._masks.popitem(last=False)
        return known


def _other_doors(door: DoorState, holds: Sequence[OtherHoldView]) -> Iterator[OtherDoorView]:
    for one in door.neighbours:
        there = sum(hold.gate == one.gate for hold in holds)
        yield OtherDoorView(gate=one.gate, name=one.name, is_live=one.is_live, holds=there)


def _green(door: DoorState, state: Attempt, now: Moment) -> Green | None:
    if state.is_green:
        return Green.GUARD
    return Green.LIST if hall.is_green(door.policy, state, now.utc) else None


def _masked(name: Secret, number: Secret) -> PersonView:
    return PersonView(name=mask_name(name.reveal()), number=mask_number(number.reveal()))


def _call(entry: Called) -> CallView:
    return CallView(post=entry.post, phone=entry.phone)


def _left_s(due_ns: int | None, now: Moment) -> float | None:
    return None if due_ns is None else round((due_ns - now.boot_ns) / NS_PER_S, 1)
