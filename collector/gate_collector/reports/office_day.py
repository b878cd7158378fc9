"""Gathers what a report says beside the doors' own, from their events and a clerk's entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from gate_agent.contract.duty_records import DutyDone, Round, SuppliesCounted
from gate_agent.contract.hold_records import HoldNoted, NoteKind
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy, SupplyItem
from gate_agent.contract.records import Category
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.reports.content import HoldLine
from gate_collector.reports.entries import (
    CounselEntry,
    Kept,
    MasksEntry,
    RoundAt,
    RoundScope,
    ScannedEntry,
    StaffEntry,
    SuppliesEntry,
    SupplyMove,
    entries_of,
    entries_until,
    moment_of,
)
from gate_collector.reports.office import (
    DoorStock,
    HallStock,
    MaskBags,
    OfficeDay,
    StaffDay,
    SuppliesIssued,
    Uncounselled,
)
from gate_collector.reports.rounds import RoundDone, kinds_of, since_midnight
from gate_collector.store.records import read_record, read_records
from gate_collector.store.schema import NOTABLE, PASSAGE

_ONE = timedelta(days=1)
_COUNTED_WITHIN = timedelta(days=92)  # an older count of supplies says nothing of today


def rounds_done(
    connection: Connection, gate: str, day: ReportDay, centre: Centre, policy: Policy
) -> list[RoundDone]:
    """Return the rounds at a door since the midnight before the day began, told or entered."""
    wide = since_midnight(day, centre.zone)
    done = [
        RoundDone(area=one.area, kind=one.kind, at=parse_utc(one.at), by=one.by, method=one.method)
        for one in _told(connection, DutyDone, gate, wide)
    ]
    for date in (day.date - _ONE, day.date):
        for kept in entries_of(connection, date):
            if kept.counts and isinstance(kept.entry, RoundAt) and kept.entry.gate == gate:
                done += _entered(kept.entry, moment_of(centre, date, kept.entry.at), policy)
    return [one for one in done if one.at >= wide.begin]


def _entered(entry: RoundAt, at: datetime, policy: Policy) -> Iterator[RoundDone]:
    is_scanned = isinstance(entry, ScannedEntry)
    for area in policy.duties.areas:
        for kind in kinds_of(area):
            if entry.area in ("", area.name) and entry.scope in (RoundScope.BOTH, kind.value):
                yield RoundDone(
                    area=area.name, kind=kind, at=at, by=entry.done_by,
                    is_entered=not is_scanned, is_scanned=is_scanned,
                    method=entry.method or None if kind is Round.DISINFECTED else None,
                )  # fmt: skip


def office_day(
    connection: Connection,
    day: ReportDay,
    doors: Sequence[tuple[str, str]],
    holds: Sequence[HoldLine],
    policy: Policy,
) -> OfficeDay:
    """Return it all; `doors` are ids with what people call them."""
    entries = [one for one in entries_until(connection, day.date) if one.counts]
    kept = [one for one in entries if one.day == day.name]
    masks = [
        MaskBags(bags=one.entry.bags, place=one.entry.place, handed_to=one.entry.handed_to,
                 by=one.by)
        for one in kept
        if isinstance(one.entry, MasksEntry)
    ]  # fmt: skip
    issued = [
        SuppliesIssued(item=one.entry.item, quantity=one.entry.quantity, to=one.entry.to, by=one.by)
        for one in kept
        if isinstance(one.entry, SuppliesEntry) and one.entry.move is SupplyMove.ISSUED
    ]
    sealed = sum(
        one.kind is Round.MASKS_SEALED
        for gate, _ in doors
        for one in _told(connection, DutyDone, gate, day)
    )
    counselled, lacking = _counselled(connection, day, entries, holds)
    return OfficeDay(
        staff=_staff(connection, day, kept, holds, policy),
        supplies=tuple(_supplies(connection, day, entries, doors, policy)),
        issued=tuple(issued),
        masks=tuple(masks) or None,
        masks_sealed=sealed,
        counselled=counselled,
        uncounselled=lacking,
    )


def _told(connection: Connection, kind: Any, gate: str, day: ReportDay) -> Iterator[Any]:
    rows = connection.execute(
        select(NOTABLE.c.data)
        .where(
            NOTABLE.c.gate == gate,
            NOTABLE.c.type == kind.TYPE,
            day.includes(NOTABLE.c.time),
            NOTABLE.c.drill.is_(False),
        )
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    ).scalars()
    yield from read_records(kind, rows)


def _staff(
    connection: Connection,
    day: ReportDay,
    kept: list[Kept],
    holds: Sequence[HoldLine],
    policy: Policy,
) -> StaffDay:
    refs = connection.execute(
        select(PASSAGE.c.person_ref)
        .where(
            day.began(PASSAGE),
            PASSAGE.c.category == Category.STAFF.value,
            PASSAGE.c.drill.is_(False),
        )
        .distinct()
    ).scalars()
    measured = {ref for ref in refs if ref is not None}
    roster = {one.person_ref for one in policy.roster}
    entered = [one.entry for one in kept if isinstance(one.entry, StaffEntry)]
    staff = Category.STAFF.value
    return StaffDay(
        roster=len(roster) if roster else None,
        measured=len(measured),
        unseen=len(roster - measured) if roster else None,
        absent=entered[-1].absent if entered else None,
        held=sum(line.category == staff and not line.is_released for line in holds),
        with_symptoms=entered[-1].with_symptoms if entered else None,
    )


@dataclass(slots=True)
class _AtDoor:
    """What one door has of one item, by whoever told of it last."""

    stock: int | None = None
    is_counted: bool = False  # in the day
    used: int | None = None  # in the day; None: nobody told


def _supplies(
    connection: Connection,
    day: ReportDay,
    entries: list[Kept],
    doors: Sequence[tuple[str, str]],
    policy: Policy,
) -> Iterator[HallStock]:
    at_doors = _at_doors(connection, day, entries)
    for item in policy.supplies:
        here = [(called, at_doors[gate, item.item]) for gate, called in doors]
        yield _stock(item, here, entries, day)


def _at_doors(
    connection: Connection, day: ReportDay, entries: list[Kept]
) -> dict[tuple[str, str], _AtDoor]:
    """Return what each door has of each item: as it told, or as a clerk counted there."""
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.time, NOTABLE.c.data)
        .where(
            NOTABLE.c.type == SuppliesCounted.TYPE,
            NOTABLE.c.time >= format_utc(day.end - _COUNTED_WITHIN),
            NOTABLE.c.time < format_utc(day.end),
            NOTABLE.c.drill.is_(False),
        )
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    ).all()
    counts = [
        (row.time, row.gate, counted.item, counted.stock, counted.change)
        for row in rows
        if (counted := read_record(SuppliesCounted, row.data)) is not None
    ]
    begin, end = format_utc(day.begin), format_utc(day.end)
    for kept in entries:
        entry = kept.entry
        if isinstance(entry, SuppliesEntry) and entry.gate:
            at = min(max(kept.first[0], begin), end) if kept.day == day.name else kept.first[0]
            counts.append((at, entry.gate, entry.item, entry.quantity, None))
    at_doors = defaultdict[tuple[str, str], _AtDoor](_AtDoor)
    for time, gate, item, stock, change in sorted(counts, key=lambda one: one[0]):
        here = at_doors[gate, item]
        here.stock = stock
        if time >= begin:
            here.is_counted = True
            if change is not None:
                here.used = (here.used or 0) + max(0, -change)
    return at_doors


def _stock(
    item: SupplyItem, doors: list[tuple[str, _AtDoor]], entries: list[Kept], day: ReportDay
) -> HallStock:
    office: int | None = None
    moved: dict[SupplyMove, int] = defaultdict(int)
    for kept in entries:
        entry = kept.entry
        if not isinstance(entry, SuppliesEntry) or entry.item != item.item or entry.gate:
            continue
        if entry.move is SupplyMove.COUNTED:
            office = entry.quantity
        elif office is not None:
            sign = 1 if entry.move is SupplyMove.RECEIVED else -1
            office = max(0, office + sign * entry.quantity)
        if kept.day == day.name:
            moved[entry.move] += entry.quantity
    used = [here.used for _, here in doors if here.used is not None]
    stock = HallStock(
        item=item.item,
        unit=item.unit,
        doors=tuple(
            DoorStock(called=called, stock=here.stock, is_counted=here.is_counted)
            for called, here in doors
        ),
        office=office,
        used=sum(used) if used else None,
        is_used_more=0 < len(used) < len(doors),
        received=moved[SupplyMove.RECEIVED],
        issued=moved[SupplyMove.ISSUED],
        low=False,
    )
    total = stock.total
    return stock.model_copy(update={"low": total is not None and total < item.low})


def _counselled(
    connection: Connection, day: ReportDay, entries: list[Kept], holds: Sequence[HoldLine]
) -> tuple[int, tuple[Uncounselled, ...]]:
    """Return how many people were counselled in the day, and the holds of whom nobody ever was.

    It belongs to its hold: done once, by a door's word or a clerk's, it counts on the day of the
    first.
    """
    rows = connection.execute(
        select(NOTABLE.c.time, NOTABLE.c.data)
        .where(NOTABLE.c.type == HoldNoted.TYPE, NOTABLE.c.drill.is_(False))
        .where(NOTABLE.c.time >= format_utc(day.begin - _COUNTED_WITHIN))
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    ).all()
    begin, end = format_utc(day.begin), format_utc(day.end)
    done: list[tuple[str, str, bool]] = []  # hold, when it was told, whether of this day
    for row in rows:
        note = read_record(HoldNoted, row.data)
        if note is not None and note.kind is NoteKind.COUNSELLED:
            done.append((note.hold_id, row.time, begin <= row.time < end))
    people = 0
    for one in entries:
        if isinstance(one.entry, CounselEntry):
            if one.entry.hold_id:
                done.append((one.entry.hold_id, one.first[0], one.day == day.name))
            elif one.day == day.name:
                people += one.entry.people
    first: dict[str, bool] = {}
    for hold_id, _, is_today in sorted(done, key=lambda each: each[1]):
        first.setdefault(hold_id, is_today)
    lacking = tuple(
        Uncounselled(gate=line.gate, hold_id=line.hold_id, opened=line.opened)
        for line in holds
        if not line.is_released and line.hold_id not in first
    )
    return sum(first.values()) + people, lacking
