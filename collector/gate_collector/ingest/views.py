"""What the overview shows, derived from events in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, tuple_

from gate_agent.contract.messages import Attributes
from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import (
    DailyReport,
    HoldClosed,
    HoldIdentified,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    PassageDecided,
    PersonRegistered,
    Record,
)
from gate_collector.ingest.arrival import Arrived
from gate_collector.store.bulk import Row, put, put_newest
from gate_collector.store.schema import HOLD, NOTABLE, PASSAGE, REPORT

HoldRecord = HoldOpened | HoldIdentified | HoldStep | HoldOverdue | HoldClosed
_OF_HOLDS = (HoldOpened, HoldIdentified, HoldStep, HoldOverdue, HoldClosed)


def apply(connection: Connection, events: Iterable[Arrived], zone: ZoneInfo) -> None:
    """Change the views by events that are new."""
    passages: dict[tuple[str, str], tuple[int, Row]] = {}
    others: list[tuple[Attributes, Record]] = []
    for arrived in events:
        match arrived.record:
            case None | PersonRegistered():
                pass
            case PassageDecided() as decided:
                key = arrived.key[0], decided.passage_id
                if key not in passages or passages[key][0] < arrived.number:
                    passages[key] = arrived.number, _passage(arrived, decided, zone)
            case record:
                others.append((arrived.told, record))
    if passages:
        put_newest(connection, PASSAGE, [row for _, row in passages.values()])
    if others:
        connection.execute(NOTABLE.insert(), [_notable(*other) for other in others])
        put_newest(connection, REPORT, list(_reports(others)))
        _keep_holds(connection, others)


def _passage(arrived: Arrived, record: PassageDecided, zone: ZoneInfo) -> Row:
    """Return the row of PASSAGE, in the order of its columns."""
    envelope = arrived.told
    return (
        arrived.key[0],
        record.passage_id,
        envelope.epoch,
        arrived.number,
        on_clock(parse_utc(envelope.time), zone).date().isoformat(),
        record.category.value,
        record.decision.value,
        record.person_ref,
        record.started,
        record.decided,
        record.hold_id,
        envelope.drill,
    )


def _notable(envelope: Attributes, record: Record) -> dict[str, Any]:
    return {
        "gate": envelope.gate,
        "epoch": envelope.epoch,
        "sequence": envelope.number,
        "type": envelope.type,
        "severity": envelope.severity,
        "subject": envelope.subject,
        "time": envelope.time,
        "drill": envelope.drill,
        "data": record.model_dump_json(),
    }


def _reports(arrivals: list[tuple[Attributes, Record]]) -> Iterator[Row]:
    """Yield the rows of REPORT, in the order of its columns; a door's last word on a day counts."""
    newest: dict[tuple[str, str], tuple[Attributes, DailyReport]] = {}
    for envelope, record in arrivals:
        if isinstance(record, DailyReport):
            key = envelope.gate, record.day
            if key not in newest or newest[key][0].number < envelope.number:
                newest[key] = envelope, record
    for (gate, day), (envelope, record) in newest.items():
        yield gate, day, envelope.epoch, envelope.number, record.model_dump_json()


def _keep_holds(connection: Connection, arrivals: list[tuple[Attributes, Record]]) -> None:
    """Let the holds of these gates, which are ours until the end of the transaction, go on."""
    steps = [(envelope, record) for envelope, record in arrivals if isinstance(record, _OF_HOLDS)]
    keys = {(envelope.gate, record.hold_id) for envelope, record in steps}
    if not keys:
        return
    there = select(HOLD).where(tuple_(HOLD.c.gate, HOLD.c.hold_id).in_(sorted(keys)))
    rows = {
        (row["gate"], row["hold_id"]): dict(row) for row in connection.execute(there).mappings()
    }
    for envelope, record in steps:
        key = envelope.gate, record.hold_id
        rows[key] = _stepped(rows.get(key) or _flagged(envelope, record.hold_id), envelope, record)
    put(connection, HOLD, [tuple(row.get(c.name) for c in HOLD.c) for row in rows.values()])


def _flagged(envelope: Attributes, hold_id: str) -> dict[str, Any]:
    return {
        "gate": envelope.gate,
        "hold_id": hold_id,
        "state": HoldState.FLAGGED.value,
        "stepped": 0,
        "since": envelope.time,
        "due_s": None,
        "overdue": 0,
        "drill": envelope.drill,
    }


def _category(row: dict[str, Any], opened: HoldOpened) -> str:
    """Return the category of who is held: what was identified before the opening came stays."""
    known = row.get("person_ref") is not None and row.get("category")
    return str(known or opened.category.value)


def _stepped(row: dict[str, Any], envelope: Attributes, record: HoldRecord) -> dict[str, Any]:
    """Return a hold's row after one of its events, in whatever order they come."""
    if isinstance(record, HoldOpened) and row.get("opened") is not None:
        row |= {"state": HoldState.FLAGGED.value, "stepped": 0}  # carried into a new epoch
    if isinstance(record, HoldIdentified):  # no step: what is due stays due
        return row | {"person_ref": record.person_ref, "category": record.category.value}
    newer = envelope.number > row["stepped"]
    match record:
        case HoldOpened():
            row |= {
                "passage_id": record.passage_id,
                "person_ref": row.get("person_ref") or record.person_ref,
                "category": _category(row, record),
                "reason": record.reason,
                "opened": record.opened,
                "surface_centi_c": record.surface_centi_c,
            }
            if newer:
                row |= {"due_s": record.deadline_s, "since": envelope.time}
        case HoldStep() if newer:
            row |= {
                "state": record.step.value,
                "due_s": record.deadline_s,
                "since": envelope.time,
                "overdue": 0,
            }
            if record.contact_centi_c is not None:
                row["contact_centi_c"] = record.contact_centi_c
        case HoldOverdue() if newer:
            row |= {"overdue": record.escalation, "since": envelope.time}
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
        row["stepped"] = envelope.number
    return row
