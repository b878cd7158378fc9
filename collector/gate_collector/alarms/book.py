"""What people must look into: raised once, told until it is cleared, and kept.

An alarm is known by its kind and its gate; while it stands, raising it again changes its words
only. `watch` raises and clears by itself; those `BY_HAND` stand until a person has looked into
them, and says so (解除告警). Other modules may raise kinds of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select, text

from gate_agent.errors import AskedInVain
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema import ALARM, ALARM_STANDS, CLEARED

_STANDS = text(ALARM_STANDS)
_LONGEST_DETAIL = 500


class AlarmKind(StrEnum):
    """The kinds of alarm that the centre raises."""

    FAILING = "failing"  # 中心平台部分功能失败: a part of the centre fails, and is tried again
    DEAF = "deaf"  # 中心平台未连接消息服务器: the collector has no broker
    SILENT = "silent"  # 无心跳: online, and no heartbeat
    LOST = "lost"  # 失联: the broker says that its connection broke
    LATE = "late"  # 迟报: the oldest event without a receipt is too old
    GAP = "gap"  # 缺号: numbers are missing, and none of them comes
    DEVICE = "device"  # 设备异常: a device is stale or lost
    TRUST = "trust"  # 测温存疑: a thermometer is not trusted, or drifts
    CERTIFICATE = "certificate"  # 证书将到期: a gate's line ends soon
    MISMATCH = "mismatch"  # 链值不符: another event of a known number: a cloned or forged journal
    TWINS = "twins"  # 两台设备同号: two journals of one gate speak in turn
    RIVAL = "rival"  # 中心平台重名: another collector with our name at the broker
    REWOUND = "rewound"  # 序号倒退: the gate says a lower number than before: a restored journal
    REFUSED = "refused"  # 拒收: what came is not an event of this hall
    UNAPPLIED = "unapplied"  # 措施未生效: a door that is heard does not follow the policy in force
    PLANTED = "planted"  # 数据库被植入: triggers, rules, views that this version does not make
    UNREAD = "unread"  # 读不懂: an event is kept, and this version cannot read all of it


BY_HAND = frozenset(
    {
        AlarmKind.MISMATCH,
        AlarmKind.TWINS,
        AlarmKind.RIVAL,
        AlarmKind.REWOUND,
        AlarmKind.REFUSED,
        AlarmKind.PLANTED,
        AlarmKind.UNREAD,
    }
)


class Unclearable(AskedInVain):
    """This alarm cannot be cleared by hand, or not now; `code` says why in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm; it stands while `cleared` is None. `gate` is empty for the whole hall."""

    id: int
    kind: str
    gate: str
    since: str
    detail: str
    cleared: str | None


def raise_alarm(connection: Connection, kind: str, gate: str, detail: str, at: str) -> None:
    """Raise an alarm, or change the words of the one that stands."""
    insert: Any = insert_for(connection.engine)(ALARM)
    row = {"kind": kind, "gate": gate, "since": at, "detail": detail[:_LONGEST_DETAIL]}
    connection.execute(
        insert.values(row).on_conflict_do_update(
            index_elements=["kind", "gate"],
            index_where=_STANDS,
            set_={"detail": row["detail"]},
        )
    )


def clear_alarm(connection: Connection, kind: str, gate: str, at: str) -> bool:
    """Clear an alarm; return whether it stood."""
    stands = (ALARM.c.kind == kind, ALARM.c.gate == gate, _STANDS)
    return bool(connection.execute(ALARM.update().where(*stands).values(cleared=at)).rowcount)


def clear_by_hand(
    connection: Connection, alarm_id: int, *, seen: str, by: str, role: str, why: str, at: str
) -> None:
    """Clear an alarm that somebody looked into, and keep who did and why. Raises Unclearable.

    `seen` is the detail they saw: what happened again meanwhile is not cleared unseen. The same
    cause raises another alarm, when it is there again.
    """
    known = connection.execute(select(ALARM).where(ALARM.c.id == alarm_id, _STANDS)).first()
    if known is None or known.kind not in BY_HAND:
        expected = "expected an alarm that stands until a person clears it, got another"
        raise Unclearable("out_of_turn", expected)
    alarm = (ALARM.c.id == alarm_id, _STANDS, ALARM.c.detail == seen)
    if not connection.execute(ALARM.update().where(*alarm).values(cleared=at)).rowcount:
        expected = "expected the alarm as it was seen, got one that was raised again since"
        raise Unclearable("again", expected)
    row = {"alarm_id": alarm_id, "at": at, "by": by, "role": role, "why": why}
    connection.execute(CLEARED.insert().values(row))


def cleared_by_hand() -> Select[Any]:
    """Return the question for the alarms that somebody cleared: who, as what, when, why."""
    columns = (ALARM.c.id, ALARM.c.kind, ALARM.c.gate, ALARM.c.since, ALARM.c.detail)
    of_clearing = (CLEARED.c.at, CLEARED.c.by, CLEARED.c.role, CLEARED.c.why)
    return select(*columns, *of_clearing).join(CLEARED, CLEARED.c.alarm_id == ALARM.c.id)


def standing(connection: Connection) -> list[Alarm]:
    """Return the alarms that stand, the oldest first."""
    return _alarms(connection, _STANDS)


def alarms_after(connection: Connection, alarm_id: int) -> list[Alarm]:
    """Return the alarms raised after this one, cleared or not, in order."""
    return _alarms(connection, ALARM.c.id > alarm_id)


def keep_to(
    connection: Connection, kinds: frozenset[str], details: Mapping[tuple[str, str], str], at: str
) -> None:
    """Make exactly `details`, (kind, gate) → detail, stand among the alarms of these kinds."""
    stood = {(a.kind, a.gate): a.detail for a in standing(connection) if a.kind in kinds}
    for (kind, gate), detail in details.items():
        if stood.get((kind, gate)) != detail[:_LONGEST_DETAIL]:
            raise_alarm(connection, kind, gate, detail, at)
    for kind, gate in stood.keys() - details.keys():
        clear_alarm(connection, kind, gate, at)


def _alarms(connection: Connection, where: Any) -> list[Alarm]:
    rows = connection.execute(select(ALARM).where(where).order_by(ALARM.c.id)).mappings()
    return [Alarm(**row) for row in rows]
