"""Gathers what a report says beside the doors' own, from their events and a clerk's entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
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
from gate_collector.reports.rounds import RoundDone, kinds_of
from gate_collector.store.records import read_record, read_records
from gate_collector.store.schema import NOTABLE, PASSAGE

_COUNTED_WITHIN = timedelta(days=92)  # an older count of supplies says nothing of today


def rounds_done(
    connection: Connection, gate: str, day: ReportDay, centre: Centre, policy: Policy
) -> list[RoundDone]:
    """Return the rounds at a door, as it told them and as a clerk entered them."""
    done = [
        RoundDone(area=one.area, kind=one.kind, at=parse_utc(one.at), by=one.by, method=one.method)
        for one in _told(connection, DutyDone, gate, day)
    ]
    for kept in entries_of(connection, day.date):
        if kept.counts and isinstance(kept.entry, RoundAt) and kept.entry.gate == gate:
            done += _entered(kept.entry, day, centre, policy)
    return done


def _entered(entry: RoundAt, day: ReportDay, centre: Centre, policy: Policy) -> Iterator[RoundDone]:
    at = moment_of(centre, day.date, entry.at)
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
    kept = [one for one in entries_of(connection, day.date) if one.counts]
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
    counselled, lacking = _counselled(connection, day, kept, holds)
    return OfficeDay(
        staff=_staff(connection, day, kept, holds, policy),
        supplies=tuple(_supplies(connection, day, doors, policy)),
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
            day.includes(PASSAGE.c.decided),
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
        absent=sum(one.absent for one in entered) if entered else None,
        held=sum(line.category == staff and not line.is_released for line in holds),
        with_symptoms=sum(one.with_symptoms for one in entered) if entered else None,
    )


def _supplies(
    connection: Connection, day: ReportDay, doors: Sequence[tuple[str, str]], policy: Policy
) -> Iterator[HallStock]:
    since = format_utc(day.end - _COUNTED_WITHIN)
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.time, NOTABLE.c.data)
        .where(
            NOTABLE.c.type == SuppliesCounted.TYPE,
            NOTABLE.c.time > since,
            NOTABLE.c.time <= format_utc(day.end),
            NOTABLE.c.drill.is_(False),
        )
        .order_by(NOTABLE.c.time, NOTABLE.c.id)
    )
    stocks: dict[tuple[str, str], int] = {}
    used: dict[str, int] = defaultdict(int)
    for row in rows:
        counted = read_record(SuppliesCounted, row.data)
        if counted is None:
            continue
        stocks[row.gate, counted.item] = counted.stock
        if row.time > format_utc(day.begin):
            used[counted.item] += max(0, -(counted.change or 0))
    entries = [one for one in entries_until(connection, day.date) if one.counts]
    today = {one.id for one in entries_of(connection, day.date)}
    for item in policy.supplies:
        yield _stock(item, doors, stocks, used=used[item.item], entries=entries, today=today)


def _stock(
    item: SupplyItem,
    doors: Sequence[tuple[str, str]],
    stocks: dict[tuple[str, str], int],
    *,
    used: int,
    entries: list[Kept],
    today: set[int],
) -> HallStock:
    office: int | None = None
    moved: dict[SupplyMove, int] = defaultdict(int)
    for kept in entries:
        entry = kept.entry
        if not isinstance(entry, SuppliesEntry) or entry.item != item.item:
            continue
        if entry.move is SupplyMove.COUNTED:
            office = entry.quantity
        elif office is not None:
            sign = 1 if entry.move is SupplyMove.RECEIVED else -1
            office = max(0, office + sign * entry.quantity)
        if kept.id in today:
            moved[entry.move] += entry.quantity
    stock = HallStock(
        item=item.item,
        unit=item.unit,
        doors=tuple(
            DoorStock(called=called, stock=stocks.get((gate, item.item))) for gate, called in doors
        ),
        office=office,
        used=used,
        received=moved[SupplyMove.RECEIVED],
        issued=moved[SupplyMove.ISSUED],
        low=False,
    )
    total = stock.total
    return stock.model_copy(update={"low": total is not None and total < item.low})


def _counselled(
    connection: Connection, day: ReportDay, kept: list[Kept], holds: Sequence[HoldLine]
) -> tuple[int, tuple[Uncounselled, ...]]:
    rows = connection.execute(
        select(NOTABLE.c.data)
        .where(
            NOTABLE.c.type == HoldNoted.TYPE,
            day.includes(NOTABLE.c.time),
            NOTABLE.c.drill.is_(False),
        )
        .order_by(NOTABLE.c.id)
    ).scalars()
    noted = {
        one.hold_id for one in read_records(HoldNoted, rows) if one.kind is NoteKind.COUNSELLED
    }
    entered = [one.entry for one in kept if isinstance(one.entry, CounselEntry)]
    known = noted | {one.hold_id for one in entered}
    lacking = tuple(
        Uncounselled(gate=line.gate, hold_id=line.hold_id, opened=line.opened)
        for line in holds
        if not line.is_released and line.hold_id not in known
    )
    return len(noted) + sum(one.people for one in entered), lacking
