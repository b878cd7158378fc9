"""Every reading of a held person (体温读数): which passages are of a hold, and what was read.

A hold goes on over several passages, and may take over another of the same person (并案): their
passages and readings are its own. All of it is told by events, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from gate_agent.contract.measurement_records import ContactRead
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import (
    HoldClosed,
    HoldIdentified,
    HoldOpened,
    HoldState,
    HoldStep,
    PassageDecided,
    Record,
)
from gate_collector.ingest.corrected_times import shifted
from gate_collector.ledger.held import HoldEntry, entries_of, in_order, kept_of
from gate_collector.papers.content import HoldReading
from gate_collector.store.schema import DOUBTED, EVENT, NOTABLE, PASSAGE, own_word_of

_AROUND = timedelta(hours=12)  # readings of the same person so long before and after
_MOST_PASSAGES = 50
_ENDS = (HoldState.RELEASED, HoldState.LEFT, HoldState.TRANSFERRED, HoldState.CLOSED)


class Passed(NamedTuple):
    """A passage at one door, with the times that count."""

    gate: str
    record: PassageDecided
    is_certain: bool  # whether anybody knows when it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that the doors told of one hold, each part in its order."""

    gate: str
    own: tuple[HoldEntry, ...]  # its own events
    joined: tuple[HoldEntry, ...]  # those of the holds that became part of it 并案
    read: tuple[HoldEntry, ...]  # contact readings that are events by themselves
    passages: tuple[Passed, ...]  # its own, and the person's others around it, at either door

    @property
    def everything(self) -> tuple[HoldEntry, ...]:
        """Every event, in order."""
        return in_order((*self.own, *self.joined, *self.read))


def course_of(connection: Connection, hold: Any) -> Course:
    """Return what the doors told of `hold`, a row of HOLD."""
    own = entries_of(connection, hold.gate, hold.hold_id)
    holds = _with_joined(connection, hold, own)
    both = [one for theirs in holds.values() for one in theirs]
    near = _near(connection, ContactRead, hold, both)
    records = (one.record for one in (*both, *near))
    passage_ids = {
        record.passage_id
        for record in records
        if isinstance(record, HoldOpened | HoldIdentified | ContactRead) and record.hold_id in holds
    } | _stopped(connection, hold, holds, both)
    until = min((one.time for one in own if _is_joined(one.record)), default="~")
    read = (
        one
        for one in near
        if isinstance(one.record, ContactRead)
        and one.time <= until
        and (
            one.record.hold_id in holds
            or (one.record.hold_id is None and one.record.passage_id in passage_ids)
        )
    )
    return Course(
        gate=hold.gate,
        own=own,
        joined=in_order(one for key in holds if key != hold.hold_id for one in holds[key]),
        read=in_order(read),
        passages=tuple(_passed(connection, hold, passage_ids)),
    )


def _with_joined(
    connection: Connection, hold: Any, own: tuple[HoldEntry, ...]
) -> dict[str, tuple[HoldEntry, ...]]:
    """Return the events of this hold, and of every hold that became part of it, by hold."""
    holds = {hold.hold_id: own}
    while True:
        both = [one for theirs in holds.values() for one in theirs]
        ends = (one.record for one in _near(connection, HoldClosed, hold, both))
        new = {
            end.hold_id for end in ends if isinstance(end, HoldClosed) and end.into in holds
        } - holds.keys()
        if not new:
            return holds
        holds |= {hold_id: entries_of(connection, hold.gate, hold_id) for hold_id in sorted(new)}


def _near(
    connection: Connection, kind: type[Record], hold: Any, entries: Iterable[HoldEntry]
) -> list[HoldEntry]:
    """Return the events of a kind that this door wrote around the time of these."""
    where = NOTABLE.c.gate == hold.gate, NOTABLE.c.time.between(*_around(hold, entries))
    return kept_of(connection, {kind.TYPE: kind}, NOTABLE.c.type == kind.TYPE, *where)


def _around(hold: Any, entries: Iterable[HoldEntry]) -> tuple[str, str]:
    """Return a time that surely has all of a hold."""
    times = [parse_utc(time) for time in (hold.since, *(one.time for one in entries))]
    return format_utc(min(times) - _AROUND), format_utc(max(times) + _AROUND)


def _stopped(
    connection: Connection, hold: Any, holds: Collection[str], entries: Iterable[HoldEntry]
) -> set[str]:
    """Return the passages that a hold stopped, also of who came back, and was let in since.

    The last verdict of a passage takes the place of those before. Who began another one while
    held was held again, whatever came of it later.
    """
    ended = [
        one.time
        for one in entries
        if isinstance(one.record, HoldStep | HoldClosed)
        and one.record.hold_id == hold.hold_id
        and (isinstance(one.record, HoldClosed) or one.record.step in _ENDS)
    ]
    of_them: ColumnElement[bool] = PASSAGE.c.hold_id.in_(holds)
    if hold.person_ref is not None and hold.opened is not None:
        held = PASSAGE.c.started.between(hold.opened, min(ended, default="~"))
        of_them = or_(of_them, and_(PASSAGE.c.person_ref == hold.person_ref, held))
    around = PASSAGE.c.decided.between(*_around(hold, entries))
    rows = connection.execute(
        select(PASSAGE.c.passage_id).where(PASSAGE.c.gate == hold.gate, around, of_them)
    )
    return set(rows.scalars())


def _is_joined(record: Record) -> bool:
    """Whether a hold ended by becoming part of another: what was read since is that one's."""
    return isinstance(record, HoldClosed) and record.into is not None


def _passed(connection: Connection, hold: Any, passage_ids: Collection[str]) -> Iterator[Passed]:
    """Yield the passages that were held, and this person's others around it, at either door."""
    these = and_(PASSAGE.c.gate == hold.gate, PASSAGE.c.passage_id.in_(passage_ids))
    if hold.person_ref is not None and hold.opened is not None:
        opened = parse_utc(hold.opened)
        around = PASSAGE.c.decided.between(
            format_utc(opened - _AROUND), format_utc(opened + _AROUND)
        )
        these = or_(these, and_(PASSAGE.c.person_ref == hold.person_ref, around))
    same = and_(*(EVENT.c[key] == PASSAGE.c[key] for key in ("gate", "epoch", "sequence")))
    rows = connection.execute(
        select(EVENT.c.body, EVENT.c.time, DOUBTED.c.said, DOUBTED.c.booted)
        .select_from(PASSAGE.join(EVENT, same).outerjoin(DOUBTED, own_word_of(EVENT)))
        .where(these, PASSAGE.c.drill.is_(hold.drill))
        .order_by(PASSAGE.c.decided)
        .limit(_MOST_PASSAGES)
    ).all()
    for row in rows:
        event = None if row.body is None else parse_body(bytes(row.body))
        if event is None:
            continue
        _, record = shifted(event, event.record(), parse_utc(row.time) - parse_utc(event.time))
        if isinstance(record, PassageDecided):
            yield Passed(event.gate, record, row.said is None or row.booted is not None)


def measured(course: Course, line_centi_c: int) -> tuple[HoldReading, ...]:
    """Return every reading of this person around the hold, each once, in the order of time. Pure.

    What a hold took over with another was read there; a verdict may repeat what is an event.
    """
    by_contact = list(_by_contact(course, line_centi_c))
    by_forehead: list[HoldReading] = []
    for passed in course.passages:
        by_forehead += _by_forehead(passed)
        by_contact += (
            one
            for one in _by_verdict(passed)
            if not any(_is_again(one, other) for other in by_contact)
        )
    if not any(one.gate == course.gate for one in by_forehead):
        by_forehead += _at_opening(course.own)
    return tuple(sorted((*by_forehead, *by_contact), key=lambda one: one.at))


def _by_contact(course: Course, line_centi_c: int) -> Iterator[HoldReading]:
    """Yield the contact readings that are events; a release repeats what was read before it."""
    joined = {one.record.closed for one in course.joined if isinstance(one.record, HoldClosed)}
    last: int | None = None
    for entry in course.everything:
        match entry.record:
            case HoldStep(contact_centi_c=None):
                continue
            case HoldStep(step=HoldState.RELEASED, contact_centi_c=contact) if contact == last:
                continue
            case HoldStep(at=at) if entry in course.own and at in joined:
                continue
            case HoldStep() | ContactRead() as record:
                last = record.contact_centi_c
            case _:
                continue
        yield HoldReading(
            at=entry.time,
            is_certain=entry.is_certain,
            gate=entry.gate,
            is_contact=True,
            contact_centi_c=record.contact_centi_c,
            limit_centi_c=record.contact_threshold_centi_c or line_centi_c,
            by=record.by,
        )


def _is_again(by_verdict: HoldReading, other: HoldReading) -> bool:
    """Whether a verdict says what was read before, there or where that person came before."""
    same = (by_verdict.contact_centi_c, by_verdict.by) == (other.contact_centi_c, other.by)
    return same and other.at <= by_verdict.at


def _at_opening(entries: Iterable[HoldEntry]) -> Iterator[HoldReading]:
    """Yield what the opening of the hold tells, where no passage does."""
    for entry in entries:
        if isinstance(entry.record, HoldOpened) and entry.record.surface_centi_c is not None:
            skin = entry.record.surface_centi_c
            yield HoldReading(
                at=entry.time, is_certain=entry.is_certain, gate=entry.gate, is_contact=False,
                surface_centi_c=skin,
            )  # fmt: skip


def _by_forehead(passed: Passed) -> Iterator[HoldReading]:
    temperature = passed.record.temperature
    if temperature.surface_centi_c is not None:
        yield HoldReading(
            at=passed.record.decided,
            is_certain=passed.is_certain,
            gate=passed.gate,
            is_contact=False,
            surface_centi_c=temperature.surface_centi_c,
            judged_centi_c=temperature.score_centi_c,
            limit_centi_c=temperature.threshold_centi_c,
            ambient_centi_c=temperature.ambient_centi_c,
            outcome=temperature.outcome.value,
        )


def _by_verdict(passed: Passed) -> Iterator[HoldReading]:
    temperature = passed.record.temperature
    if temperature.contact_centi_c is not None:
        yield HoldReading(
            at=temperature.contact_at or passed.record.decided,
            is_certain=passed.is_certain,
            gate=passed.gate,
            is_contact=True,
            contact_centi_c=temperature.contact_centi_c,
            limit_centi_c=temperature.contact_threshold_centi_c,
            by=temperature.contact_by or "",
        )
