"""How an event changes the views (视图): what is counted and open, derived from the journal.

The journal's writer and `verify.rebuild` both come through `apply`: what is shown is equal to a
replay, or a test says so. Drills (演练) make holds, and never count.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from gate_agent.contract.messages import data_of
from gate_agent.contract.moment import on_clock
from gate_agent.contract.records import (
    ClockSynced,
    CoverageLost,
    CoverageRestored,
    DailyReport,
    DeviceChanged,
    DutyDone,
    HoldClosed,
    HoldIdentified,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    ModeApplied,
    PassageDecided,
    Record,
    ShiftNoted,
    SuppliesCounted,
    ThermometerChecked,
    ThermometerCommissioned,
    ThermometerCompared,
)
from gate_agent.store.schema import DAY_COUNT, HOLD, NEWEST, PASSAGE, ROUND, SUPPLY, compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when an event stands: `time` is its UTC text, `day` its local date."""

    sequence: int
    time: str
    day: str
    boot: str
    boot_ns: int
    drill: bool


# What a replay needs the body of; the other types change no view.
SHOWN: frozenset[str] = frozenset(
    record.TYPE
    for record in (
        PassageDecided, HoldOpened, HoldIdentified, HoldStep, HoldOverdue, HoldClosed,
        DutyDone, SuppliesCounted, ShiftNoted, DeviceChanged, ModeApplied, DailyReport, ClockSynced,
        CoverageLost, CoverageRestored, ThermometerChecked, ThermometerCommissioned,
        ThermometerCompared,
    )
)  # fmt: skip

_ADD_PASSAGE = compiled(insert(PASSAGE).on_conflict_do_nothing(index_elements=["passage_id"]))
_OLD_PASSAGE = compiled(
    select(PASSAGE.c.day, PASSAGE.c.category, PASSAGE.c.decision, PASSAGE.c.drill).where(
        PASSAGE.c.passage_id == bindparam("passage_id")
    )
)
_DROP_PASSAGE = compiled(delete(PASSAGE).where(PASSAGE.c.passage_id == bindparam("passage_id")))
_COUNT = compiled(
    insert(DAY_COUNT).on_conflict_do_update(
        index_elements=["day", "category", "decision"],
        set_={"count": DAY_COUNT.c.count + insert(DAY_COUNT).excluded.count},
    )
)
_NAME_HOLD = compiled(
    update(HOLD)
    .where(HOLD.c.hold_id == bindparam("of"), HOLD.c.person_ref.is_(None))
    .values(person_ref=bindparam("person_ref"), category=bindparam("category"))
)
_KNOW_HOLD = compiled(
    update(HOLD)
    .where(HOLD.c.hold_id == bindparam("of"))
    .values(person_ref=bindparam("person_ref"), category=bindparam("category"))
)
_OPEN_HOLD = compiled(insert(HOLD).prefix_with("OR REPLACE"))
_STEP_HOLD = compiled(
    update(HOLD)
    .where(HOLD.c.hold_id == bindparam("of"))
    .values(
        state=bindparam("state"),
        contact_centi_c=func.coalesce(bindparam("contact_centi_c"), HOLD.c.contact_centi_c),
        stepped=bindparam("stepped"),
        boot=bindparam("boot"),
        boot_ns=bindparam("boot_ns"),
        due_s=bindparam("due_s"),
        overdue=0,
    )
)
_LATE_HOLD = compiled(
    update(HOLD)
    .where(HOLD.c.hold_id == bindparam("of"))
    .values(
        overdue=bindparam("overdue"),
        stepped=bindparam("stepped"),
        boot=bindparam("boot"),
        boot_ns=bindparam("boot_ns"),
    )
)
_CLOSE_HOLD = compiled(
    update(HOLD)
    .where(HOLD.c.hold_id == bindparam("of"))
    .values(state=HoldState.CLOSED.value, due_s=None, closed_sequence=bindparam("closed_sequence"))
)
_ROUND = compiled(
    insert(ROUND).on_conflict_do_update(
        index_elements=["day", "area", "kind"],
        set_={"count": ROUND.c.count + 1, "last": insert(ROUND).excluded.last},
    )
)
_SUPPLY = compiled(
    insert(SUPPLY).on_conflict_do_update(
        index_elements=["item"],
        set_={
            "stock": insert(SUPPLY).excluded.stock,
            "day": insert(SUPPLY).excluded.day,
            "used": insert(SUPPLY).excluded.used
            + case((SUPPLY.c.day == insert(SUPPLY).excluded.day, SUPPLY.c.used), else_=0),
        },
    )
)
_KEEP = compiled(insert(NEWEST).prefix_with("OR REPLACE"))


def local_day(utc: datetime, zone: ZoneInfo) -> str:
    """Return the local date of `utc`, as YYYY-MM-DD."""
    return on_clock(utc, zone).date().isoformat()


def apply(connection: sqlite3.Connection, place: Place, record: Record, body: bytes) -> None:
    """Change the views by one event, inside the caller's transaction.

    What is kept of it is what its body says, so that a later version's replay finds the same.
    """
    match record:
        case PassageDecided():
            _passage(connection, place, record)
        case HoldOpened() | HoldStep() | HoldOverdue() | HoldClosed():
            _hold(connection, place, record)
        case HoldIdentified():
            known = {
                "of": record.hold_id,
                "person_ref": record.person_ref,
                "category": record.category.value,
            }
            connection.execute(_KNOW_HOLD.sql, known)
        case DutyDone() | SuppliesCounted():
            if not place.drill:
                _duty(connection, place, record)
        case (
            DeviceChanged()
            | ModeApplied()
            | ShiftNoted()
            | DailyReport()
            | ClockSynced()
            | CoverageLost()
            | CoverageRestored()
            | ThermometerChecked()
            | ThermometerCommissioned()
            | ThermometerCompared()
        ):
            connection.execute(
                _KEEP.sql,
                {
                    "type": record.TYPE,
                    "subject": _newest_of(record),
                    "sequence": place.sequence,
                    "data": data_of(body),
                },
            )
        case _:
            pass


def _newest_of(record: Record) -> str:
    """Return what a record is the newest of; one report and one mode are, whatever their day."""
    match record:
        case DeviceChanged() | ClockSynced():
            return record.subject
        case ThermometerChecked():
            if record.passed:  # a black body clears what a contact reading cannot
                return "blackbody" if record.reference == "blackbody" else "passed"
            return "failed"
        case _:
            return ""


def _passage(connection: sqlite3.Connection, place: Place, record: PassageDecided) -> None:
    row = {
        "sequence": place.sequence,
        "passage_id": record.passage_id,
        "day": place.day,
        "category": record.category.value,
        "decision": record.decision.value,
        "drill": place.drill,
        "person_ref": record.person_ref,
        "decided": record.decided,
        "repeat_visit": record.repeat_visit,
        "registration_ms": record.registration_ms,
    }
    if connection.execute(_ADD_PASSAGE.sql, row).rowcount == 0:  # a later verdict: overruled, named
        values = {"passage_id": record.passage_id}
        day, category, decision, drill = connection.execute(_OLD_PASSAGE.sql, values).fetchone()
        if not drill:
            _count(connection, day, category, decision, -1)
        connection.execute(_DROP_PASSAGE.sql, values)
        connection.execute(_ADD_PASSAGE.sql, row)
    if not place.drill:
        _count(connection, place.day, record.category.value, record.decision.value, 1)
    if record.hold_id is not None and record.person_ref is not None:
        named = {
            "of": record.hold_id,
            "person_ref": record.person_ref,
            "category": record.category.value,
        }
        connection.execute(_NAME_HOLD.sql, named)


def _count(
    connection: sqlite3.Connection, day: str, category: str, decision: str, step: int
) -> None:
    row = {"day": day, "category": category, "decision": decision, "count": step}
    connection.execute(_COUNT.sql, row)


def _hold(
    connection: sqlite3.Connection,
    place: Place,
    record: HoldOpened | HoldStep | HoldOverdue | HoldClosed,
) -> None:
    """Keep where the hold stands; `stepped`, `boot` and `boot_ns` say when its deadline began."""
    began = {"stepped": place.time, "boot": place.boot, "boot_ns": place.boot_ns}
    match record:
        case HoldOpened():
            row = began | {
                "hold_id": record.hold_id,
                "passage_id": record.passage_id,
                "person_ref": record.person_ref,
                "category": record.category.value,
                "reason": record.reason,
                "surface_centi_c": record.surface_centi_c,
                "contact_centi_c": None,
                "opened": record.opened,
                "state": HoldState.FLAGGED.value,
                "due_s": record.deadline_s,
                "overdue": 0,
                "drill": place.drill,
                "day": place.day,
                "opened_sequence": place.sequence,
                "closed_sequence": None,
            }
            connection.execute(_OPEN_HOLD.sql, row)
        case HoldStep():
            row = began | {
                "of": record.hold_id,
                "state": record.step.value,
                "contact_centi_c": record.contact_centi_c,
                "due_s": record.deadline_s,
            }
            connection.execute(_STEP_HOLD.sql, _STEP_HOLD.values(**row))
        case HoldOverdue():
            row = began | {"of": record.hold_id, "overdue": record.escalation}
            connection.execute(_LATE_HOLD.sql, row)
        case HoldClosed():
            row = {"of": record.hold_id, "closed_sequence": place.sequence}
            connection.execute(_CLOSE_HOLD.sql, _CLOSE_HOLD.values(**row))


def _duty(connection: sqlite3.Connection, place: Place, record: DutyDone | SuppliesCounted) -> None:
    match record:
        case DutyDone():
            row: dict[str, object] = {
                "day": place.day,
                "area": record.area,
                "kind": record.kind.value,
                "count": 1,
                "last": record.at,
            }
            connection.execute(_ROUND.sql, _ROUND.values(**row))
        case SuppliesCounted():
            used = max(0, -(record.change or 0))
            row = {"item": record.item, "stock": record.stock, "day": place.day, "used": used}
            connection.execute(_SUPPLY.sql, _SUPPLY.values(**row))
