"""Reads the ledger from the store: numbers below a watermark, quarantine, times, reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, text

from gate_agent.contract.json_text import read_json
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import EventsDropped, JournalReplaced, Severity
from gate_collector.alarms.book import standing
from gate_collector.alarms.watch import SILENT_AFTER_S
from gate_collector.centre import Centre
from gate_collector.ingest.chain import Stream
from gate_collector.ledger.district import holds_lacking
from gate_collector.ledger.findings import (
    Aside,
    DueReport,
    Gap,
    LateEvent,
    Ledger,
    Punctual,
    Punctuality,
    Silence,
    ToldLoss,
    Unreported,
)
from gate_collector.store.dialect import snapshot
from gate_collector.store.doors import retired
from gate_collector.store.schema import BEGINNING, EVENT, GATE, NOTABLE, QUARANTINE, REPORT, STREAM

SPAN = timedelta(hours=24)
REPORT_DAYS = 7
_MOST_ROWS = 200
_LOSSES = (EventsDropped.TYPE, JournalReplaced.TYPE)


def read_ledger(centre: Centre) -> Ledger:
    """Return the ledger as it is now."""
    now, policy = centre.now, centre.policy()
    since = format_utc(now - SPAN)
    with snapshot(centre.engine) as connection:
        known = gates(connection)
        states = [row for row in connection.execute(select(GATE)) if row.gate in known]
        streams = [row for row in connection.execute(select(STREAM)) if row.gate in known]
        lanes, late = _lateness(connection, policy, since)
        return Ledger(
            time=format_utc(now),
            since=since,
            gates=tuple(known),
            gaps=tuple(_gaps(connection, streams, states)),
            aside=tuple(_aside(connection)),
            asides=_count(connection, in_quarantine()),
            lanes=lanes,
            late=late,
            silent=tuple(_silent(states, now)),
            told=tuple(_told(connection, since)),
            losses=_count(connection, losses_told(since)),
            alarms=tuple(standing(connection)),
            reports=tuple(due_reports(connection, centre, policy, days=REPORT_DAYS)),
            district=tuple(
                Unreported(
                    gate=hold.gate, hold_id=hold.hold_id, opened=hold.opened, receipt=receipt
                )
                for hold, receipt in holds_lacking(connection, policy, now, since=since)
            ),
        )


def gates(connection: Connection) -> list[str]:
    """Return every door that was ever heard, and is not out of use."""
    known = set(connection.execute(select(STREAM.c.gate)).scalars())
    known |= set(connection.execute(select(GATE.c.gate)).scalars())
    return sorted(known - set(connection.execute(retired()).scalars()))


def _gaps(connection: Connection, streams: Any, states: Any) -> list[Gap]:
    """Return what is missing inside each chain, and behind its end where the door told of more."""
    heads = {(row.gate, state["epoch"]): state for row in states for state in (_state(row),)}
    gaps = []
    for row in streams:
        known = Stream(row.gate, row.epoch, row.upto)
        if row.events > row.upto:
            beyond = select(EVENT.c.sequence).where(
                EVENT.c.gate == row.gate, EVENT.c.epoch == row.epoch, EVENT.c.sequence > row.upto
            )
            known.beyond = dict.fromkeys(connection.execute(beyond).scalars(), (b"", b""))
        ranges = list(known.ranges()[1])
        state = heads.get((row.gate, row.epoch))
        newest = max(known.beyond, default=row.upto)
        if state is not None and _lost_behind(state, newest):
            ranges.append((newest + 1, state["sequence"]))
        gaps += [Gap(gate=row.gate, epoch=row.epoch, first=a, last=b) for a, b in ranges]
    heard = {(row.gate, row.epoch) for row in streams}
    gaps += [  # a door that told of its events, and none has come
        Gap(gate=gate, epoch=epoch, first=1, last=state["sequence"])
        for (gate, epoch), state in heads.items()
        if (gate, epoch) not in heard and _lost_behind(state, 0)
    ]
    return gaps


def _lost_behind(state: dict[str, Any], newest: int) -> bool:
    """Whether the door has no receipt outstanding and yet told of more than we hold."""
    return bool(state["sequence"] > newest and state["pending"] == 0)


def _state(row: Any) -> dict[str, Any]:
    state: dict[str, Any] = read_json(row.payload)
    return state


def in_quarantine() -> Select[Any]:
    """Return the question for what is in quarantine (存疑记录)."""
    names = ("id", "gate", "epoch", "sequence", "why", "at")
    return select(*(QUARANTINE.c[name] for name in names))


def late_events(policy: Policy, since: str) -> Select[Any]:
    """Return the question for the events since then that came later than their lane's limit."""
    names = ("gate", "epoch", "sequence", "type", "time", "late_ms")
    late = (
        and_(EVENT.c.severity == lane.value, EVENT.c.late_ms > limit_ms)
        for lane, limit_ms in _limits(policy).items()
    )
    columns = (EVENT.c[name] for name in names)
    return select(*columns).where(EVENT.c.stored >= since, or_(*late))


def losses_told(since: str) -> Select[Any]:
    """Return the question for the events since then in which a door tells of a loss."""
    names = ("gate", "epoch", "sequence", "type", "time")
    columns = (NOTABLE.c[name] for name in names)
    return select(*columns).where(NOTABLE.c.type.in_(_LOSSES), NOTABLE.c.time >= since)


def _count(connection: Connection, rows: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _aside(connection: Connection) -> list[Aside]:
    newest = in_quarantine().order_by(QUARANTINE.c.id.desc()).limit(_MOST_ROWS)
    return [Aside(**row) for row in connection.execute(newest).mappings()]


def _limits(policy: Policy) -> dict[Severity, int]:
    """Return how late an event of each lane may be, in ms."""
    return {
        Severity.URGENT: round(policy.punctuality.urgent_within_s * 1000),
        Severity.ROUTINE: round(policy.punctuality.routine_within_s * 1000),
    }


def _lateness(
    connection: Connection, policy: Policy, since: str
) -> tuple[tuple[Punctuality, ...], tuple[LateEvent, ...]]:
    times = defaultdict[str, list[tuple[int, int]]](list)  # how often each lateness, in order
    undated = Counter[str]()
    lateness = (
        select(EVENT.c.severity, EVENT.c.late_ms, func.count())
        .where(EVENT.c.stored >= since)
        .group_by(EVENT.c.severity, EVENT.c.late_ms)
        .order_by(EVENT.c.late_ms)
    )
    for severity, late_ms, count in connection.execute(lateness):
        if late_ms is None:
            undated[severity] = count
        else:
            times[severity].append((late_ms, count))
    lanes = tuple(
        _lane(severity, times[severity], undated[severity], limit_ms)
        for severity, limit_ms in _limits(policy).items()
    )
    newest = late_events(policy, since).order_by(EVENT.c.stored.desc(), *EVENT.primary_key)
    is_any = any(lane.late for lane in lanes)
    late = connection.execute(newest.limit(_MOST_ROWS)).mappings() if is_any else ()
    return lanes, tuple(LateEvent(**row) for row in late)


def _lane(
    severity: Severity, times: list[tuple[int, int]], undated: int, limit_ms: int
) -> Punctuality:
    count = sum(often for _, often in times)
    return Punctuality(
        severity=severity,
        limit_ms=limit_ms,
        of=count,
        late=sum(often for late_ms, often in times if late_ms > limit_ms),
        undated=undated,
        p50_ms=_quantile(times, count * 50 // 100),
        p95_ms=_quantile(times, count * 95 // 100),
        worst_ms=_quantile(times, count - 1),
    )


def _quantile(times: list[tuple[int, int]], nth: int) -> int | None:
    """Return the `nth` of all in order, None when there is none."""
    before = 0
    for late_ms, often in times:
        before += often
        if before > nth:
            return late_ms
    return None


def _silent(states: Any, now: datetime) -> list[Silence]:
    silences = []
    for row in states:
        silent_s = (now - parse_utc(row.seen)).total_seconds()
        gone = row.state == "lost" or (row.state == "online" and silent_s > SILENT_AFTER_S)
        if gone:
            silences.append(Silence(gate=row.gate, seen=row.seen, silent_s=round(silent_s, 1)))
    return silences


def _told(connection: Connection, since: str) -> list[ToldLoss]:
    newest = losses_told(since).order_by(NOTABLE.c.id.desc()).limit(_MOST_ROWS)
    return [ToldLoss(**row) for row in connection.execute(newest).mappings()]


def due_reports(
    connection: Connection, centre: Centre, policy: Policy, *, days: int
) -> list[DueReport]:
    """Return the doors' reports of the newest `days` that are due: door by door, newest first."""
    began = beginnings(connection)
    today = centre.now.astimezone(centre.zone).date()
    due = [
        (day, at)
        for day in (today - timedelta(days=back) for back in range(days))
        if centre.now >= (at := centre.day(day).end) + _grace(policy)
    ]
    rows = connection.execute(
        select(REPORT.c.gate, REPORT.c.day, REPORT.c.epoch, REPORT.c.sequence, EVENT.c.stored)
        .join(
            EVENT,
            (EVENT.c.gate == REPORT.c.gate)
            & (EVENT.c.epoch == REPORT.c.epoch)
            & (EVENT.c.sequence == REPORT.c.sequence),
        )
        .where(REPORT.c.day.in_([day.isoformat() for day, _ in due]))
    )
    came = {(row.gate, row.day): row for row in rows}
    return [
        _report(gate, day, at, came.get((gate, day.isoformat())), _grace(policy))
        for gate in gates(connection)
        for day, at in due
        if gate in began and parse_utc(began[gate]) < at
    ]


def beginnings(connection: Connection) -> dict[str, str]:
    """Return when each door began: the time of its first event."""
    first = select(EVENT.c.gate, func.min(EVENT.c.time)).where(text(BEGINNING))
    return {row[0]: row[1] for row in connection.execute(first.group_by(EVENT.c.gate))}


def _grace(policy: Policy) -> timedelta:
    return timedelta(seconds=policy.punctuality.report_within_s)


def _report(gate: str, day: date, due: datetime, row: Any, grace: timedelta) -> DueReport:
    if row is None:
        state = Punctual.MISSING
    else:
        late = parse_utc(row.stored) > due + grace
        state = Punctual.LATE if late else Punctual.IN_TIME
    return DueReport(
        gate=gate,
        day=day.isoformat(),
        due=format_utc(due),
        state=state,
        came=row and row.stored,
        epoch=row and row.epoch,
        sequence=row and row.sequence,
    )
