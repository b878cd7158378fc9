"""The words of the pages: what the code calls a thing, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "visitor": ("办事群众", "visitors"),
    "staff": ("工作人员", "staff"),
    "unknown": ("未识别", "not identified"),
    "admit": ("放行", "admitted"),
    "deny": ("劝返", "denied"),
    "recheck": ("复测", "recheck"),
    "hold": ("暂留", "hold"),
    "ambiguous": ("无法判定", "ambiguous"),
    "flagged": ("已触发", "flagged"),
    "acknowledged": ("已响应", "acknowledged"),
    "rechecked": ("已复测", "rechecked"),
    "confirmed": ("已确认", "confirmed"),
    "reported": ("已上报", "reported"),
    "transferred": ("已移送", "transferred"),
    "released": ("已解除", "released"),
    "left": ("已离开", "left"),
    "closed": ("已结案", "closed"),
    "elevated": ("体温异常", "elevated"),
    "declared_symptoms": ("申报症状", "declared symptoms"),
    "guard": ("值守判断", "the guard's judgement"),
    "urgent": ("紧急", "urgent"),
    "routine": ("常规", "routine"),
    "in_time": ("按时", "in time"),
    "late": ("迟报", "late"),
    "missing": ("漏报", "missing"),
    "thermometer": ("测温仪", "thermometer"),
    "id_reader": ("读卡器", "ID reader"),
    "ok": ("正常", "ok"),
    "stale": ("无数据", "stale"),
    "lost": ("断开", "lost"),
    "online": ("在线", "online"),
    "stopped": ("已停止", "stopped"),
    "disinfection": ("消毒", "disinfection"),
    "airing": ("通风", "airing"),
    "emergency": ("应急响应", "emergency"),
    "appointment": ("预约办理", "appointment"),
    "open": ("全面开放", "open"),
    "mode.closed": ("封闭式管理", "closed"),
    "gate.passage.decided.v1": ("通行结论", "passage decided"),
    "gate.person.registered.v1": ("实名登记（密封）", "person registered (sealed)"),
    "gate.hold.opened.v1": ("暂留开始", "hold opened"),
    "gate.hold.step.v1": ("暂留处置", "hold step"),
    "gate.hold.overdue.v1": ("处置超时", "hold overdue"),
    "gate.hold.closed.v1": ("暂留结案", "hold closed"),
    "gate.agent.started.v1": ("闸口启动", "gate started"),
    "gate.agent.stopped.v1": ("闸口停止", "gate stopped"),
    "gate.device.changed.v1": ("设备变化", "device changed"),
    "gate.clock.stepped.v1": ("时钟跳变", "clock stepped"),
    "gate.clock.synced.v1": ("时钟同步", "clock synchronised"),
    "gate.mode.applied.v1": ("策略生效", "policy applied"),
    "gate.report.daily.v1": ("闸口日报", "daily report"),
    "gate.duty.disinfected.v1": ("消毒通风", "disinfected or aired"),
    "gate.supplies.counted.v1": ("物资盘点", "supplies counted"),
    "gate.store.changed.v1": ("存储变化", "store changed"),
    "gate.events.dropped.v1": ("事件丢弃", "events dropped"),
    "gate.journal.replaced.v1": ("日志更换", "journal replaced"),
}


def word(key: str, lang: str) -> str:
    """Return what a reader calls `key`; `key` itself where nobody gave it a word."""
    zh, en = _WORDS.get(key, (key, key))
    return zh if lang == "zh" else en
