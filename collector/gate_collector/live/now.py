"""What the live page shows beside the overview: mode, flow, queue time, and the charts' figures."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.records import ModeApplied
from gate_collector.centre import Centre
from gate_collector.day import in_order
from gate_collector.policies.acknowledged import newest_modes
from gate_collector.store.doors import door_names
from gate_collector.store.hold_days import BEGAN, HELD
from gate_collector.store.schema import HOLD, PASSAGE

FLOW_S = 300
_FLOW_BARS = 24  # two hours
_FLOW = timedelta(seconds=FLOW_S * _FLOW_BARS)
_QUEUE = timedelta(minutes=30)
_DAYS = 7
_OPENS, _CLOSES = 8, 17  # hours that are drawn even when nobody came
Row = dict[str, Any]


class Now:
    """Looks at most so often, whoever asks: many screens cost no more than one."""

    def __init__(self, centre: Centre, overview: Callable[[], Row], fresh_s: float = 0.5) -> None:
        self._centre = centre
        self._overview = overview
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._looked: tuple[int, Row] | None = None

    def __call__(self) -> Row:
        """Return both doors as they are, or were half a second ago."""
        with self._lock:
            boot_ns = self._centre.clock.now().boot_ns
            if self._looked is None or boot_ns - self._looked[0] > self._fresh_s * 1e9:
                self._looked = boot_ns, self._look()
            return self._looked[1]

    def _look(self) -> Row:
        seen = self._overview()
        now, policy = self._centre.now, self._centre.policy()
        leader = policy.on_duty(now)
        with self._centre.engine.connect() as connection:
            passed, modes = _passed(connection, now), newest_modes(connection)
        gates = [
            gate | _flow(passed[gate["gate"]], now) | _mode(modes.get(gate["gate"]))
            for gate in seen["gates"]
        ]
        return seen | {
            "gates": gates,
            "hall_mode": policy.hall_mode,
            "policy_version": policy.version,
            "leader": leader and {"leader": leader.leader, "phone": leader.phone},
        }


def _passed(connection: Connection, now: datetime) -> dict[str, list[tuple[str, str]]]:
    """Return when people's passages began and were decided lately, door by door."""
    begin = format_utc(now - _FLOW)
    rows = connection.execute(
        select(PASSAGE.c.gate, PASSAGE.c.started, PASSAGE.c.decided).where(
            PASSAGE.c.decided >= begin, PASSAGE.c.drill.is_(False)
        )
    )
    passed = defaultdict[str, list[tuple[str, str]]](list)
    for gate, started, decided in rows:
        passed[gate].append((started, decided))
    return passed


def _flow(passed: list[tuple[str, str]], now: datetime) -> Row:
    begin = now - _FLOW
    flow = [0] * _FLOW_BARS
    waited = []
    for started, decided in passed:
        at = parse_utc(decided)
        bar = int((at - begin).total_seconds() // FLOW_S)
        if 0 <= bar < _FLOW_BARS:
            flow[bar] += 1
        if at > now - _QUEUE:
            waited.append((at - parse_utc(started)).total_seconds())
    waited.sort()
    p95 = waited[min(len(waited) - 1, len(waited) * 95 // 100)] if waited else None
    return {
        "flow": flow,
        "flow_s": FLOW_S,
        "queue_p95_s": None if p95 is None else round(p95, 1),
    }


def _mode(applied: tuple[ModeApplied, str] | None) -> Row:
    mode = applied and applied[0]
    return {
        "hall_mode": mode and mode.hall_mode,
        "policy_version": mode and mode.policy_version,
    }


def charts(centre: Centre) -> Row:
    """Return what is drawn: today by the hour, the last seven days by the day, for each door."""
    today = centre.today
    week = [centre.day(today.date - timedelta(days=back)) for back in reversed(range(_DAYS))]
    day_of = case(*((day.includes(PASSAGE.c.started), day.name) for day in week))
    span_of_week = replace(today, begin=week[0].begin)
    with centre.engine.connect() as connection:
        rows = connection.execute(
            select(PASSAGE.c.gate, PASSAGE.c.started).where(
                today.began(PASSAGE), PASSAGE.c.drill.is_(False)
            )
        )
        hours = Counter((gate, _hour(started, centre)) for gate, started in rows)
        by_day = connection.execute(
            select(PASSAGE.c.gate, day_of, func.count())
            .where(span_of_week.began(PASSAGE), PASSAGE.c.drill.is_(False))
            .group_by(PASSAGE.c.gate, day_of)
        )
        days = {(gate, day): count for gate, day, count in by_day}
        held = connection.execute(
            select(BEGAN)
            .select_from(HELD)
            .where(span_of_week.includes(BEGAN), HOLD.c.drill.is_(False))
        )
        opened = [parse_utc(text) for text in held.scalars()]
        names = door_names(connection)
    gates = sorted({gate for gate, _ in (*hours, *days)})
    hour_holds = Counter(
        on_clock(at, centre.zone).hour for at in opened if today.begin <= at < today.end
    )
    day_holds = {day.name: sum(day.begin <= at < day.end for at in opened) for day in week}
    first = on_clock(today.begin, centre.zone).hour
    seen = {*(hour for _, hour in hours), *hour_holds}
    span = in_order({*range(_OPENS, _CLOSES + 1), *seen}, first)
    return {
        "gates": gates,
        "names": [names[gate] for gate in gates],
        "day": [
            {"at": f"{hour}", "counts": [hours[gate, hour] for gate in gates],
             "holds": hour_holds[hour], "day": today.name, "hour": hour}
            for hour in span
        ],
        "week": [
            {"at": day.name[5:], "counts": [days.get((gate, day.name), 0) for gate in gates],
             "holds": day_holds[day.name], "day": day.name, "hour": None}
            for day in week
        ],
    }  # fmt: skip


def _hour(utc: str, centre: Centre) -> int:
    return on_clock(parse_utc(utc), centre.zone).hour
