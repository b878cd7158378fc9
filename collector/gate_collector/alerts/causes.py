"""What is worth an alert, and what it says: what is needed now, and nobody's name. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gate_agent.contract.policy import TellLeaders
from gate_agent.contract.records import (
    BY_TYPE,
    EventsDropped,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    JournalReplaced,
    Record,
)
from gate_collector.alarms.book import Alarm
from gate_collector.web.words import word

_HOURS_FROM_MIN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason to tell somebody."""

    key: str
    kind: str
    gate: str
    subject: str
    text: str
    quiet: bool = True  # another of this kind and door waits for the first one's quiet time


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How an urgent event came, and how the hold that it is of stands meanwhile."""

    is_late: bool = False
    late_s: float | None = None  # None: nobody knows
    hold: str | None = None
    outcome: str | None = None


PAST = "past"  # 离线期间: it is over already, and told once
_AS_IT_HAPPENED = Came()


def of_event(
    gate: str,
    epoch: str,
    kind: str,
    data: str,
    came: Came = _AS_IT_HAPPENED,
    *,
    tell: TellLeaders = TellLeaders.CONFIRMED,
) -> Cause | None:
    """Return the cause in an urgent event, None for one that needs nobody at once.

    A forehead's flag below the rail is the guard's, unless the policy has leaders told of each.

    What comes late calls nobody to a hold that is closed meanwhile, nor to a step that is done: it
    says once what was. A hold that is open still calls, and says how late the word came.
    """
    model = BY_TYPE.get(kind)
    if model is None:
        return None
    record = model.model_validate_json(data)
    if isinstance(record, HoldOpened) and not _is_told(record, tell):
        return None
    cause = _of_record(gate, epoch, record)
    if cause is None or not came.is_late:
        return cause
    if came.hold == HoldState.CLOSED and not cause.quiet:
        return _past(cause, came)
    if isinstance(record, HoldOverdue) and came.hold not in (None, record.state):
        return None
    return replace(cause, text=f"{cause.text}（此消息迟到{_span(came.late_s)}。）")


def _is_told(held: HoldOpened, tell: TellLeaders) -> bool:
    """Whether leaders are told at once: also of what an older door does not say."""
    by_forehead = held.reason == "elevated" and held.beyond_rail is False
    return tell is TellLeaders.FLAGGED or not by_forehead


def _past(cause: Cause, came: Came) -> Cause:
    return Cause(
        key=f"hold:{cause.gate}:{cause.subject}:{PAST}",
        kind=PAST,
        gate=cause.gate,
        subject="",
        text=(
            f"{cause.gate} 出入口在断网期间暂留一人，已结案（{word(came.outcome or '', 'zh')}）。"
            f"此消息迟到{_span(came.late_s)}，无需到场，请在页面核对。"
        ),
    )


def _span(late_s: float | None) -> str:
    if late_s is None:
        return "，多久不明"
    minutes = max(1, round(late_s / 60))
    return f" {minutes} 分钟" if minutes < _HOURS_FROM_MIN else f" {minutes / 60:.1f} 小时"


def _of_record(gate: str, epoch: str, record: Record) -> Cause | None:
    match record:
        case HoldOpened() as held:
            warm = held.surface_centi_c
            measured = "" if warm is None else f"，体表 {warm / 100:.2f} ℃"
            return _of_hold(
                gate, held.hold_id, "hold",
                f"{gate} 出入口暂留一人：{word(held.reason, 'zh')}{measured}。"
                "请立即确认现场已安置、复测，并准备上报。",
            )  # fmt: skip
        case HoldOverdue() as late:
            return _of_hold(
                gate, late.hold_id, f"overdue:{late.state}",
                f"{gate} 出入口暂留处置超时：停在“{word(late.state, 'zh')}”已过 {late.due_s:g} 秒。"
                "请催办下一步，或派人到场。",
            )  # fmt: skip
        case HoldStep(step=HoldState.CONFIRMED, hold_id=hold_id):
            return _of_hold(
                gate, hold_id, "confirmed",
                f"{gate} 出入口暂留人员已确认发热。请即报区疫情防控办，安排移送，核对密切接触者。",
            )  # fmt: skip
        case HoldStep(step=HoldState.LEFT, hold_id=hold_id):
            return _of_hold(
                gate, hold_id, "left",
                f"{gate} 出入口暂留人员自行离开。请即报区疫情防控办，按登记信息联系。",
            )  # fmt: skip
        case EventsDropped() as dropped:
            return Cause(
                key=f"dropped:{gate}:{epoch}:{dropped.since}",
                kind="dropped",
                gate=gate,
                subject="",
                text=f"{gate} 闸口磁盘不足，丢弃 {dropped.count} 件记录。请运维更换存储。",
            )
        case JournalReplaced() as replaced:
            return Cause(
                key=f"replaced:{gate}:{epoch}:{replaced.kept_as}",
                kind="replaced",
                gate=gate,
                subject="",
                text=f"{gate} 闸口审计日志损坏并已更换。请运维保存旧文件，核对漏瞒迟。",
            )
        case _:
            return None


_ALARMS = {
    "deaf": "汇聚服务连不上消息服务器，两处出入口的消息收不到。请运维检查消息服务器与网络。",
    "silent": "{gate} 闸口无心跳。请电话询问值守人员，运维检查网络与电源。",
    "lost": "{gate} 闸口失联。请电话询问值守人员，运维检查网络与电源。",
    "late": "{gate} 闸口有记录迟迟未送达。请运维检查网络。",
    "gap": "{gate} 闸口的记录缺号且不再到达。请运维核对该闸口的审计日志。",
    "device": "{gate} 闸口设备异常。请值守人员改用手持体温计、手工登记，运维检查线缆。",
    "trust": "{gate} 测温仪不可信，或与另一入口相差过大。请值守人员按界面提示手测，用黑体校验。",
    "certificate": "{gate} 闸口的通信证书即将到期，到期后连不上中心。请运维换发证书。",
    "mismatch": "{gate} 闸口同号记录内容不同，疑似克隆或篡改。请停用该闸口并取证。",
    "rewound": "{gate} 闸口的序号倒退，疑似恢复了旧日志。请运维核对。",
    "refused": "收到不属于本大厅的消息。请运维核对消息服务器的权限。",
    "unread": "{gate} 闸口软件较新，有记录中心读不懂（已原样保存）。请电话核对，并升级中心。",
    "report": "{gate} 闸口今日日报到期未到。请值守人员与运维核实后补报。",
}


def of_alarm(alarm: Alarm) -> Cause:
    """Return the cause that an alarm is."""
    text = _ALARMS.get(alarm.kind, "{gate} 告警：" + alarm.kind)
    return Cause(
        key=f"alarm:{alarm.id}",
        kind=alarm.kind,
        gate=alarm.gate,
        subject=str(alarm.id),
        text=text.format(gate=alarm.gate or "大厅"),
    )


def _of_hold(gate: str, hold_id: str, what: str, text: str) -> Cause:
    return Cause(
        key=f"hold:{gate}:{hold_id}:{what}",
        kind=what.partition(":")[0],
        gate=gate,
        subject=hold_id,
        text=text,
        quiet=False,  # another held person is never a duplicate
    )
