"""The timeline of a case: every event, record and alert as a line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gate_agent.contract.contact_records import ContactListed
from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.hold_records import OfHold
from gate_agent.contract.measurement_records import ContactRead
from gate_agent.contract.records import (
    HoldAnswered,
    HoldClosed,
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    Record,
    SnapshotTaken,
    SnapshotViewed,
)
from gate_collector.ledger.held import HoldEntry, elapsed_s
from gate_collector.papers.content import Detail, LineSort, TimelineLine

_Told = tuple[
    LineSort, str, str, Iterable[Detail]
]  # its sort, its word, who did it, what it brings


def lines_of(entries: Sequence[HoldEntry], hold_id: str) -> list[TimelineLine]:
    """Return the doors' events as lines, each step with how long it took and how long it had.

    Of a hold that became part of this one: what was read and noted, and that it did.
    """
    lines = []
    before: HoldEntry | None = None
    within_s: float | None = None
    for entry in entries:
        if isinstance(entry.record, OfHold) and entry.record.hold_id != hold_id:
            joined = _of_joined(entry.record)
            lines += [] if joined is None else [_line(entry, joined)]
            continue
        took_s = None
        limit_s = None
        if isinstance(entry.record, HoldStep) and before is not None:
            took_s, limit_s = elapsed_s(before, entry), within_s
        lines.append(_line(entry, _told(entry.record), took_s, limit_s))
        if isinstance(entry.record, HoldOpened | HoldStep):
            before, within_s = entry, entry.record.deadline_s
    return lines


def _line(
    entry: HoldEntry, says: _Told, took_s: float | None = None, within_s: float | None = None
) -> TimelineLine:
    sort, key, by, details = says
    return TimelineLine(
        sort=sort,
        word=key,
        at=entry.time,
        said=entry.said,
        is_certain=entry.is_certain,
        gate=entry.gate,
        by=by,
        details=tuple(details),
        took_s=took_s,
        within_s=within_s,
        late_ms=entry.late_ms,
        epoch=entry.epoch,
        sequence=entry.sequence,
    )


def _of_joined(record: OfHold) -> _Told | None:
    """Return what an event of a hold says that became part of another; None for nothing more."""
    match record:
        case HoldStep(contact_centi_c=int() as contact):
            return _read(record.by, contact)
        case HoldNoted():
            return _told(record)
        case HoldClosed():
            return LineSort.JOINED, "case_page.joined", record.by, ()
    return None


def _read(by: str, contact_centi_c: int) -> _Told:
    details = _given({"contact_centi_c": contact_centi_c})
    return LineSort.READ, f"event_type.{ContactRead.TYPE}", by, details


def _told(record: Record) -> _Told:
    """Return what sort of line an event makes, its word, who did it, and what it brings."""
    match record:
        case HoldOpened():
            return LineSort.OPENED, "event_type.gate.hold.opened.v1", "", _opened(record)
        case HoldIdentified():
            return (
                LineSort.IDENTIFIED,
                "event_type.gate.hold.identified.v1",
                record.by,
                _who(record),
            )
        case HoldStep():
            return LineSort.STEP, f"hold_state.{record.step}", record.by, _given(record.brought())
        case HoldNoted():
            return LineSort.NOTE, f"note_kind.{record.kind}", record.by, _given(record.brought())
        case HoldOverdue():
            details = [_detail("state", f"hold_state.{record.state}", is_word=True)]
            if record.to:
                details.append(_detail("to", record.to))
            return LineSort.OVERDUE, "event_type.gate.hold.overdue.v1", "", details
        case ContactRead():
            return _read(record.by, record.contact_centi_c)
        case HoldClosed():
            outcome = f"hold_state.{record.outcome}" if record.into is None else "case_page.into"
            details = [_detail("outcome", outcome, is_word=True)]
            return LineSort.CLOSED, "event_type.gate.hold.closed.v1", record.by, details
        case HoldAnswered():
            return LineSort.ANSWERED, "event_type.gate.hold.answered.v1", record.by, ()
        case ContactListed():
            count = _detail("people", str(len(record.contacts)))
            return LineSort.LISTED, "event_type.gate.contact.listed.v1", "", (count,)
        case SnapshotTaken():
            return LineSort.PHOTO, "event_type.gate.snapshot.taken.v1", "", ()
        case SnapshotViewed():
            details = [_detail("why", record.reason)]
            return LineSort.PHOTO_SEEN, "event_type.gate.snapshot.viewed.v1", record.by, details
    raise LookupError(f"expected a record of a hold, got {type(record).__name__}")


def _opened(record: HoldOpened) -> Iterable[Detail]:
    yield _detail("reason", f"reason.{record.reason}", is_word=True)
    if record.place is not None:
        yield _detail("place", record.place)


def _who(record: HoldIdentified) -> Iterable[Detail]:
    yield _detail("category", f"category.{record.category}", is_word=True)
    for name, it_is in (("registered", record.registered), ("phone", record.phone)):
        yield _detail(name, f"form.{'yes' if it_is else 'no'}", is_word=True)
    if record.companions:
        yield _detail("companions", str(record.companions))


def _given(brought: dict[str, Any]) -> Iterable[Detail]:
    for name, value in brought.items():
        if isinstance(value, bool):
            yield _detail(name, f"form.{'yes' if value else 'no'}", is_word=True)
        elif isinstance(value, tuple):
            yield from (_detail(name, str(one)) for one in value)
        elif name == "contact_centi_c":
            yield _detail(name, f"{value / 100:.2f} ℃")
        else:
            yield _detail(name, str(value))


def _detail(name: str, text: str, *, is_word: bool = False) -> Detail:
    if sealed_box(text):
        return Detail(name=name, is_sealed=True)
    return Detail(name=name, text=text, is_word=is_word)


def by_office(row: Any) -> TimelineLine:
    """Return the line of what the hall's office recorded of the district's receipt."""
    details = [_detail("to", row.to), _detail("taken_by", row.taken_by)]
    if row.reference:
        details.append(_detail("office_reference", row.reference))
    return TimelineLine(
        sort=LineSort.DISTRICT,
        word="district.received",
        at=row.told,
        by=row.by,
        details=tuple(details),
    )


def symptoms_of(entries: Iterable[HoldEntry]) -> tuple[tuple[str, ...] | None, bool]:
    """Return the symptoms that were told, None where nobody asked; and whether any is sealed."""
    asked = [one.record for one in entries if isinstance(one.record, HoldNoted)]
    noted = [note for note in asked if note.kind == "symptoms"]
    if not noted:
        return None, False
    texts = dict.fromkeys(text for note in noted for text in note.symptoms)
    clear = tuple(text for text in texts if not sealed_box(text))
    return clear, len(clear) < len(texts)


def hand_over_of(entries: Iterable[HoldEntry]) -> HoldStep | None:
    """Return the step in which the person was handed over; None where nobody was."""
    steps = (one.record for one in entries if isinstance(one.record, HoldStep))
    return next((step for step in steps if step.step is HoldState.TRANSFERRED), None)
