"""Both doors at one look: states, today's counts, open holds, gaps, reports, lateness, alarms."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select

from gate_agent.clock import Clock
from gate_agent.moment import format_utc, parse_utc
from gate_collector.alarms import Alarm, standing
from gate_collector.schema import (
    EVENT,
    GATE,
    HOLD,
    OLDEST_HOLDS,
    PASSAGE,
    QUARANTINE,
    REPORT,
    STREAM,
    snapshot,
)
from gate_collector.streams import load_beyond, stream_of

_LATENESS_OF = 1000  # the newest events
Row = dict[str, Any]


def overview(engine: Engine, *, clock: Clock, zone: ZoneInfo, site: str) -> Row:
    """Return what the page and `/api/v1/overview` show."""
    now = clock.now().utc
    day = now.astimezone(zone).date().isoformat()
    with snapshot(engine) as connection:
        gates = [_gate(connection, name, day, now) for name in _names(connection)]
        return {
            "site": site,
            "time": format_utc(now),
            "day": day,
            "gates": gates,
            "lateness": _lateness(connection),
            "alarms": [_alarm(alarm) for alarm in standing(connection)],
            "quarantined": _quarantined(connection),
        }


def _names(connection: Connection) -> list[str]:
    found = {row.gate for row in connection.execute(select(STREAM.c.gate))}
    found |= {row.gate for row in connection.execute(select(GATE.c.gate))}
    return sorted(found)


def _gate(connection: Connection, gate: str, day: str, now: datetime) -> Row:
    said = connection.execute(select(GATE).where(GATE.c.gate == gate)).first()
    state: Row = json.loads(said.payload) if said else {}
    streams = connection.execute(
        select(STREAM)
        .where(STREAM.c.gate == gate)
        .order_by(STREAM.c.touched.desc(), STREAM.c.epoch)
    ).all()
    epoch = state.get("epoch")
    stream = next((row for row in streams if row.epoch == epoch), streams[0] if streams else None)
    silent_s = (now - parse_utc(said.seen)).total_seconds() if said else None
    return {
        "gate": gate,
        "state": state.get("state", "unknown"),
        "silent_s": None if silent_s is None else round(silent_s, 1),
        "seen": said.seen if said else None,
        "pending": state.get("pending", 0),
        "oldest_pending_s": state.get("oldest_pending_s", 0),
        "clock": state.get("clock"),
        "devices": state.get("devices", {}),
        "thermometer": state.get("thermometer"),
        "version": state.get("version"),
        "head": state.get("sequence", 0),
        "epoch": stream.epoch if stream else None,
        "upto": stream.upto if stream else 0,
        "link": bytes(stream.link).hex() if stream else None,
        "events": sum(row.events for row in streams),
        "missing": _missing(connection, stream) if stream else [],
        "counts": _counts(connection, gate, day),
        "holds": _holds(connection, gate, now),
        "reported": _reported(connection, gate, day),
    }


def _missing(connection: Connection, row: Any) -> list[list[int]]:
    stream = stream_of(row)
    load_beyond(connection, stream)
    return [list(gap) for gap in stream.ranges()[1]]


def _counts(connection: Connection, gate: str, day: str) -> list[Row]:
    found = connection.execute(
        select(PASSAGE.c.category, PASSAGE.c.decision, func.count().label("count"))
        .where(PASSAGE.c.gate == gate, PASSAGE.c.day == day, PASSAGE.c.drill.is_(False))
        .group_by(PASSAGE.c.category, PASSAGE.c.decision)
        .order_by(PASSAGE.c.category, PASSAGE.c.decision)
    )
    return [dict(row) for row in found.mappings()]


def _holds(connection: Connection, gate: str, now: datetime) -> list[Row]:
    found = connection.execute(
        select(HOLD).where(HOLD.c.gate == gate, HOLD.c.state != "closed").order_by(*OLDEST_HOLDS)
    ).mappings()
    return [_hold(dict(row), now) for row in found]


def _hold(row: Row, now: datetime) -> Row:
    due_s = row.pop("due_s")
    waited_s = (now - parse_utc(row.pop("since"))).total_seconds()
    for name in ("stepped", "gate", "person_ref", "passage_id", "outcome", "closed"):
        del row[name]
    return row | {"due_s": None if due_s is None else round(due_s - waited_s, 1)}


def _reported(connection: Connection, gate: str, day: str) -> Row | None:
    data = connection.execute(
        select(REPORT.c.data).where(REPORT.c.gate == gate, REPORT.c.day == day)
    ).scalar()
    return None if data is None else json.loads(data)


def _lateness(connection: Connection) -> Row:
    """Return how late the newest events were: from the gate's record to ours, in ms."""
    newest = select(EVENT.c.late_ms).order_by(EVENT.c.stored.desc()).limit(_LATENESS_OF)
    late = sorted(ms for ms in connection.execute(newest).scalars() if ms is not None)
    if not late:
        return {"p50_ms": None, "p95_ms": None, "of": 0}
    return {
        "p50_ms": late[len(late) // 2],
        "p95_ms": late[min(len(late) - 1, len(late) * 95 // 100)],
        "of": len(late),
    }


def _alarm(alarm: Alarm) -> Row:
    return {
        "id": alarm.id,
        "alarm": alarm.kind,
        "gate": alarm.gate,
        "since": alarm.since,
        "detail": alarm.detail,
    }


def _quarantined(connection: Connection) -> int:
    """Return how many messages were set aside, repeats not counted."""
    return connection.execute(select(func.count()).select_from(QUARANTINE)).scalar_one()
