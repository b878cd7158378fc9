"""What the doors recorded of a held person (暂留处置), with how well each time is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from gate_agent.contract.contact_records import ContactListed
from gate_agent.contract.moment import NS_PER_S, parse_utc
from gate_agent.contract.records import (
    HoldAnswered,
    HoldClosed,
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldOverdue,
    HoldStep,
    Record,
    SnapshotTaken,
    SnapshotViewed,
)
from gate_collector.store.records import read_record
from gate_collector.store.schema import DOUBTED, EVENT, NOTABLE, own_word_of

_OF_ITS_DOOR: dict[str, type[Record]] = {
    kind.TYPE: kind
    for kind in (
        HoldOpened, HoldIdentified, HoldStep, HoldNoted, HoldOverdue, HoldClosed,
        ContactListed, SnapshotTaken, SnapshotViewed,
    )
}  # fmt: skip
_OF_ANY_DOOR: dict[str, type[Record]] = {HoldAnswered.TYPE: HoldAnswered}
_OF_BOTH = _OF_ITS_DOOR | _OF_ANY_DOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEntry:
    """One event of a hold as it is kept."""

    gate: str
    epoch: str
    sequence: int
    time: str
    record: Record
    late_ms: int | None  # on its way to the centre; None: nobody knows
    said: str | None = None  # when it happened by the door's own clock, where that was in doubt
    booted: str | None = None  # with it: the time was corrected
    boot: str | None = None
    boot_ns: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether anybody knows when it happened."""
        return self.said is None or self.booted is not None


def entries_of(connection: Connection, gate: str, hold_id: str) -> tuple[HoldEntry, ...]:
    """Return every event of a hold: by time, or as its door wrote them where a time is in doubt."""
    own = and_(NOTABLE.c.gate == gate, NOTABLE.c.type.in_(_OF_ITS_DOOR))
    kept = kept_of(
        connection,
        _OF_BOTH,
        or_(own, NOTABLE.c.type.in_(_OF_ANY_DOOR)),
        NOTABLE.c.subject == hold_id,
    )
    return in_order(
        one for one in kept if not isinstance(one.record, HoldAnswered) or one.record.gate == gate
    )


def kept_of(
    connection: Connection, kinds: Mapping[str, type[Record]], *where: ColumnElement[bool]
) -> list[HoldEntry]:
    """Return the events for which all this is so, in no order; each is of one of these kinds."""
    event = and_(*(EVENT.c[key] == NOTABLE.c[key] for key in ("gate", "epoch", "sequence")))
    columns = [NOTABLE.c[name] for name in ("gate", "epoch", "sequence", "type", "time", "data")]
    doubt = [DOUBTED.c[name] for name in ("said", "booted", "boot", "bootns")]
    rows = connection.execute(
        select(*columns, EVENT.c.late_ms, *doubt)
        .select_from(
            NOTABLE.outerjoin(EVENT, event).outerjoin(DOUBTED, own_word_of(NOTABLE))
        )
        .where(*where)
    ).all()  # fmt: skip
    return [
        _entry(row, record)
        for row in rows
        if (record := read_record(kinds[row.type], row.data)) is not None
    ]


def _entry(row: Any, record: Record) -> HoldEntry:
    return HoldEntry(
        gate=row.gate,
        epoch=row.epoch,
        sequence=row.sequence,
        time=row.time,
        record=record,
        late_ms=row.late_ms,
        said=row.said,
        booted=row.booted,
        boot=row.boot,
        boot_ns=row.bootns,
    )


def in_order(entries: Iterable[HoldEntry]) -> tuple[HoldEntry, ...]:
    """Return them by time, or one journal after the other where a time is in doubt.

    The order in which they came says nothing: of two journals that is later whose first event is.
    """
    journals: dict[tuple[str, str], list[HoldEntry]] = defaultdict(list)
    for one in sorted(entries, key=lambda one: one.sequence):
        journals[one.gate, one.epoch].append(one)
    wrote = sorted(journals.items(), key=lambda journal: (journal[1][0].time, journal[0]))
    ordered = [one for _, journal in wrote for one in journal]
    if all(one.is_certain for one in ordered):
        ordered.sort(key=lambda one: one.time)  # stable: of one millisecond in their order
    return tuple(ordered)


def elapsed_s(before: HoldEntry, after: HoldEntry) -> float | None:
    """Return how long it was from one event to another; None where nobody knows."""
    if before.boot == after.boot and before.boot_ns is not None and after.boot_ns is not None:
        return (after.boot_ns - before.boot_ns) / NS_PER_S
    if before.is_certain and after.is_certain:
        return (parse_utc(after.time) - parse_utc(before.time)).total_seconds()
    return None


def done_for(connection: Connection, gate: str, hold_id: str) -> tuple[HoldStep | HoldNoted, ...]:
    """Return what was done for a held person, steps and notes, as the door recorded it."""
    records = (one.record for one in entries_of(connection, gate, hold_id))
    return tuple(record for record in records if isinstance(record, HoldStep | HoldNoted))
