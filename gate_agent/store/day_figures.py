"""The figures of a daily report (每日零报告): everything after one event, drills left out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, text

from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc, parse_utc
from gate_agent.contract.records import (
    Category,
    CoverageLost,
    CoverageRestored,
    Decision,
    DeviceChanged,
    DeviceState,
    PassageCount,
)
from gate_agent.store.schema import (
    EVENT,
    HOLD,
    IS_DEVICE,
    IS_OPEN,
    NEWEST,
    PASSAGE,
    compiled,
)

_NO_DRILL = text("drill = 0")
_AT = (EVENT.c.time, EVENT.c.boot, EVENT.c.bootns)

_PASSAGES = compiled(
    select(PASSAGE.c.category, PASSAGE.c.decision, func.count())
    .where(PASSAGE.c.sequence > bindparam("since"), _NO_DRILL)
    .group_by(PASSAGE.c.category, PASSAGE.c.decision)
    .order_by(PASSAGE.c.category, PASSAGE.c.decision)
)
_HOLDS = select(func.count()).select_from(HOLD).where(_NO_DRILL)
_OPENED = compiled(_HOLDS.where(HOLD.c.opened_sequence > bindparam("since")))
_CLOSED = compiled(_HOLDS.where(HOLD.c.closed_sequence > bindparam("since")))
_OPEN = compiled(_HOLDS.where(IS_OPEN))
_FIRST = compiled(
    select(EVENT.c.sequence, *_AT)
    .where(EVENT.c.sequence > bindparam("since"))
    .order_by(EVENT.c.sequence)
    .limit(1)
)
_LAST = compiled(select(EVENT.c.sequence, *_AT).order_by(EVENT.c.sequence.desc()).limit(1))
_DEVICES = compiled(
    select(NEWEST.c.subject).where(NEWEST.c.type == bindparam("type")).order_by(NEWEST.c.subject)
)
_CHANGES = select(EVENT.c.body, *_AT).where(IS_DEVICE, EVENT.c.body.is_not(None))
_BEFORE = compiled(
    _CHANGES.where(EVENT.c.sequence <= bindparam("since")).order_by(EVENT.c.sequence.desc())
)
_SINCE = compiled(_CHANGES.where(EVENT.c.sequence > bindparam("since")).order_by(EVENT.c.sequence))
_COVERED = compiled(
    select(EVENT.c.body, *_AT).where(
        EVENT.c.sequence > bindparam("since"),
        text("type = 'gate.coverage.restored.v1'"),
        EVENT.c.body.is_not(None),
    )
)
_COVERAGE_LOST, _RESTORED = (
    compiled(select(NEWEST.c.data).where(NEWEST.c.type == record.TYPE))
    for record in (CoverageLost, CoverageRestored)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyFigures:
    """What a `DailyReport` tells. `first_sequence` and `last_sequence` are 0 for no event."""

    passages: tuple[PassageCount, ...]
    admitted: int
    holds_opened: int
    holds_closed: int
    holds_open: int
    device_lost_s: dict[str, int]
    coverage_lost_s: int
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class _At:
    time: str
    boot: str
    boot_ns: int

    def seconds_since(self, earlier: _At) -> float:
        """Return the seconds between, by the clock that never steps where both have it."""
        if self.boot == earlier.boot:
            return max(0.0, (self.boot_ns - earlier.boot_ns) / NS_PER_S)
        return max(0.0, (parse_utc(self.time) - parse_utc(earlier.time)).total_seconds())


def daily_figures(
    connection: sqlite3.Connection, since: int, *, now: Moment | None, boot: str
) -> DailyFigures:
    """Return the figures after event `since`; the caller holds one read transaction."""
    values = {"since": since}
    passages = tuple(
        PassageCount(category=Category(category), decision=Decision(decision), count=count)
        for category, decision, count in connection.execute(
            _PASSAGES.sql, _PASSAGES.values(**values)
        )
    )
    first = connection.execute(_FIRST.sql, _FIRST.values(**values)).fetchone()
    last = connection.execute(_LAST.sql, _LAST.values()).fetchone()
    lost: dict[str, int] = {}
    uncovered = 0
    if last is not None:
        begin = _At(*(first or last)[1:])
        end = _At(*last[1:]) if now is None else _At(format_utc(now.utc), boot, now.boot_ns)
        lost = _lost_s(connection, since, begin, end)
        uncovered = _uncovered_s(connection, since, begin, end)
    return DailyFigures(
        passages=passages,
        admitted=sum(line.count for line in passages if line.decision is Decision.ADMIT),
        holds_opened=connection.execute(_OPENED.sql, values).fetchone()[0],
        holds_closed=connection.execute(_CLOSED.sql, values).fetchone()[0],
        holds_open=connection.execute(_OPEN.sql).fetchone()[0],
        device_lost_s=lost,
        coverage_lost_s=uncovered,
        first_sequence=0 if first is None else first[0],
        last_sequence=0 if first is None else last[0],
    )


def _lost_s(connection: sqlite3.Connection, since: int, begin: _At, end: _At) -> dict[str, int]:
    """Return for each device the whole seconds in which it was not `ok`, stale ones too."""
    kind = {"type": DeviceChanged.TYPE}
    names = [row[0] for row in connection.execute(_DEVICES.sql, kind)]
    seconds = dict.fromkeys(names, 0.0)
    lost_from: dict[str, _At | None] = {}
    for record, _ in _changes(connection.execute(_BEFORE.sql, {"since": since})):
        down = record.state is not DeviceState.OK
        lost_from.setdefault(record.device, begin if down else None)
        if len(lost_from) == len(names):
            break  # newest first: the rest is older
    for record, at in _changes(connection.execute(_SINCE.sql, {"since": since})):
        began = lost_from.get(record.device)
        if began is not None:
            seconds[record.device] += at.seconds_since(began)
        lost_from[record.device] = at if record.state is not DeviceState.OK else None
    for device, began in lost_from.items():
        if began is not None:
            seconds[device] += end.seconds_since(began)
    return {device: round(lost) for device, lost in seconds.items()}


def _uncovered_s(connection: sqlite3.Connection, since: int, begin: _At, end: _At) -> int:
    """Return the whole seconds of the span in which coverage was lost (测温中断)."""
    seconds = 0.0
    lost = connection.execute(_COVERAGE_LOST.sql, _COVERAGE_LOST.values()).fetchone()
    for body, *at in connection.execute(_COVERED.sql, {"since": since}):
        restored = parse_body(body).record()
        if isinstance(restored, CoverageRestored):
            seconds += min(restored.lost_s, _At(*at).seconds_since(begin))
    if lost is not None:
        began = CoverageLost.model_validate_json(lost[0]).since
        over = connection.execute(_RESTORED.sql, _RESTORED.values()).fetchone()
        if over is None or CoverageRestored.model_validate_json(over[0]).since != began:
            gone_s = (parse_utc(end.time) - parse_utc(began)).total_seconds()
            seconds += min(max(0.0, gone_s), end.seconds_since(begin))
    return round(seconds)


def _changes(rows: sqlite3.Cursor) -> Iterator[tuple[DeviceChanged, _At]]:
    for body, time, boot, boot_ns in rows:
        record = parse_body(body).record()
        if isinstance(record, DeviceChanged):
            yield record, _At(time, boot, boot_ns)
