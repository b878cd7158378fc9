"""The kinds of alert, whom they concern, and when what they ask for is done. No I/O."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, not_

from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import HoldState
from gate_collector.alarms.book import AlarmKind
from gate_collector.store.schema_office import ALERT

HELD, OVERDUE, CONFIRMED, LEFT = "hold", "overdue", "confirmed", "left"
HOLDS = (HELD, OVERDUE, CONFIRMED, LEFT)  # kinds whose subject is a hold
PAST = "past"  # 离线期间: it is over already, and told once
MANY = "many"  # one alert that stands for many, of a door or of a kind
EMERGENCY, MODE = "emergency", "mode"  # 应急关闭, and any other change of the hall's mode
ROTA = "rota"  # 值班空档 of tomorrow
FOLLOW = "follow_up"  # 每日随访: who is to be asked after today
TESTED, REPORTED = "test", "zero_report"
TOLD_TO_ALL = (EMERGENCY, MODE)
TOLD_ONCE = (*TOLD_TO_ALL, FOLLOW)  # it stands until it is done, and is told no more meanwhile
UNANSWERED_IS_FINE = (REPORTED, PAST, MODE)  # told once, and nobody has to answer
_PEOPLE = (*HOLDS, PAST, EMERGENCY)
_HALL = (MODE, ROTA, FOLLOW, REPORTED, TESTED)
# What somebody may have forged, or lets people in by an older policy, waits for no morning.
RESTLESS = frozenset(
    {
        AlarmKind.MISMATCH,
        AlarmKind.TWINS,
        AlarmKind.RIVAL,
        AlarmKind.REWOUND,
        AlarmKind.REFUSED,
        AlarmKind.PLANTED,
        AlarmKind.UNAPPLIED,
    }
)
_ALL = frozenset(HoldState)
_ASKS = {  # the states of a hold in which what its alert asks for is still to be done
    HELD: {HoldState.FLAGGED},
    CONFIRMED: {
        HoldState.FLAGGED,
        HoldState.ACKNOWLEDGED,
        HoldState.RECHECKED,
        HoldState.CONFIRMED,
    },
    LEFT: _ALL - {HoldState.CLOSED},
}


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"  # 待应答
    ANSWERED = "answered"  # 已应答: somebody has it, and what it asks for is not done yet
    OVER = "over"  # 已结束: what it asks for is done, or its cause is gone
    QUIET = "quiet"  # 重复: one of its kind and door was told a moment ago
    UNANSWERED = "unanswered"  # 无人应答: everybody on the list was told, as often as we try
    DRILL = "drill"  # 演练: kept, and sent to nobody


class AlertSort(StrEnum):
    """Whom an alert concerns; a page shows each in a colour of its own."""

    PEOPLE = "people"  # 人员: red
    EQUIPMENT = "equipment"  # 设备与数据: blue
    HALL = "hall"  # 大厅事务
    DRILL = "drill"  # 演练: grey


def sort_of(kind: str, gate: str, state: str = AlertState.OPEN) -> AlertSort:
    """Return whom an alert concerns."""
    if state == AlertState.DRILL:
        return AlertSort.DRILL
    if kind in _PEOPLE or (kind == MANY and gate):
        return AlertSort.PEOPLE
    return AlertSort.HALL if kind in _HALL else AlertSort.EQUIPMENT


def is_of(sort: AlertSort) -> ColumnElement[bool]:
    """Return the condition that an alert is of this sort, as `sort_of` says."""
    drill = ALERT.c.state == AlertState.DRILL.value
    people = ALERT.c.kind.in_(_PEOPLE) | and_(ALERT.c.kind == MANY, ALERT.c.gate != "")
    hall = ALERT.c.kind.in_(_HALL)
    return {
        AlertSort.DRILL: drill,
        AlertSort.PEOPLE: and_(not_(drill), people),
        AlertSort.HALL: and_(not_(drill), hall),
        AlertSort.EQUIPMENT: and_(not_(drill), not_(people), not_(hall)),
    }[sort]


def rests(kind: str, gate: str) -> bool:
    """Whether an alert waits in quiet hours: equipment but what may be forged, and follow-ups."""
    is_equipment = sort_of(kind, gate) is AlertSort.EQUIPMENT
    return kind == FOLLOW or (is_equipment and kind not in RESTLESS)


def is_done(kind: str, key: str, state: str | None, *, received: bool) -> bool:
    """Whether what the alert of a hold asks for is done.

    `state` is the hold's, None for one that nobody knows; `received` says that the district's
    office took the report, by the centre's own record.
    """
    if state is None:
        return False
    if kind == OVERDUE:
        return state != key.rpartition(":")[2]
    if received and kind in (CONFIRMED, LEFT):
        return True
    return state not in _ASKS[kind]


def is_over_with(kind: str, mode: HallMode) -> bool:
    """Whether a mode in force ends this alert of another one."""
    return kind == EMERGENCY and mode is not HallMode.EMERGENCY
