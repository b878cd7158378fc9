"""Looks once a second for what does not come by itself: silence, lateness, gaps that stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.record import Severity
from gate_agent.host.tls import WARN_DAYS, warn_level
from gate_collector.alarms.book import AlarmKind, keep_to, raise_alarm
from gate_collector.store.doors import RETIRED, retired
from gate_collector.store.schema import EVENT, GATE, STREAM

SILENT_AFTER_S = 35.0  # three heartbeats, and some
LATE_AFTER_S = 60.0  # age of the oldest event without a receipt, as the gate says it
GAP_AFTER_S = 30.0  # urgent events overtake: a gap is none while its events still come
GAP_AT_LAST_S = 900.0  # whatever may still come
DEAF_AFTER_S = 10.0  # a broker may be restarted
_KINDS = frozenset(
    {
        AlarmKind.DEAF,
        AlarmKind.SILENT,
        AlarmKind.LOST,
        AlarmKind.LATE,
        AlarmKind.GAP,
        AlarmKind.DEVICE,
        AlarmKind.TRUST,
        AlarmKind.CERTIFICATE,
    }
)
_Found = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whether the collector has a broker, and since when it has or has not."""

    connected: bool
    since: datetime


def watch(connection: Connection, hearing: Hearing, now: datetime, *, failing: str = "") -> None:
    """Raise and clear what time brings; `failing` says which parts of the centre do.

    While we hear nobody, nobody is silent: what stood before stands on, and one alarm says why.
    """
    ours: _Found = {(AlarmKind.FAILING, ""): failing} if failing else {}
    keep_to(connection, frozenset({AlarmKind.FAILING}), ours, format_utc(now))
    if hearing.connected:
        standing = _of_gates(connection, hearing, now) | _gaps(connection, now)
        keep_to(connection, _KINDS, standing, format_utc(now))
    elif (now - hearing.since).total_seconds() > DEAF_AFTER_S:
        since = f"no connection to the broker since {format_utc(hearing.since)}"
        raise_alarm(connection, AlarmKind.DEAF, "", since, format_utc(now))


def _of_gates(connection: Connection, hearing: Hearing, now: datetime) -> _Found:
    standing: _Found = {}
    limit = now - timedelta(seconds=SILENT_AFTER_S)
    silent = "" if hearing.since > limit else format_utc(limit)
    troubled = (
        (GATE.c.state == "lost")
        | (GATE.c.oldest_pending_s > LATE_AFTER_S)
        | (GATE.c.troubled != "")
        | (GATE.c.doubted != "")
        | (GATE.c.certificate_until <= format_utc(now + timedelta(days=WARN_DAYS[0])))
        | (GATE.c.seen < silent)
    )
    at_work = GATE.c.state.not_in(("stopped", RETIRED))
    for row in connection.execute(select(GATE).where(troubled, at_work)):
        if row.state == "lost":
            standing[AlarmKind.LOST, row.gate] = f"the broker lost its connection, seen {row.seen}"
            continue
        if row.seen < silent:
            standing[AlarmKind.SILENT, row.gate] = f"no heartbeat since {row.seen}"
        if row.oldest_pending_s > LATE_AFTER_S:
            why = f"an event waits for its receipt longer than {LATE_AFTER_S:g} s"
            standing[AlarmKind.LATE, row.gate] = why
        if row.troubled:
            standing[AlarmKind.DEVICE, row.gate] = row.troubled
        if row.doubted:
            standing[AlarmKind.TRUST, row.gate] = row.doubted
        if row.certificate_until and (ends := _ends(parse_utc(row.certificate_until), now)):
            standing[AlarmKind.CERTIFICATE, row.gate] = ends
    return standing


def _ends(until: datetime, now: datetime) -> str:
    """Say that a certificate ends, at the steps at which its gate says it; empty before."""
    days = warn_level(until, now)
    if days is None:
        return ""
    how = f"ends within {days} days" if days else "ended"
    return f"a certificate {how} ({until:%Y-%m-%d}): gate-agent provision --renew"


def _gaps(connection: Connection, now: datetime) -> _Found:
    stuck = format_utc(now - timedelta(seconds=GAP_AFTER_S))
    at_last = format_utc(now - timedelta(seconds=GAP_AT_LAST_S))
    rows = connection.execute(
        select(STREAM).where(
            STREAM.c.events > STREAM.c.upto,
            STREAM.c.moved < stuck,
            STREAM.c.gate.not_in(retired()),
        )
    )
    return {
        (AlarmKind.GAP, row.gate): f"event {row.upto + 1} of epoch {row.epoch} does not come"
        for row in rows.all()
        if row.moved < at_last or not _only_overtaken(connection, row)
    }


def _only_overtaken(connection: Connection, stream: Any) -> bool:
    """Whether all beyond the gap is urgent, and may have overtaken what still waits at the door.

    Routine events come in their order: one of them beyond a gap says that the missing ones do not.
    """
    routine = select(EVENT.c.sequence).where(
        EVENT.c.gate == stream.gate,
        EVENT.c.epoch == stream.epoch,
        EVENT.c.sequence > stream.upto,
        EVENT.c.severity == Severity.ROUTINE.value,
    )
    waits = select(GATE.c.gate).where(GATE.c.gate == stream.gate, GATE.c.oldest_pending_s > 0)
    return (
        connection.execute(routine.limit(1)).first() is None
        and connection.execute(waits).first() is not None
    )
