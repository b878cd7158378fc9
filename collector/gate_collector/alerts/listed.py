"""The alerts as their page lists them, and one of them with all that was done for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from gate_agent.contract.moment import parse_utc
from gate_agent.contract.records import HoldState
from gate_agent.words import Lang, word
from gate_collector.alerts.kinds import HOLDS, AlertSort, AlertState, is_of, sort_of
from gate_collector.alerts.replies import WAITING
from gate_collector.store.schema import HOLD
from gate_collector.store.schema_office import ALERT, ALERT_REPLY, ATTEMPT
from gate_collector.web.lists import Column, ColumnKind, Listing, section


class AlertStage(StrEnum):
    """What somebody looks for: what waits, what is in hand, what is over."""

    OPEN = "open"  # 待应答: also what nobody answered
    ANSWERED = "answered"  # 已应答，处置中
    ENDED = "ended"  # 已结束


_SORT = case(
    *((is_of(sort), sort.value) for sort in AlertSort), else_=AlertSort.EQUIPMENT.value
).label("sort")
_STAGE = case(
    (ALERT.c.state.in_(WAITING), AlertStage.OPEN.value),
    (ALERT.c.state == AlertState.ANSWERED.value, AlertStage.ANSWERED.value),
    else_=AlertStage.ENDED.value,
).label("stage")
_REACHED = (
    select(func.count(ATTEMPT.c.person.distinct()))
    .where(ATTEMPT.c.alert_id == ALERT.c.id, ATTEMPT.c.sent)
    .scalar_subquery()
    .label("reached")
)
_SAID = (
    select(func.count()).where(ALERT_REPLY.c.alert_id == ALERT.c.id).scalar_subquery().label("said")
)


def text_of(alert: Any, lang: Lang) -> str:
    """Return what an alert says; one of an earlier version is in the language it was told in."""
    return str(alert.text_en or alert.text) if lang == "en" else str(alert.text)


def _state(row: Any, lang: Lang) -> str:
    return word(f"alert_state.{row.state}", lang)


def _waits(row: Any) -> bool:
    return row.state in WAITING


ALERTS = Listing(
    name="alerts",
    title="nav.alerts",
    columns=(
        Column("opened", "column.at", ColumnKind.TIME, of=ALERT.c.opened, filters=True,
               href=lambda row: f"/alerts/{row.id}"),
        Column("sort", "column.kind", ColumnKind.WORD, of=_SORT, filters=True,
               words=section("alert_sort"), choices=tuple(AlertSort)),
        Column("stage", "column.state", ColumnKind.WORD, of=_STAGE, filters=True, says=_state,
               words=section("alert_stage"), choices=tuple(AlertStage)),
        Column("text", "column.what", of=ALERT.c.text, sorts=False, says=text_of),
        Column("gate", "column.door", ColumnKind.DOOR, of=ALERT.c.gate, filters=True),
        Column("answered_by", "alerts.answered_by", of=ALERT.c.answered_by),
        Column("answered", "alerts.answered", ColumnKind.TIME, of=ALERT.c.answered, in_page=False),
        Column("ended", "alerts.ended", ColumnKind.TIME, of=ALERT.c.ended, in_page=False),
        Column("reached", "alerts.reached", ColumnKind.NUMBER, of=_REACHED),
        Column("said", "alerts.said", ColumnKind.NUMBER, of=_SAID, in_page=False),
    ),
    order="-opened",
    then=(ALERT.c.id.desc(),),
    page=25,
    bad=_waits,
    marks=lambda row: {"state": row.state, "kind": row.sort},
)  # fmt: skip


def alerts() -> Select[Any]:
    """Return the question for all alerts."""
    return select(ALERT, _SORT, _STAGE, _REACHED, _SAID)


def waiting(connection: Connection) -> int:
    """Return how many alerts nobody has."""
    counted = select(func.count()).select_from(ALERT).where(ALERT.c.state.in_(WAITING))
    return connection.execute(counted).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """One alert with what was done for it."""

    alert: Any
    sort: AlertSort
    tries: Sequence[Any]
    replies: Sequence[Any]

    def text(self, lang: Lang) -> str:
        """Return what it says."""
        return text_of(self.alert, lang)

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
        return is_of_hold(self.alert)


def tries_of(connection: Connection, rows: Sequence[Any]) -> dict[int, list[Any]]:
    """Return how telling somebody of each of these alerts went, in order."""
    tries: dict[int, list[Any]] = {row.id: [] for row in rows}
    asked = select(ATTEMPT).where(ATTEMPT.c.alert_id.in_(tries)).order_by(ATTEMPT.c.id)
    for one in connection.execute(asked):
        tries[one.alert_id].append(one)
    return tries


def is_of_hold(alert: Any) -> bool:
    """Whether a case is behind an alert."""
    return alert.kind in HOLDS and alert.subject != ""


def one_alert(connection: Connection, alert_id: int) -> ShownAlert | None:
    """Return one alert with every try and every word; None for a number that none has."""
    row = connection.execute(select(ALERT).where(ALERT.c.id == alert_id)).first()
    if row is None:
        return None
    tries, replies = (
        connection.execute(
            select(table).where(table.c.alert_id == alert_id).order_by(table.c.id)
        ).all()
        for table in (ATTEMPT, ALERT_REPLY)
    )
    sort = sort_of(row.kind, row.gate, row.state)
    return ShownAlert(alert=row, sort=sort, tries=tries, replies=replies)


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
    due = hold.due_s is not None and hold.state != HoldState.CLOSED
    return hold.state, parse_utc(hold.since) + timedelta(seconds=hold.due_s) if due else None
