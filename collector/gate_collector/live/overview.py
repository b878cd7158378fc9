"""Both doors at one look: states, today's counts, open holds, gaps, reports, lateness, alarms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.json_text import read_json
from gate_agent.contract.moment import format_utc, parse_utc
from gate_collector.alarms.book import Alarm, standing
from gate_collector.centre import Centre
from gate_collector.day import ReportDay
from gate_collector.ingest.chains import load_beyond, stream_of
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import retired
from gate_collector.store.schema import (
    EVENT,
    GATE,
    HOLD,
    OLDEST_HOLDS,
    PASSAGE,
    QUARANTINE,
    REPORT,
    STREAM,
)

_LATENESS_OF = 1000  # the newest events
Row = dict[str, Any]


def overview(centre: Centre) -> Row:
    """Return what the page and `/api/v1/overview` show."""
    now, day = centre.now, centre.today
    with snapshot(centre.engine) as connection:
        said = {row.gate: row for row in connection.execute(select(GATE))}
        streams = defaultdict[str, list[Any]](list)
        for row in connection.execute(
            select(STREAM).order_by(STREAM.c.touched.desc(), STREAM.c.epoch)
        ):
            streams[row.gate].append(row)
        counts, holds = _counts(connection, day), _holds(connection, now)
        reported = _reported(connection, day.date - timedelta(days=1))
        gates = [
            _gate(connection, gate, said.get(gate), streams[gate], now)
            | {"counts": counts[gate], "holds": holds[gate], "reported": reported.get(gate)}
            for gate in sorted({*said, *streams} - {*connection.execute(retired()).scalars()})
        ]
        return {
            "site": centre.site,
            "time": format_utc(now),
            "day": day.name,
            "since": format_utc(day.begin),
            "gates": gates,
            "lateness": _lateness(connection),
            "alarms": [_alarm(alarm) for alarm in standing(connection)],
            "quarantined": _quarantined(connection),
        }


def _gate(connection: Connection, gate: str, said: Any, streams: list[Any], now: datetime) -> Row:
    state: Row = read_json(said.payload) if said else {}
    epoch = state.get("epoch")
    stream = next((row for row in streams if row.epoch == epoch), streams[0] if streams else None)
    silent_s = (now - parse_utc(said.seen)).total_seconds() if said else None
    return {
        "gate": gate,
        "name": state.get("name") or gate,
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
    }


def _missing(connection: Connection, row: Any) -> list[list[int]]:
    stream = stream_of(row)
    load_beyond(connection, stream)
    return [list(gap) for gap in stream.ranges()[1]]


def _counts(connection: Connection, day: ReportDay) -> dict[str, list[Row]]:
    counts = connection.execute(
        select(PASSAGE.c.gate, PASSAGE.c.category, PASSAGE.c.decision, func.count().label("count"))
        .where(day.began(PASSAGE), PASSAGE.c.drill.is_(False))
        .group_by(PASSAGE.c.gate, PASSAGE.c.category, PASSAGE.c.decision)
        .order_by(PASSAGE.c.category, PASSAGE.c.decision)
    )
    return _by_gate(dict(row) for row in counts.mappings())


def _holds(connection: Connection, now: datetime) -> dict[str, list[Row]]:
    still_open = select(HOLD).where(HOLD.c.state != "closed").order_by(*OLDEST_HOLDS)
    holds = connection.execute(still_open).mappings()
    return _by_gate(_hold(dict(row), now) for row in holds)


def _by_gate(rows: Iterable[Row]) -> dict[str, list[Row]]:
    rows_of = defaultdict[str, list[Row]](list)
    for row in rows:
        rows_of[row.pop("gate")].append(row)
    return rows_of


def _hold(row: Row, now: datetime) -> Row:
    due_s = row.pop("due_s")
    waited_s = (now - parse_utc(row.pop("since"))).total_seconds()
    for name in ("stepped", "person_ref", "passage_id", "outcome", "closed"):
        del row[name]
    return row | {"due_s": None if due_s is None else round(due_s - waited_s, 1)}


def _reported(connection: Connection, day: date) -> dict[str, Row]:
    """Return each door's report of the newest day that is over."""
    due = REPORT.c.day == day.isoformat()
    rows = connection.execute(select(REPORT.c.gate, REPORT.c.data).where(due))
    return {gate: read_json(data) for gate, data in rows}


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
