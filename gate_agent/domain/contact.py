"""Close contacts (密切接触者): who passed near a held person; each is judged, up to its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import (
    ContactEntry,
    ContactListed,
    ContactState,
    ContactUpdated,
    Decision,
    PassageDecided,
    Record,
)
from gate_agent.domain.changed import replace
from gate_agent.domain.effects import Effects, StepRefused, WriteEvent
from gate_agent.domain.events import ContactJudged, ContactsFound
from gate_agent.domain.hold import Hold

PATIENT = "patient"  # why somebody is no contact of their own case
_WITH_A_REASON = (ContactState.DISMISSED, ContactState.CLEARED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A close contact of one hold. It stays while its hold is open, or it is not at an end."""

    hold_id: str
    entry: ContactEntry
    state: ContactState
    drill: bool
    as_patient: bool = False  # off the list as the patient: on it again once that is another


def propose(
    hold: Hold, known: Collection[Contact], event: ContactsFound, policy: ContactsPolicy
) -> tuple[tuple[Contact, ...], Effects]:
    """Return who passed near the held person and is not listed yet, and their record."""
    listed = sum(1 for contact in known if contact.hold_id == hold.hold_id)
    mine = [
        contact.entry
        for contact in known
        if contact.hold_id == hold.hold_id
        and not (contact.as_patient and contact.entry.person_ref != hold.person_ref)
    ]
    seen = {hold.passage_id, *(entry.passage_id for entry in mine)}
    people = {hold.person_ref, hold.known_as, *(entry.person_ref for entry in mine)} - {None}
    near: list[tuple[float, PassageDecided]] = []
    since_s = min(-policy.before_s, _entered_s(hold, event))
    for passage in event.passages:
        apart_s = (parse_utc(passage.decided) - parse_utc(hold.opened)).total_seconds()
        if since_s <= apart_s <= policy.after_s and passage.passage_id not in seen:
            near.append((apart_s, passage))
    entries: list[ContactEntry] = []
    for apart_s, passage in sorted(near, key=lambda one: (abs(one[0]), one[1].passage_id)):
        if len(mine) + len(entries) >= policy.most:
            break
        if passage.passage_id in seen or passage.person_ref in people:
            continue
        seen.add(passage.passage_id)
        if passage.person_ref is not None:
            people.add(passage.person_ref)
        entries.append(
            ContactEntry(
                contact_id=f"{hold.hold_id}-c{listed + len(entries) + 1}",
                passage_id=passage.passage_id,
                person_ref=passage.person_ref,
                category=passage.category,
                passed=passage.decided,
                apart_s=round(apart_s, 1),
            )
        )
    if not entries:
        return (), ()
    record = ContactListed(
        hold_id=hold.hold_id, listed=format_utc(event.at.utc), contacts=tuple(entries)
    )
    return _listed(record, drill=hold.drill), (WriteEvent(record, hold.drill),)


def _entered_s(hold: Hold, event: ContactsFound) -> float:
    """Return how long before the hold this person was let in: who came in since was inside, too."""
    admitted = [
        (parse_utc(one.decided) - parse_utc(hold.opened)).total_seconds()
        for one in event.passages
        if one.person_ref is not None
        and one.person_ref in (hold.person_ref, hold.known_as)
        and one.decision is Decision.ADMIT
    ]
    return min(admitted, default=0.0)


def judge(contact: Contact, event: ContactJudged) -> tuple[Contact, Effects]:
    """Return the contact as judged. Raises StepRefused: out of turn, or without a reason."""
    if event.state not in next_states(contact.state):
        turn = " or ".join(next_states(contact.state)) or "nothing more"
        raise StepRefused("out_of_turn", turn, f"{event.state} while {contact.state}")
    if not event.by.strip():
        raise StepRefused("invalid", "who judged", "nobody")
    if event.state in _WITH_A_REASON and not (event.details.reason or "").strip():
        raise StepRefused("invalid", "a reason", "none")
    record = ContactUpdated(
        contact_id=contact.entry.contact_id,
        hold_id=contact.hold_id,
        state=event.state,
        by=event.by,
        at=format_utc(event.at.utc),
        **event.details.model_dump(),
    )
    return replace(contact, state=event.state), (WriteEvent(record, contact.drill),)


def still_open(contacts: Iterable[Contact], holds: Iterable[Hold]) -> tuple[Contact, ...]:
    """Return the contacts that are not at an end, or whose hold is open: none is listed twice."""
    open_holds = {hold.hold_id for hold in holds}
    return tuple(
        contact
        for contact in contacts
        if next_states(contact.state) or contact.hold_id in open_holds
    )


def replayed(
    records: Iterable[tuple[Record, bool]], holds: Collection[Hold]
) -> tuple[Contact, ...]:
    """Return the contacts as the journal's records, each with its drill mark, tell them."""
    contacts: dict[str, Contact] = {}
    for record, drill in records:
        match record:
            case ContactListed():
                new = _listed(record, drill=drill)
                contacts |= {contact.entry.contact_id: contact for contact in new}
            case ContactUpdated() if record.contact_id in contacts:
                was = contacts[record.contact_id]
                as_patient = record.reason == PATIENT
                contacts[record.contact_id] = replace(
                    was, state=record.state, as_patient=as_patient
                )
            case _:
                pass
    return still_open(contacts.values(), holds)


def _listed(record: ContactListed, *, drill: bool) -> tuple[Contact, ...]:
    return tuple(
        Contact(hold_id=record.hold_id, entry=entry, state=ContactState.PROPOSED, drill=drill)
        for entry in record.contacts
    )
