"""What the overview shows, derived from events in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gate_agent.contract.messages import Attributes
from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import (
    DailyReport,
    PassageDecided,
    PersonRegistered,
    Record,
)
from gate_collector.ingest.arrival import Arrived
from gate_collector.ingest.hold_view import keep_holds
from gate_collector.store.bulk import Row, put_newest
from gate_collector.store.schema import NOTABLE, PASSAGE, REPORT


def apply(connection: Connection, events: Iterable[Arrived], zone: ZoneInfo) -> None:
    """Change the views by events that are new."""
    passages: dict[tuple[str, str], tuple[tuple[int, str], Row]] = {}
    others: list[tuple[Attributes, Record]] = []
    for arrived in events:
        match arrived.record:
            case None | PersonRegistered():
                pass
            case PassageDecided() as decided:
                key, place = (arrived.key[0], decided.passage_id), _place(arrived.told)
                if key not in passages or passages[key][0] < place:
                    passages[key] = place, _passage(arrived, decided, zone)
            case record:
                others.append((arrived.told, record))
    if passages:
        put_newest(connection, PASSAGE, [row for _, row in passages.values()])
    if others:
        connection.execute(NOTABLE.insert(), [_notable(*other) for other in others])
        put_newest(connection, REPORT, list(_reports(others)))
        keep_holds(connection, others)


def _place(envelope: Attributes) -> tuple[int, str]:
    """Return what decides which of two events of one row counts, as `put_newest` does."""
    return envelope.number, envelope.epoch


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
            if key not in newest or _place(newest[key][0]) < _place(envelope):
                newest[key] = envelope, record
    for (gate, day), (envelope, record) in newest.items():
        yield gate, day, envelope.epoch, envelope.number, record.model_dump_json()
