"""What the overview shows, derived from events in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from gate_agent.domain.records import (
    DailyReport,
    HoldClosed,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    PassageDecided,
    PersonRegistered,
    Record,
)
from gate_agent.messages import Envelope
from gate_agent.moment import parse_utc
from gate_collector.schema import HOLD, NOTABLE, PASSAGE, REPORT, insert_for

_PASSAGE_KEY = ("gate", "passage_id")


def apply(
    connection: Connection, events: Iterable[tuple[Envelope, Record]], zone: ZoneInfo
) -> None:
    """Change the views by events that are new."""
    passages = []
    for told, record in events:
        if isinstance(record, PassageDecided):
            passages.append(_passage(told, record, zone))
        else:
            _apply(connection, told, record)
    if passages:
        insert: Any = insert_for(connection.engine)(PASSAGE)
        news = {c.name: insert.excluded[c.name] for c in PASSAGE.c if c.name not in _PASSAGE_KEY}
        newest = insert.on_conflict_do_update(
            index_elements=_PASSAGE_KEY,
            set_=news,
            where=PASSAGE.c.sequence < insert.excluded.sequence,
        )
        connection.execute(newest, passages)  # at once: this is what doors say all day


def _passage(told: Envelope, record: PassageDecided, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "gate": told.gate,
        "passage_id": record.passage_id,
        "epoch": told.epoch,
        "sequence": told.number,
        "day": parse_utc(told.time).astimezone(zone).date().isoformat(),
        "category": record.category.value,
        "decision": record.decision.value,
        "person_ref": record.person_ref,
        "started": record.started,
        "decided": record.decided,
        "hold_id": record.hold_id,
        "drill": told.drill,
    }


def _apply(connection: Connection, told: Envelope, record: Record) -> None:
    if not isinstance(record, PersonRegistered):
        _note(connection, told, record)
    match record:
        case DailyReport():
            row = {
                "gate": told.gate,
                "day": record.day,
                "epoch": told.epoch,
                "sequence": told.number,
                "data": record.model_dump_json(),
            }
            _newest(connection, REPORT, ("gate", "day"), row)
        case HoldOpened() | HoldStep() | HoldOverdue() | HoldClosed():
            _hold(connection, told, record)
        case _:
            pass


def _note(connection: Connection, told: Envelope, record: Record) -> None:
    row = {
        "gate": told.gate,
        "epoch": told.epoch,
        "sequence": told.number,
        "type": told.type,
        "severity": told.severity.value,
        "subject": told.subject,
        "time": told.time,
        "drill": told.drill,
        "data": record.model_dump_json(),
    }
    connection.execute(NOTABLE.insert().values(row))


def _newest(
    connection: Connection, table: Table, key: tuple[str, ...], row: dict[str, Any]
) -> None:
    """Keep `row` unless a later event's is there: a second verdict takes the first's place."""
    of = [table.c[name] == row[name] for name in key]
    known = connection.execute(select(table.c.sequence).where(*of)).scalar()
    if known is None:
        connection.execute(table.insert().values(row))
    elif known < row["sequence"]:
        connection.execute(table.update().where(*of).values(row))


def _hold(
    connection: Connection,
    told: Envelope,
    record: HoldOpened | HoldStep | HoldOverdue | HoldClosed,
) -> None:
    of = (HOLD.c.gate == told.gate, HOLD.c.hold_id == record.hold_id)
    found = connection.execute(select(HOLD).where(*of)).mappings().first()
    row: dict[str, Any] = dict(found) if found else {
        "gate": told.gate,
        "hold_id": record.hold_id,
        "state": HoldState.FLAGGED.value,
        "stepped": 0,
        "since": told.time,
        "due_s": None,
        "overdue": 0,
        "drill": told.drill,
    }  # fmt: skip
    if isinstance(record, HoldOpened) and row.get("opened") is not None:
        row |= {"state": HoldState.FLAGGED.value, "stepped": 0}  # carried into a new epoch
    newer = told.number > row["stepped"]
    match record:
        case HoldOpened():
            row |= {
                "passage_id": record.passage_id,
                "person_ref": record.person_ref,
                "category": record.category.value,
                "reason": record.reason,
                "opened": record.opened,
                "surface_centi_c": record.surface_centi_c,
            }
            if newer:
                row |= {"due_s": record.deadline_s, "since": told.time}
        case HoldStep() if newer:
            row |= {
                "state": record.step.value,
                "due_s": record.deadline_s,
                "since": told.time,
                "overdue": 0,
            }
            if record.contact_centi_c is not None:
                row["contact_centi_c"] = record.contact_centi_c
        case HoldOverdue() if newer:
            row |= {"overdue": record.escalation, "since": told.time}
        case HoldClosed() if newer:
            row |= {
                "state": HoldState.CLOSED.value,
                "due_s": None,
                "outcome": record.outcome,
                "closed": record.closed,
            }
        case _:
            pass
    if newer:
        row["stepped"] = told.number
    if found:
        connection.execute(HOLD.update().where(*of).values(row))
    else:
        connection.execute(HOLD.insert().values(row))
