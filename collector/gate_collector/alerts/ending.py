"""Ends alerts whose matter is settled, and takes up those that waited as duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from gate_agent.contract.policy import HallMode
from gate_collector.alerts.kinds import (
    EMERGENCY,
    HOLDS,
    OVERDUE,
    ROTA,
    AlertState,
    is_done,
    is_over_with,
    rests,
)
from gate_collector.store.schema import ALARM, HOLD
from gate_collector.store.schema_office import ALERT, DISTRICT

NEVER = "9999"
_MOST = 2000  # that are looked at, the newest: each is of a hold or an alarm that stands
STANDS = (AlertState.OPEN.value, AlertState.ANSWERED.value, AlertState.UNANSWERED.value)
_COLUMNS = [ALERT.c[name] for name in ("id", "key", "kind", "gate", "subject", "state", "step")]
Hold = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingState:
    """What of the hall ends an alert, or lets it wait."""

    mode: HallMode = HallMode.OPEN
    gaps: frozenset[str] = frozenset()  # of the rota, that are to come: the keys of their alerts
    is_resting: bool = False  # 免打扰时段: what concerns equipment waits


def end_what_is_over(connection: Connection, hall: EndingState, now: str) -> None:
    """End each alert whose cause is gone, or for which what it asks for is done.

    One that nobody was told of yet is told once, unless it waited for its turn all that time.
    """
    rows = connection.execute(
        select(*_COLUMNS)
        .where(ALERT.c.state.in_(STANDS), ALERT.c.subject != "")
        .order_by(ALERT.c.id.desc())
        .limit(_MOST)
    ).all()
    rows = [row for row in rows if _may_end(row, hall)]
    if not rows:
        return
    holds, received = _holds(connection, rows)
    standing = _standing(connection, rows)
    over = [row.id for row in rows if _is_over(row, hall, holds, received, standing)]
    if over:
        connection.execute(
            ALERT.update()
            .where(ALERT.c.id.in_(over))
            .values(state=AlertState.OVER.value, next_at=NEVER, ended=now)
        )


def take_up_duplicates(connection: Connection, now: str) -> None:
    """Open what was kept back as a duplicate, and whose alarm still stands after the quiet time."""
    rows = connection.execute(
        select(*_COLUMNS).where(ALERT.c.state == AlertState.QUIET.value, ALERT.c.next_at <= now)
    ).all()
    standing = _standing(connection, rows)
    for row in rows:
        stands = row.subject in standing
        state = AlertState.OPEN if stands else AlertState.QUIET
        connection.execute(
            ALERT.update()
            .where(ALERT.c.id == row.id, ALERT.c.state == AlertState.QUIET.value)
            .values(state=state.value, next_at=now if stands else NEVER)
        )


def _may_end(row: Any, hall: EndingState) -> bool:
    untold = row.state == AlertState.OPEN and row.step == 0
    return not untold or row.kind == OVERDUE or (hall.is_resting and rests(row.kind, row.gate))


def _is_over(
    row: Any, hall: EndingState, holds: dict[Hold, str], received: set[Hold], standing: set[str]
) -> bool:
    if row.kind == EMERGENCY:
        return is_over_with(row.kind, hall.mode)
    if row.kind == ROTA:
        return row.key not in hall.gaps
    if row.kind in HOLDS:
        this = row.gate, row.subject
        return is_done(row.kind, row.key, holds.get(this), received=this in received)
    return row.subject not in standing


def _holds(connection: Connection, rows: Sequence[Any]) -> tuple[dict[Hold, str], set[Hold]]:
    """Return the states of these holds, and of which the office recorded that it was reported."""
    ids = _subjects(row for row in rows if row.kind in HOLDS)
    if not ids:
        return {}, set()
    states = connection.execute(
        select(HOLD.c.gate, HOLD.c.hold_id, HOLD.c.state).where(HOLD.c.hold_id.in_(ids))
    )
    received = connection.execute(
        select(DISTRICT.c.gate, DISTRICT.c.hold_id).where(DISTRICT.c.hold_id.in_(ids))
    )
    return {(gate, hold): state for gate, hold, state in states}, {(g, h) for g, h in received}


def _standing(connection: Connection, rows: Sequence[Any]) -> set[str]:
    """Return the numbers of the alarms that stand, of those that these alerts are of."""
    alarms = _subjects(row for row in rows if row.subject.isdigit() and row.kind not in HOLDS)
    stand = select(ALARM.c.id).where(ALARM.c.id.in_(map(int, alarms)), ALARM.c.cleared.is_(None))
    return set(map(str, connection.execute(stand).scalars())) if alarms else set()


def _subjects(rows: Iterable[Any]) -> list[str]:
    return sorted({row.subject for row in rows})
