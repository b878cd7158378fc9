"""Judges a merged report: what is proved, what is lacking, what nobody recorded. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import parse_utc
from gate_agent.contract.policy import Policy
from gate_collector.reports.content import Check, DoorDay, MergedReport, Verdict, rounds_of

_LOST_S = 60  # a device that is plugged in again within a minute covers the day
_QUARTER = timedelta(minutes=15)
Said = tuple[str, str]  # Chinese, English
_UNTOLD: Said = "未报", "not reported"


def judge(report: MergedReport, policy: Policy, zone: ZoneInfo) -> tuple[Check, ...]:
    """Return what this report proves, in the order in which it is printed."""
    doors = report.doors
    return (
        _doors("reported", doors, lambda door: None if door.came else _UNTOLD,
               "各出入口均已报告", "every door has reported"),
        _doors("in_time", doors, lambda door: None if door.came and not door.late
               else ("迟报", "late") if door.late else _UNTOLD,
               "闸口日报按时到达", "every door's report came in time"),
        _doors("contiguous", doors, _broken,
               "事件编号连续，与前日衔接", "events are contiguous and join the day before"),
        _doors("unforged", doors, _contradicted,
               "链值一致，无隔离事件", "nothing contradicts the chains"),
        _doors("agrees", doors, _disagrees,
               "汇聚复核与闸口自报一致", "the centre's count equals the doors' own"),
        _doors("coverage", doors, _uncovered,
               "设备与程序全程在岗", "devices and daemons covered the whole span"),
        _doors("punctual", doors, _late,
               "事件在时限内到达", "every event came within its limit"),
        _holds(report),
        _rounds(doors),
        _rota(report, policy, zone),
        _thermometers(doors),
    )  # fmt: skip


def _check(key: str, lacking: Iterable[Said], zh: str, en: str) -> Check:
    found = list(lacking)
    if not found:
        return Check(key=key, verdict=Verdict.PROVED, zh=zh, en=en)
    return Check(
        key=key,
        verdict=Verdict.LACKING,
        zh=f"{zh}：{'；'.join(said[0] for said in found)}",
        en=f"{en}: {'; '.join(said[1] for said in found)}",
    )


def _unknown(key: str, zh: str, en: str) -> Check:
    return Check(key=key, verdict=Verdict.UNKNOWN, zh=f"{zh}：无记录", en=f"{en}: no record")


def _doors(
    key: str,
    doors: tuple[DoorDay, ...],
    fault: Callable[[DoorDay], Said | None],
    zh: str,
    en: str,
) -> Check:
    if not doors:
        return _unknown(key, zh, en)
    told = [(door.gate, said) for door in doors if (said := fault(door)) is not None]
    return _check(key, [(f"{gate} {s[0]}", f"{gate} {s[1]}") for gate, s in told], zh, en)


def _broken(door: DoorDay) -> Said | None:
    if not door.came:
        return _UNTOLD
    if door.missing_events:
        return f"缺 {door.missing_events} 件", f"{door.missing_events} missing"
    return None if door.joined else ("与前日不衔接", "does not join the day before")


def _contradicted(door: DoorDay) -> Said | None:
    return (f"隔离 {door.aside} 件", f"{door.aside} in quarantine") if door.aside else None


def _disagrees(door: DoorDay) -> Said | None:
    if door.agrees is None:
        return _UNTOLD
    return None if door.agrees else ("不一致", "differs")


def _uncovered(door: DoorDay) -> Said | None:
    if not door.came:
        return _UNTOLD
    lost = {name: _minutes(s) for name, s in door.device_lost_s.items() if s > _LOST_S}
    zh = [f"{_DEVICES.get(name, name)}缺 {minutes} 分钟" for name, minutes in lost.items()]
    en = [f"{name} lost {minutes} min" for name, minutes in lost.items()]
    distrusted_s = door.coverage_lost_s - door.device_lost_s.get("thermometer", 0)
    if distrusted_s > _LOST_S:
        zh.append(f"测温仪不可信 {_minutes(distrusted_s)} 分钟")
        en.append(f"thermometer not trusted {_minutes(distrusted_s)} min")
    if door.uncovered_s > _LOST_S:
        zh.append(f"测温中断 {_minutes(door.uncovered_s)} 分钟")
        en.append(f"measured by hand {_minutes(door.uncovered_s)} min")
    if door.down_s > _LOST_S:
        zh.append(f"程序停止至多 {_minutes(door.down_s)} 分钟")
        en.append(f"daemon down at most {_minutes(door.down_s)} min")
    return ("、".join(zh), ", ".join(en)) if zh else None


_DEVICES = {"thermometer": "测温仪", "id_reader": "读卡器"}


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _late(door: DoorDay) -> Said | None:
    late = door.late_urgent + door.late_routine
    if late:
        return f"超限 {late} 件", f"{late} late"
    undated = f"时刻不明 {door.undated} 件", f"{door.undated} undated"
    return undated if door.undated else None


def _holds(report: MergedReport) -> Check:
    lacking: list[Said] = []
    still = report.by_outcome(None) + report.open_before
    if still:
        lacking.append((f"{still} 例未结案", f"{still} open"))
    overdue = sum(line.overdue > 0 for line in report.holds)
    if overdue:
        lacking.append((f"{overdue} 例处置超时", f"{overdue} overdue"))
    return _check(
        "holds", lacking, "暂留均按时限处置并结案", "every hold was closed, each step in time"
    )


def _rounds(doors: tuple[DoorDay, ...]) -> Check:
    zh, en = "各区域消毒通风达到规定次数", "every area was disinfected and aired as often as needed"
    rounds = rounds_of(doors)
    if not rounds:
        return _unknown("rounds", zh, en)
    short = [f"{line.area} {line.done}/{line.needed}" for line in rounds if line.done < line.needed]
    return _check("rounds", [(told, told) for told in short], zh, en)


def _rota(report: MergedReport, policy: Policy, zone: ZoneInfo) -> Check:
    """Judge whether somebody led in every quarter of the hours in which anybody passed."""
    zh, en = "领队值班无空岗", "a leader was on duty all the time"
    if not policy.rota:
        return _unknown("rota", zh, en)
    since = min((parse_utc(door.since) for door in report.doors), default=parse_utc(report.made))
    until = max((parse_utc(door.until) for door in report.doors), default=parse_utc(report.made))
    hours = set(report.hours()) or {until.astimezone(zone).hour}
    empty, at = 0, since.replace(minute=0, second=0, microsecond=0)
    while at < until:
        at += _QUARTER
        if since <= at < until and at.astimezone(zone).hour in hours:
            empty += policy.on_duty(at) is None
    minutes = 15 * empty
    lacking = [(f"空岗约 {minutes} 分钟", f"nobody for about {minutes} min")] if empty else []
    return _check("rota", lacking, zh, en)


def _thermometers(doors: tuple[DoorDay, ...]) -> Check:
    zh, en = "测温仪已比对", "every thermometer was checked"
    if not doors or any(door.thermometer_checks is None for door in doors):
        return _unknown("thermometers", zh, en)
    lacking = [
        (f"{door.gate} 未比对", f"{door.gate} not checked")
        for door in doors
        if not door.thermometer_checks
    ]
    return _check("thermometers", lacking, zh, en)
