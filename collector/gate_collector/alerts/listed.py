"""The alerts as their page lists them: filtered, sorted, a page at a time; and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_collector.alerts.kinds import HOLDS, AlertSort, AlertState, is_of, sort_of
from gate_collector.alerts.replies import WAITING
from gate_collector.store.schema import HOLD
from gate_collector.store.schema_office import ALERT, ALERT_REPLY, ATTEMPT

A_PAGE = 25
Order = Literal["newest", "oldest", "door", "state"]
_ORDERS = {
    "newest": (ALERT.c.id.desc(),),
    "oldest": (ALERT.c.id,),
    "door": (ALERT.c.gate, ALERT.c.id.desc()),
    "state": (ALERT.c.state.not_in(WAITING), ALERT.c.state, ALERT.c.id.desc()),
}


class AlertStage(StrEnum):
    """What somebody looks for: what waits, what is in hand, what is over."""

    OPEN = "open"  # 待应答: also what nobody answered
    ANSWERED = "answered"  # 已应答，处置中
    ENDED = "ended"  # 已结束


_STAGES = {
    AlertStage.OPEN: WAITING,
    AlertStage.ANSWERED: (AlertState.ANSWERED.value,),
    AlertStage.ENDED: tuple(
        state.value for state in (AlertState.OVER, AlertState.QUIET, AlertState.DRILL)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts somebody asks for."""

    sort: AlertSort | None = None
    stage: AlertStage | None = None
    gate: str = ""
    days: int = 30
    order: Order = "newest"
    page: int = 1

    def query(self, **changed: object) -> str:
        """Return the query of this list with something changed; another order begins anew."""
        asked = {
            "kind": self.sort or "", "state": self.stage or "", "gate": self.gate,
            "days": self.days, "order": self.order, "page": 1,
        } | changed  # fmt: skip
        return "?" + urlencode({name: value for name, value in asked.items() if value != ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """One alert with what was done for it."""

    alert: Any
    sort: AlertSort
    tries: Sequence[Any]
    replies: Sequence[Any]

    @property
    def waits(self) -> bool:
        """Whether nobody has it yet."""
        return self.alert.state in WAITING

    @property
    def may_be_answered(self) -> bool:
        """Whether somebody may still say that they have it."""
        return self.waits or self.alert.state == AlertState.ANSWERED

    @property
    def is_of_hold(self) -> bool:
        """Whether a case is behind it."""
        return self.alert.kind in HOLDS and self.alert.subject != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of the list; `waiting` counts all that nobody has, whatever the list shows."""

    alerts: Sequence[ShownAlert]
    total: int
    pages: int
    waiting: int
    doors: Sequence[str]


def listed(connection: Connection, wanted: Wanted, now: datetime) -> Listed:
    """Return one page of what is asked for; a page beyond the last is the last."""
    conditions = _conditions(wanted, now)
    total = _count(connection, *conditions)
    pages = max(1, -(-total // A_PAGE))
    rows = connection.execute(
        select(ALERT)
        .where(*conditions)
        .order_by(*_ORDERS[wanted.order])
        .limit(A_PAGE)
        .offset((min(wanted.page, pages) - 1) * A_PAGE)
    ).all()
    doors = select(ALERT.c.gate).where(ALERT.c.gate != "").distinct().order_by(ALERT.c.gate)
    return Listed(
        alerts=_shown(connection, rows),
        total=total,
        pages=pages,
        waiting=_count(connection, ALERT.c.state.in_(WAITING)),
        doors=connection.execute(doors).scalars().all(),
    )


def one_alert(connection: Connection, alert_id: int) -> ShownAlert | None:
    """Return one alert with every try and every word; None for a number that none has."""
    rows = connection.execute(select(ALERT).where(ALERT.c.id == alert_id)).all()
    return next(iter(_shown(connection, rows)), None)


def hold_of(connection: Connection, alert: Any) -> tuple[str, datetime | None] | None:
    """Return where the hold of an alert stands, and by when its next step is due."""
    if alert.kind not in HOLDS:
        return None
    hold = connection.execute(
        select(HOLD.c.state, HOLD.c.since, HOLD.c.due_s).where(
            HOLD.c.gate == alert.gate, HOLD.c.hold_id == alert.subject
        )
    ).first()
    if hold is None:
        return None
    due = hold.due_s is not None and hold.state != "closed"
    return hold.state, parse_utc(hold.since) + timedelta(seconds=hold.due_s) if due else None


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.sort is not None:
        conditions.append(is_of(wanted.sort))
    if wanted.stage is not None:
        conditions.append(ALERT.c.state.in_(_STAGES[wanted.stage]))
    if wanted.gate:
        conditions.append(ALERT.c.gate == wanted.gate)
    if wanted.days:
        conditions.append(ALERT.c.opened > format_utc(now - timedelta(days=wanted.days)))
    return conditions


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(ALERT).where(*conditions)
    return connection.execute(counted).scalar_one()


def _shown(connection: Connection, rows: Sequence[Any]) -> list[ShownAlert]:
    ids = [row.id for row in rows]
    tries, replies = (
        connection.execute(
            select(table).where(table.c.alert_id.in_(ids)).order_by(table.c.id)
        ).all()
        for table in (ATTEMPT, ALERT_REPLY)
    )
    return [
        ShownAlert(
            alert=row,
            sort=sort_of(row.kind, row.gate, row.state),
            tries=[one for one in tries if one.alert_id == row.id],
            replies=[one for one in replies if one.alert_id == row.id],
        )
        for row in rows
    ]
