"""Whether the district's epidemic office took the report of a held person (区防疫部门已接报).

A step of its own, apart from telling the hall's own leader: who was told, when, who took it, and
under which number. The door's events tell of it, or what the office of the hall recorded at the
centre where it did the calling: kept as the centre's own evidence, never as a door's event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from gate_agent.contract.free_text import sealed_box
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import HoldNoted, HoldState, HoldStep, NoteKind
from gate_agent.words import LANGS, word
from gate_collector.ledger.held import HoldEntry, elapsed_s, entries_of
from gate_collector.store.schema import HOLD, OLDEST_HOLDS
from gate_collector.store.schema_office import DISTRICT

_BEGINS = (HoldState.CONFIRMED, HoldState.LEFT)
_ENDED = (HoldState.TRANSFERRED.value, HoldState.LEFT.value)  # what no released hold ever was


class DistrictGap(StrEnum):
    """What is lacking of the report to the district's office."""

    MISSING = "missing"  # 未报
    NUMBERLESS = "numberless"  # 缺受理编号
    LATE = "late"  # 迟报
    UNDATED = "undated"  # 未能核实: a clock was in doubt


class DistrictRecord(BaseModel):
    """One record that the district's office was told."""

    model_config = ConfigDict(frozen=True)
    at: str
    is_certain: bool = True
    to: str | None = None  # None: sealed, so nobody can say which office it was
    taken_by: str = ""
    by: str
    reference: str | None = None
    is_sealed: bool = False  # the number is there, and sealed
    at_door: bool
    gate: str = ""  # with them: the door's event that says it
    epoch: str = ""
    sequence: int = 0
    recorded: str | None = None  # when the hall's office wrote it down
    late_s: float | None = None  # over the limit; None: nobody knows


class DistrictReceipt(BaseModel):
    """What is known of one hold's report to the district's office; nothing is asked of most."""

    model_config = ConfigDict(frozen=True)
    is_needed: bool = False
    due: str | None = None  # None: nobody knows when the fever was confirmed
    told: tuple[DistrictRecord, ...] = ()
    gaps: tuple[DistrictGap, ...] = ()
    late_s: float | None = None

    @property
    def reference(self) -> str | None:
        """The newest number that the district's office gave, unless it is sealed."""
        return next((one.reference for one in reversed(self.told) if one.reference), None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing more is to be done for it."""
        return not self.is_needed or (bool(self.told) and DistrictGap.NUMBERLESS not in self.gaps)


def is_district(post: str) -> bool:
    """Whether this is an office of the district's epidemic control, by its name."""
    marks = (mark for lang in LANGS for mark in word("district.marks", lang).split())
    return any(mark.casefold() in post.casefold() for mark in marks)


def receipt_of(
    connection: Connection, hold: Any, policy: Policy, now: datetime,
    entries: Sequence[HoldEntry] | None = None,
) -> DistrictReceipt:  # fmt: skip
    """Return what is known of the report of `hold`, a row of HOLD, as of now."""
    if entries is None:
        entries = entries_of(connection, hold.gate, hold.hold_id)
    rows = connection.execute(
        select(DISTRICT)
        .where(DISTRICT.c.gate == hold.gate, DISTRICT.c.hold_id == hold.hold_id)
        .order_by(DISTRICT.c.id)
    ).all()
    ended = hold.outcome or hold.state
    return judged(entries, rows, ended=ended, within_s=policy.hold.report_s, now=now)


def judged(
    entries: Sequence[HoldEntry], rows: Sequence[Any], *, ended: str, within_s: float, now: datetime
) -> DistrictReceipt:
    """Return what the door's events and the centre's own entries say together. Pure."""
    steps = [one for one in entries if isinstance(one.record, HoldStep)]
    begin = _first(steps, *_BEGINS)
    reports = [one for entry in entries if (one := _by_door(entry, begin, within_s))]
    reports += [_by_office(row, begin, within_s) for row in rows]
    reports.sort(key=lambda one: one.at)
    if not _is_needed(steps, begin, ended, within_s):
        return DistrictReceipt(told=tuple(reports))
    due = _due(begin, within_s)
    lates = [one.late_s for one in reports if one.late_s is not None]
    late_s = min(lates) if lates else None
    gaps = []
    if not reports and (due is None or now > due):
        gaps.append(DistrictGap.MISSING)
    if reports and not any(one.reference or one.is_sealed for one in reports):
        gaps.append(DistrictGap.NUMBERLESS)
    if late_s:
        gaps.append(DistrictGap.LATE)
    if reports and late_s is None:
        gaps.append(DistrictGap.UNDATED)
    return DistrictReceipt(
        is_needed=True,
        due=None if due is None else format_utc(due),
        told=tuple(reports),
        gaps=tuple(gaps),
        late_s=late_s,
    )


def _first(steps: Sequence[HoldEntry], *states: HoldState) -> HoldEntry | None:
    wanted = (
        one for one in steps if isinstance(one.record, HoldStep) and one.record.step in states
    )
    return next(wanted, None)


def _is_needed(
    steps: Sequence[HoldEntry], begin: HoldEntry | None, ended: str, within_s: float
) -> bool:  # fmt: skip
    """Whether a fever was confirmed, or somebody left; not what was released before it was due."""
    if begin is None:
        return ended in _ENDED
    released = _first(steps, HoldState.RELEASED)
    if released is None:
        return True
    took_s = elapsed_s(begin, released)
    return took_s is None or took_s > within_s


def _due(begin: HoldEntry | None, within_s: float) -> datetime | None:
    if begin is None or not begin.is_certain:
        return None
    return parse_utc(begin.time) + timedelta(seconds=within_s)


def _by_door(entry: HoldEntry, begin: HoldEntry | None, within_s: float) -> DistrictRecord | None:
    """Return what an event says of the district's office; None where it says nothing of it."""
    record = entry.record
    match record:
        case HoldStep(step=HoldState.REPORTED) | HoldNoted(kind=NoteKind.CALLED, answered=True):
            pass
        case _:
            return None
    to = None if record.to is None or sealed_box(record.to) else record.to
    number = record.office_reference
    if number is None and (to is None or not is_district(to)):
        return None  # the hall's own leader, an ambulance, or nobody knows whom
    took_s = None if begin is None else elapsed_s(begin, entry)
    is_sealed = number is not None and sealed_box(number) is not None
    return DistrictRecord(
        at=entry.time,
        is_certain=entry.is_certain,
        to=to,
        by=record.by,
        reference=None if is_sealed else number,
        is_sealed=is_sealed,
        at_door=True,
        gate=entry.gate,
        epoch=entry.epoch,
        sequence=entry.sequence,
        late_s=None if took_s is None else max(0.0, took_s - within_s),
    )


def _by_office(row: Any, begin: HoldEntry | None, within_s: float) -> DistrictRecord:
    due = _due(begin, within_s)
    late_s = None if due is None else max(0.0, (parse_utc(row.told) - due).total_seconds())
    return DistrictRecord(
        at=row.told,
        to=row.to,
        taken_by=row.taken_by,
        by=row.by,
        reference=row.reference or None,
        at_door=False,
        recorded=row.recorded,
        late_s=late_s,
    )


def holds_lacking(
    connection: Connection, policy: Policy, now: datetime, *, since: str
) -> list[tuple[Any, DistrictReceipt]]:
    """Return the holds since then, and those that are open, of whose report anything is lacking."""
    holds = connection.execute(
        select(HOLD)
        .where(
            HOLD.c.drill.is_(False),
            (HOLD.c.opened >= since) | (HOLD.c.state != HoldState.CLOSED.value),
        )
        .order_by(*OLDEST_HOLDS)
    ).all()
    judged_holds = ((hold, receipt_of(connection, hold, policy, now)) for hold in holds)
    return [(hold, receipt) for hold, receipt in judged_holds if receipt.gaps]
