"""What the doors recorded of a held person (暂留处置), with how well each time is known."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

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
    event = and_(*(EVENT.c[key] == NOTABLE.c[key] for key in ("gate", "epoch", "sequence")))
    columns = [NOTABLE.c[name] for name in ("gate", "epoch", "sequence", "type", "time", "data")]
    doubt = [DOUBTED.c[name] for name in ("said", "booted", "boot", "bootns")]
    rows = connection.execute(
        select(*columns, EVENT.c.late_ms, *doubt)
        .select_from(
            NOTABLE.outerjoin(EVENT, event).outerjoin(DOUBTED, own_word_of(NOTABLE))
        )
        .where(
            or_(own, NOTABLE.c.type.in_(_OF_ANY_DOOR)),
            NOTABLE.c.subject == hold_id,
        )
        .order_by(NOTABLE.c.id)
    ).all()  # fmt: skip
    journals: dict[tuple[str, str], int] = {}
    entries = []
    for row in rows:
        record = read_record((_OF_ITS_DOOR | _OF_ANY_DOOR)[row.type], row.data)
        if record is None or (isinstance(record, HoldAnswered) and record.gate != gate):
            continue
        journals.setdefault((row.gate, row.epoch), len(journals))
        entries.append(
            HoldEntry(
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
        )
    entries.sort(key=lambda one: (journals[one.gate, one.epoch], one.sequence))
    if all(one.is_certain for one in entries):
        entries.sort(key=lambda one: one.time)  # stable: of one millisecond in their order
    return tuple(entries)


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
