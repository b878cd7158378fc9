"""What becomes known of a held person (暂留人员): a name, a phone, companions; at any time.

Each is an event of its own (`gate.hold.identified.v1`), and the newest verdict of the passage says
the same again, so that every view follows. The patient is never his own contact.
"""

from __future__ import annotations

from typing import TypedDict

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.hold_records import BY_CARD, HoldIdentified
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import ContactState, ContactUpdated, HoldState
from gate_agent.domain import hall, verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.contact import PATIENT, still_open
from gate_agent.domain.effects import Effects, FindContacts, StepRefused, WriteEvent
from gate_agent.domain.events import PersonIdentified, RegistrationGiven
from gate_agent.domain.group import companion_ref, members, named, who
from gate_agent.domain.hold import FOUND_INSIDE, LOOKS_FOR_CONTACTS, Hold
from gate_agent.domain.joining import joined
from gate_agent.domain.passage import Attempt, Settled, is_unsure
from gate_agent.domain.state import DoorState, Step


def told_by(person: Person) -> str:
    """Return who told who this is: the guard who typed the document, or the card."""
    return BY_CARD if person.by_hand is None else person.by_hand.by


class Identity(TypedDict):
    """What a card makes known of an attempt."""

    person: Person
    known_phone: Secret | None
    identified: Moment
    is_repeat: bool
    unsure: bool
    doubt_ns: int | None
    early: bool
    card_asked: bool
    card_until_ns: None


def identity(
    event: PersonIdentified,
    shown: Secret | None = None,
    *,
    unsure: bool = False,
    doubt_ns: int | None = None,
    early: bool = False,
) -> Identity:
    """Return what a card makes known of an attempt; a phone `shown` as a code is newer.

    `doubt_ns`: of a name that is unsure for others' doubts alone, when the first of those was.
    """
    phone = event.known_phone
    return Identity(
        person=event.person,
        known_phone=shown or phone,
        identified=event.at,
        is_repeat=phone is not None,
        unsure=unsure,
        doubt_ns=doubt_ns,
        early=early,
        card_asked=False,
        card_until_ns=None,
    )


def hold_of(door: DoorState, state: Settled) -> Hold | None:
    """Return the hold that stands over this passage; None once it is released."""
    for hold in door.holds:
        if hold.hold_id == state.hold_id and hold.state is not HoldState.RELEASED:
            return hold
    return None


def tell_who(door: DoorState, hold: Hold, state: Settled, by: str, at: Moment) -> Step:
    """Tell who the held person is, as `state` has it: named now, or surely, or nobody again."""
    register: Effects = ()
    if not state.registered:
        register = verdict.register(door, state)
        state = replace(state, registered=bool(register))
    return _told(door, hold, state, register, by=by, at=at)


def register_the_held(door: DoorState, state: Settled, event: RegistrationGiven) -> Step:
    """The guard registers a held person: phone, purpose, companions. Raises StepRefused."""
    hold = hold_of(door, state)
    if hold is None or state.person is None or not hall.is_registered_here(state.person):
        raise StepRefused("out_of_turn", "a held visitor whose document is known", "another")
    known = replace(
        state,
        known_phone=event.details.phone or state.known_phone,
        given=event,
        companions=max(state.companions, len(event.details.companions)),
    )
    register = verdict.register(door, known, event)
    known = replace(known, registered=True)
    return _told(
        door,
        hold,
        known,
        register,
        by=event.by or BY_CARD,
        at=event.at,
        companions=len(event.details.companions),
    )


def tell_companions(door: DoorState, adult_id: str, event: RegistrationGiven) -> Step:
    """The adult is registered now: so are the companions who are held, phone and name."""
    done = Step(door)
    here = members(door, adult_id)
    for state in here:
        hold = hold_of(door, state) if isinstance(state, Settled) else None
        if not isinstance(state, Settled) or hold is None:
            continue
        known = replace(named(state, door.find(adult_id), here), registered=False)
        register = verdict.register(done.door, known)
        known = replace(known, registered=bool(register))
        by = event.by or BY_CARD
        more = _told(done.door, hold, known, register, by=by, at=event.at)
        done = done.then(more)
    return done


def _told(
    door: DoorState,
    hold: Hold,
    state: Settled,
    register: Effects,
    *,
    by: str,
    at: Moment,
    companions: int = 0,
) -> Step:
    person, before, known_as = who(state), door.find(state.passage_id), hold.known_as
    if before is not None and before.person is None and _is_companion(door, hold):
        known_as = hold.person_ref
    ref = known_as if person is None else person.person_ref
    named = replace(
        hold,
        person_ref=ref,
        category=verdict.category(person),
        unsure=is_unsure(state),
        known_as=known_as,
    )
    record = HoldIdentified(
        hold_id=hold.hold_id,
        passage_id=state.passage_id,
        person_ref=ref,
        category=named.category,
        registered=state.registered,
        phone=state.known_phone is not None,
        companions=companions,
        unsure=is_unsure(state),
        by=by,
        at=format_utc(at.utc),
    )
    door = replace(door, holds=tuple(named if one is hold else one for one in door.holds))
    done = without_the_patient(door.placed(state), state, by, at)
    no_passage = hold.reason == FOUND_INSIDE
    decided = () if no_passage else (WriteEvent(verdict.decided(door, state, at)),)
    again: Effects = ()
    if hold.person_ref not in (None, ref) and hold.state in LOOKS_FOR_CONTACTS:
        again = (FindContacts(hold.hold_id),)  # whom the name that is taken off kept off the list
    done = Step(done.door, (*register, WriteEvent(record), *done.effects, *decided, *again))
    return done if named.unsure else done.then(joined(done.door, named, by, at))


def _is_companion(door: DoorState, hold: Hold) -> bool:
    """Whether who is held was found inside, and went in along with somebody, without a card."""
    return hold.reason == FOUND_INSIDE and any(
        companion_ref(one.passage_id) == hold.person_ref for one in door.inside.entered
    )


def without_the_patient(door: DoorState, state: Attempt, by: str, at: Moment) -> Step:
    """Take a person off the contacts of their own holds, where listed before they were known."""
    person = who(state)
    ref = None if person is None else person.person_ref
    own = {one.hold_id: one.known_as for one in door.holds if ref and one.person_ref == ref}
    effects: list[WriteEvent] = []
    contacts = []
    for contact in door.contacts:
        entry = contact.entry
        refs = {ref, own.get(contact.hold_id)} - {None}
        is_they = entry.passage_id == state.passage_id or entry.person_ref in refs
        if (
            is_they
            and contact.hold_id in own
            and ContactState.DISMISSED in next_states(contact.state)
        ):
            record = ContactUpdated(
                contact_id=contact.entry.contact_id,
                hold_id=contact.hold_id,
                state=ContactState.DISMISSED,
                by=by,
                at=format_utc(at.utc),
                reason=PATIENT,
            )
            effects.append(WriteEvent(record, contact.drill))
            dismissed = replace(contact, state=ContactState.DISMISSED, as_patient=True)
            contact = dismissed  # noqa: PLW2901 as judged
        contacts.append(contact)
    if not effects:
        return Step(door)
    return Step(replace(door, contacts=still_open(contacts, door.holds)), tuple(effects))
