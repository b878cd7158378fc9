"""Takes up what the journal holds after a restart: open holds with their clocks, the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TypedDict

from gate_agent.contract.door_told import RecheckTold
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc, parse_utc
from gate_agent.contract.order_records import OrderAnswered
from gate_agent.contract.records import (
    Category,
    ContactRead,
    Decision,
    HoldClosed,
    HoldNoted,
    HoldOpened,
    HoldState,
    HoldStep,
    PersonLeft,
)
from gate_agent.contract.signals import CardType
from gate_agent.domain.baseline import KNOWN, RECENT_S, Memory, remembered
from gate_agent.domain.between_doors import rechecked_after
from gate_agent.domain.clearing import Cleared
from gate_agent.domain.clearing import remembered as cleared_by
from gate_agent.domain.contact import Contact, replayed
from gate_agent.domain.desk import UNDECIDED
from gate_agent.domain.hold import FOUND_INSIDE, Hold
from gate_agent.domain.inside import NOBODY_INSIDE, STAYS_S, Entered, Inside
from gate_agent.domain.passage import Settled
from gate_agent.domain.taken import TAKEN_FOR_S, Taken
from gate_agent.store.reader import Event, HoldRow, JournalReader

_LOOKED_AT = 20_000  # events, for who is inside
_EVENTS_A_PERSON = 2  # a verdict, and what was overruled, named, or stepped of it


class KnownCases(TypedDict):
    """What is open at a door."""

    holds: tuple[Hold, ...]
    taken: tuple[Taken, ...]
    contacts: tuple[Contact, ...]
    answered: tuple[str, ...]


def restored_cases(reader: JournalReader, now: Moment, boot_id: str) -> KnownCases:
    """Return the open holds with what was done and noted, and the contacts not at an end.

    And which orders of the centre were answered: none is done twice.
    """
    events = [
        (record, event.drill)
        for event in reader.of_holds.cases()
        if (record := event.record()) is not None
    ]
    notes = [record for record, _ in events if isinstance(record, HoldNoted)]
    steps = [record for record, _ in events if isinstance(record, HoldStep)]
    opened = {record.hold_id: record for record, _ in events if isinstance(record, HoldOpened)}
    read = [record for record, _ in events if isinstance(record, HoldStep | ContactRead)]
    holds = tuple(
        replace(
            _read(hold, read),
            passage_id=reader.of_holds.newest_passage(hold.hold_id) or hold.passage_id,
            unsure=_is_unsure(reader, hold.passage_id),
            notes=tuple(note for note in notes if note.hold_id == hold.hold_id),
            steps=tuple(step for step in steps if step.hold_id == hold.hold_id),
            place=opened[hold.hold_id].place if hold.hold_id in opened else None,
            known_as=_known_as(reader, hold, opened.get(hold.hold_id)),
            ordered_by=opened[hold.hold_id].ordered_by if hold.hold_id in opened else None,
        )
        for hold in restored_holds(reader.open_holds(), now, boot_id)
    )
    return KnownCases(
        holds=holds,
        taken=_restored_taken(reader, now),
        contacts=replayed(events, holds),
        answered=tuple(one.order_id for one, _ in events if isinstance(one, OrderAnswered)),
    )


def _read(hold: Hold, records: Iterable[HoldStep | ContactRead]) -> Hold:
    """Return the hold with its newest contact reading, and the line that was held against."""
    for one in records:
        line = one.contact_threshold_centi_c
        if one.hold_id == hold.hold_id and one.contact_centi_c is not None and line is not None:
            hold = replace(
                hold,
                contact_centi_c=one.contact_centi_c,
                line_centi_c=line,
                is_read_again=hold.line_centi_c is not None,
            )
    return hold


def _known_as(reader: JournalReader, hold: Hold, opened: HoldOpened | None) -> str | None:
    """Return who a companion found inside was before a document named them (厅内发现)."""
    before = None if opened is None or hold.reason != FOUND_INSIDE else opened.person_ref
    row = None if before in (None, hold.person_ref) else reader.person(before or "")
    return before if row is not None and not row.number.reveal() else None


def _is_unsure(reader: JournalReader, passage_id: str) -> bool:
    """Return whether the card that named this hold may be another's, as its verdict says."""
    decided = reader.passage(passage_id)
    return decided is not None and decided.unsure


def _restored_taken(reader: JournalReader, now: Moment) -> tuple[Taken, ...]:
    """Return who was taken away of late, and was not released since."""
    taken: tuple[Taken, ...] = ()
    since = format_utc(now.utc - timedelta(seconds=TAKEN_FOR_S))
    for record in reader.of_holds.ends(since):
        is_away = isinstance(record, HoldClosed) and record.outcome == HoldState.TRANSFERRED
        is_free = isinstance(record, HoldStep) and record.step is HoldState.RELEASED
        if not isinstance(record, HoldClosed | HoldStep) or not (is_away or is_free):
            continue
        known = reader.of_holds.named(record.hold_id)
        if known is None:
            continue
        ref, category, passage_id, opened = known
        if isinstance(record, HoldClosed):
            new = Taken(
                hold_id=record.hold_id,
                person_ref=ref,
                category=category,
                opened=opened,
                at_ns=_ago_ns(record.closed, now),
            )
            taken = (*taken, new)
        elif not _is_unsure(reader, passage_id):
            taken = tuple(one for one in taken if one.person_ref != ref)
    return taken


def restored_desk(reader: JournalReader, holds: Iterable[Hold], now: Moment) -> tuple[Settled, ...]:
    """Return the passages that open holds stopped: whom they release may go on."""
    places = []
    for hold in holds:
        decided = None if hold.drill else reader.passage(hold.passage_id)
        was_inside = not hold.drill and hold.reason == FOUND_INSIDE  # no passage was stopped
        stopped = decided is not None and decided.hold_id == hold.hold_id
        if hold.state not in UNDECIDED or not (stopped or was_inside):
            continue
        person, phone = known_person(reader, hold.person_ref, hold.category)
        if decided is None or not stopped:
            places.append(_found(hold, person, phone, now))
            continue
        places.append(
            Settled(
                passage_id=hold.passage_id,
                started=replace(now, utc=parse_utc(decided.started)),
                person=person,
                known_phone=phone,
                temperature=decided.temperature,
                registered=decided.registered and person is not None,
                decision=decided.decision,
                reasons=decided.reasons,
                settled=now,
                hold_id=hold.hold_id,
                by=decided.by,
                companions=decided.companions,
                is_green=decided.green_channel is True,
                adult=decided.with_passage,
                unsure=hold.unsure,
            )
        )
    return tuple(places)


def known_person(
    reader: JournalReader, person_ref: str | None, category: Category
) -> tuple[Person | None, Secret | None]:
    """Return who this is, and the phone, as far as this door remembers."""
    row = None if person_ref is None else reader.person(person_ref)
    if row is None:
        return None, None
    if not row.number.reveal():  # a companion without a document
        return None, row.phone
    person = Person(
        category=category,
        person_ref=row.person_ref,
        card_type=row.card_type,
        name=row.name,
        number=row.number,
        country=row.country,
    )
    return person, row.phone


def unnamed_person(person_ref: str, category: Category) -> Person:
    """Return somebody of whom no more is known here than this reference."""
    return Person(
        category=category,
        person_ref=person_ref,
        card_type=CardType.OTHER,
        name=Secret(""),
        number=Secret(""),
    )


def _found(hold: Hold, person: Person | None, phone: Secret | None, now: Moment) -> Settled:
    """Return the place of who was found ill inside: no passage was stopped."""
    return Settled(
        passage_id=hold.passage_id,
        started=replace(now, utc=parse_utc(hold.opened)),
        person=person,
        known_phone=phone,
        registered=person is not None,
        decision=Decision.HOLD,
        reasons=(hold.reason,),
        settled=now,
        hold_id=hold.hold_id,
    )


def restored_holds(rows: Iterable[HoldRow], now: Moment, boot_id: str) -> tuple[Hold, ...]:
    """Return the holds of `rows` as they stand now.

    Within one boot the deadline is where it was. After a reboot only the wall clock knows how
    long the board was off, and it may be wrong: a deadline then never lies before now, nor
    further off than its own length.
    """
    return tuple(_restored(row, now, boot_id) for row in rows)


def _restored(row: HoldRow, now: Moment, boot_id: str) -> Hold:
    due_ns: int | None = None
    if row.due_s is not None and row.boot == boot_id:
        due_ns = row.boot_ns + round(row.due_s * NS_PER_S)
    elif row.due_s is not None:
        gone_s = (now.utc - parse_utc(row.stepped)).total_seconds()
        due_ns = now.plus_s(row.due_s - min(max(gone_s, 0.0), row.due_s))
    return Hold(
        hold_id=row.hold_id,
        passage_id=row.passage_id,
        person_ref=row.person_ref,
        category=row.category,
        reason=row.reason,
        surface_centi_c=row.surface_centi_c,
        contact_centi_c=row.contact_centi_c,
        opened=row.opened,
        state=row.state,
        due_s=row.due_s,
        due_ns=due_ns,
        overdue=row.overdue,
        drill=row.drill,
    )


class KnownPeople(TypedDict):
    """What a door knows of people, beside those who are at it."""

    memory: Memory
    cleared: tuple[Cleared, ...]
    rechecked: tuple[RecheckTold, ...]
    inside: Inside


def restored_people(reader: JournalReader, now: Moment, boot_id: str) -> KnownPeople:
    """Return what the newest decisions in the journal tell of the people at this door."""
    events = [
        (record, _at_ns(event, now, boot_id))
        for event in reader.decisions(KNOWN * _EVENTS_A_PERSON)
        if event.body is not None
        and not (envelope := parse_body(event.body)).drill
        and (record := envelope.record()) is not None
    ]
    commissioned = reader.commissioned()
    learnt = [] if commissioned is None else [(commissioned, _ago_ns(commissioned.at, now))]
    rechecked: tuple[RecheckTold, ...] = ()
    for record, _ in events:
        rechecked = rechecked_after(rechecked, record)
    return KnownPeople(
        memory=remembered([*learnt, *events]),
        cleared=cleared_by(events),
        rechecked=rechecked,
        inside=_restored_inside(reader, now),
    )


def _restored_inside(reader: JournalReader, now: Moment) -> Inside:
    """Return who is inside by the newest events: who was let in, and was not seen leaving."""
    after = reader.head().sequence - _LOOKED_AT
    since = format_utc(now.utc - timedelta(seconds=STAYS_S))
    changes: list[tuple[int, Entered | PersonLeft]] = [
        (
            sequence,
            Entered(
                passage_id=passage_id,
                person_ref=ref,
                category=category,
                since=at,
                at_ns=_ago_ns(at, now),
            ),
        )
        for sequence, passage_id, ref, category, at in reader.today.entered(after, since)
    ]
    changes += reader.today.left(after)
    inside = NOBODY_INSIDE
    for _, change in sorted(changes, key=lambda one: one[0]):
        if isinstance(change, Entered):
            inside = inside.entering(change)
        else:
            inside = inside.after(change, _ago_ns(change.at, now))
    return inside


def _ago_ns(utc: str, now: Moment) -> int:
    return now.plus_s(-max(0.0, (now.utc - parse_utc(utc)).total_seconds()))


def _at_ns(event: Event, now: Moment, boot_id: str) -> int:
    """Return when it happened on the clock of this boot.

    After a reboot only the wall clocks know, and they may be wrong: an event of the future
    happened at a time unknown, so that it tells what is known here, but not what is usual now.
    """
    if event.boot == boot_id:
        return event.bootns
    ago_s = (now.utc - parse_utc(event.time)).total_seconds()
    return now.plus_s(-ago_s if ago_s >= 0 else -RECENT_S - 1)
