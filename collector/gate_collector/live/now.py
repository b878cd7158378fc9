"""What the live page shows beside the overview: mode, flow, queue time, and the charts' figures."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.records import Decision, ModeApplied
from gate_collector.centre import Centre
from gate_collector.day import in_order
from gate_collector.policies.acknowledged import newest_modes
from gate_collector.store.doors import door_names
from gate_collector.store.schema import PASSAGE

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
    today, held = centre.today, Decision.HOLD.value
    week = [centre.day(today.date - timedelta(days=back)) for back in reversed(range(_DAYS))]
    day_of = case(*((day.includes(PASSAGE.c.decided), day.name) for day in week))
    with centre.engine.connect() as connection:
        rows = connection.execute(
            select(PASSAGE.c.gate, PASSAGE.c.decided, PASSAGE.c.decision).where(
                today.includes(PASSAGE.c.decided), PASSAGE.c.drill.is_(False)
            )
        )
        hours, hour_holds = Counter[tuple[str, int]](), Counter[int]()
        for gate, decided, decision in rows:
            hour = on_clock(parse_utc(decided), centre.zone).hour
            hours[gate, hour] += 1
            hour_holds[hour] += decision == held
        by_day = connection.execute(
            select(PASSAGE.c.gate, day_of, PASSAGE.c.decision, func.count())
            .where(
                PASSAGE.c.decided > format_utc(week[0].begin),
                PASSAGE.c.decided <= format_utc(today.end),
                PASSAGE.c.drill.is_(False),
            )
            .group_by(PASSAGE.c.gate, day_of, PASSAGE.c.decision)
        )
        days, day_holds = Counter[tuple[str, str]](), Counter[str]()
        for gate, day, decision, count in by_day:
            days[gate, day] += count
            day_holds[day] += count if decision == held else 0
        names = door_names(connection)
    gates = sorted({gate for gate, _ in (*hours, *days)})
    first = on_clock(today.begin, centre.zone).hour
    span = in_order({*range(_OPENS, _CLOSES + 1), *(hour for _, hour in hours)}, first)
    return {
        "gates": gates,
        "names": [names[gate] for gate in gates],
        "day": [
            {"at": f"{hour}", "counts": [hours[gate, hour] for gate in gates],
             "holds": hour_holds[hour], "day": today.name, "hour": hour}
            for hour in span
        ],
        "week": [
            {"at": day.name[5:], "counts": [days[gate, day.name] for gate in gates],
             "holds": day_holds[day.name], "day": day.name, "hour": None}
            for day in week
        ],
    }  # fmt: skip
