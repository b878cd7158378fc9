"""Judges a merged report: what is proved, what is lacking, what nobody recorded. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.words import LANGS, joined, word
from gate_collector.ledger.district import DistrictGap
from gate_collector.reports.content import AreaDay, Check, DoorDay, MergedReport, ReportVerdict

_LOST_S = 60  # a device that is plugged in again within a minute covers the day
_QUARTER = timedelta(minutes=15)
_OWED = (DistrictGap.MISSING, DistrictGap.NUMBERLESS)  # what was late was told on its day
Said = tuple[str, str]  # Chinese, English


def judge(report: MergedReport, policy: Policy, zone: ZoneInfo) -> tuple[Check, ...]:
    """Return what this report proves, in the order in which it is printed."""
    doors = report.doors
    return (
        _doors("reported", doors, lambda door: None if door.came else _UNTOLD),
        _doors("in_time", doors, lambda door: None if door.came and not door.late
               else _said("finding.late") if door.late else _UNTOLD),
        _doors("contiguous", doors, _broken),
        _doors("unforged", doors, _contradicted),
        _doors("agrees", doors, _disagrees),
        _doors("coverage", doors, _uncovered),
        _punctual(doors),
        _holds(report),
        _district(report),
        _contacts(report),
        _counselled(report),
        _rounds(report, zone),
        _masks(report),
        _supplies(report),
        _staff(report),
        _rota(report, policy, zone),
        _thermometers(doors),
    )  # fmt: skip


def _said(key: str, **values: object) -> Said:
    return word(key, "zh", **values), word(key, "en", **values)


_UNTOLD = _said("paper.not_reported")


def _joined(key: str, sayings: Iterable[Said]) -> Said:
    parts = list(zip(*sayings, strict=True))
    zh, en = (word(key, lang).join(part) for lang, part in zip(LANGS, parts, strict=True))
    return zh, en


def _told(check: str, verdict: ReportVerdict, said: Said) -> Check:
    """Return a check with what is lacking of it."""
    zh, en = (
        word("finding.of_check", lang, check=word(f"check.{check}", lang), found=text)
        for lang, text in zip(LANGS, said, strict=True)
    )
    return Check(key=check, verdict=verdict, zh=zh, en=en)


def _check(check: str, lacking: Iterable[Said]) -> Check:
    sayings = list(lacking)
    if sayings:
        return _told(check, ReportVerdict.LACKING, _joined("paper.semicolon", sayings))
    zh, en = _said(f"check.{check}")
    return Check(key=check, verdict=ReportVerdict.PROVED, zh=zh, en=en)


def _unknown(check: str) -> Check:
    return _told(check, ReportVerdict.UNKNOWN, _said("finding.no_record"))


def _doors(
    check: str, doors: tuple[DoorDay, ...], fault: Callable[[DoorDay], Said | None]
) -> Check:
    if not doors:
        return _unknown(check)
    faults = [(door.called, said) for door in doors if (said := fault(door)) is not None]
    return _check(check, [(f"{door} {zh}", f"{door} {en}") for door, (zh, en) in faults])


def _broken(door: DoorDay) -> Said | None:
    if door.missing_events:
        return _said("finding.missing", n=door.missing_events)
    if not door.came:
        return _UNTOLD
    return None if door.joined else _said("finding.not_joined")


def _contradicted(door: DoorDay) -> Said | None:
    return _said("finding.set_aside", n=door.aside) if door.aside else None


def _disagrees(door: DoorDay) -> Said | None:
    if door.agrees is None:
        return _UNTOLD
    return None if door.agrees else _said("finding.differs")


def _uncovered(door: DoorDay) -> Said | None:
    if not door.came:
        return _UNTOLD
    uncovered = [
        (word("finding.device_lost", "zh", device=word(f"device_kind.{name}", "zh"), n=_minutes(s)),
         word("finding.device_lost", "en", device=word(f"device_kind.{name}", "en"), n=_minutes(s)))
        for name, s in door.device_lost_s.items()
        if s > _LOST_S
    ]  # fmt: skip
    distrusted_s = door.coverage_lost_s - door.device_lost_s.get("thermometer", 0)
    spans = {
        "finding.distrusted": distrusted_s,
        "finding.uncovered": door.uncovered_s,
        "finding.down": door.down_s,
    }
    uncovered += [_said(key, n=_minutes(s)) for key, s in spans.items() if s > _LOST_S]
    return _joined("between.names", uncovered) if uncovered else None


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _punctual(doors: tuple[DoorDay, ...]) -> Check:
    """Judge what came late; what nobody can tell is not in time, and not late either."""
    late = _doors("punctual", doors, _late)
    undated = sum(door.undated for door in doors)
    if undated and late.verdict is ReportVerdict.PROVED:
        return _told("punctual", ReportVerdict.UNKNOWN, _said("finding.undated", n=undated))
    return late


def _late(door: DoorDay) -> Said | None:
    late = door.late_urgent + door.late_routine
    if not late:
        return None
    over = _said("finding.over", n=late)
    undated = _said("finding.undated", n=door.undated)
    return _joined("between.names", [over, undated]) if door.undated else over


def _holds(report: MergedReport) -> Check:
    overdue = sum(line.overdue > 0 for line in report.holds)
    lacking = {"finding.still_open": report.still_open, "finding.overdue": overdue}
    return _check("holds", [_said(key, n=n) for key, n in lacking.items() if n])


def _district(report: MergedReport) -> Check:
    gaps = [gap for line in report.holds for gap in line.district.gaps]
    gaps += [gap for line in report.carried for gap in line.district.gaps if gap in _OWED]
    return _check(
        "district",
        [
            (f"{zh} {n}", f"{en} {n}")
            for gap in DistrictGap
            if (n := gaps.count(gap))
            for zh, en in (_said(f"district_gap.{gap}"),)
        ],
    )


def _contacts(report: MergedReport) -> Check:
    lacking = report.lacking.items()
    return _check("contacts", [_said(f"finding.{key}", n=n, cases=k) for key, (n, k) in lacking])


def _rounds(report: MergedReport, zone: ZoneInfo) -> Check:
    """Judge what was due until the report was made: door by door, area by area, named."""
    if not any(door.areas for door in report.doors):
        return _unknown("rounds")

    def short(door: DoorDay) -> Said | None:
        lacking: dict[tuple[str, ...], list[AreaDay]] = {}
        for area in door.areas or ():
            missed = tuple(f"{on_clock(parse_utc(one.due), zone):%H:%M}"
                           for one in area.missed(report.made))  # fmt: skip
            if missed:
                lacking.setdefault(missed, []).append(area)
        is_all = [len(areas) == len(door.areas or ()) for areas in lacking.values()] == [True]
        sayings = [_lacks([] if is_all else areas, times) for times, areas in lacking.items()]
        return _joined("paper.semicolon", sayings) if sayings else None

    return _doors("rounds", report.doors, short)


def _lacks(areas: list[AreaDay], times: tuple[str, ...]) -> Said:
    """Return which areas lack a round by these times; no areas mean all of them."""
    sayings = []
    for lang in LANGS:
        between = "" if lang == "zh" else " "
        names = [f"{one.area}{between}{word(f'round.{one.kind}', lang)}" for one in areas]
        where = joined(names, lang) or word("entry.every_area", lang)
        lacking = joined(times, lang)
        sayings.append(word("finding.round_lacks", lang, areas=where, times=lacking))
    return sayings[0], sayings[1]


def _counselled(report: MergedReport) -> Check:
    n = len(report.office.uncounselled) if report.office else 0
    return _check("counselled", [_said("finding.uncounselled", n=n)] if n else [])


def _masks(report: MergedReport) -> Check:
    if report.office is None or report.office.masks is None:
        return _unknown("masks")
    return _check("masks", [])


def _supplies(report: MergedReport) -> Check:
    """Judge whether each item was counted in the day at every door, which is named else."""
    supplies = report.office.supplies if report.office else ()
    missing: dict[str, list[str]] = {}
    for item in supplies:
        for door in item.uncounted:
            missing.setdefault(door, []).append(item.item)
    if missing:
        sayings = [
            _uncounted(door, [] if len(items) == len(supplies) else items)
            for door, items in missing.items()
        ]
        return _told("supplies", ReportVerdict.UNKNOWN, _joined("paper.semicolon", sayings))
    return _check("supplies", []) if supplies else _unknown("supplies")


def _uncounted(door: str, items: list[str]) -> Said:
    """Return what was not counted at a door; no items mean all of them."""
    named = [joined(items, lang) or word("finding.every_item", lang) for lang in LANGS]
    zh, en = (
        word("finding.uncounted", lang, door=door, items=text)
        for lang, text in zip(LANGS, named, strict=True)
    )
    return zh, en


def _staff(report: MergedReport) -> Check:
    """Judge whether each of the staff was measured, or is entered as absent."""
    staff = report.office.staff if report.office else None
    if staff is None or (staff.roster is None and staff.absent is None):
        return _unknown("staff")
    n = staff.unexplained
    return _check("staff", [_said("finding.unmeasured", n=n)] if n else [])


def _rota(report: MergedReport, policy: Policy, zone: ZoneInfo) -> Check:
    """Judge whether somebody led in every quarter of the hours in which anybody passed."""
    if not policy.rota:
        return _unknown("rota")
    since = min((parse_utc(door.since) for door in report.doors), default=parse_utc(report.made))
    until = max((parse_utc(door.until) for door in report.doors), default=parse_utc(report.made))
    hours = set(report.hours()) or {on_clock(until, zone).hour}
    empty, at = 0, since.replace(minute=0, second=0, microsecond=0)
    while at < until:
        at += _QUARTER
        if since <= at < until and on_clock(at, zone).hour in hours:
            empty += policy.on_duty(at) is None
    return _check("rota", [_said("finding.nobody", n=15 * empty)] if empty else [])


def _thermometers(doors: tuple[DoorDay, ...]) -> Check:
    if any(door.thermometer_checks is None for door in doors):
        return _unknown("thermometers")
    checked = _said("finding.not_checked")
    return _doors("thermometers", doors, lambda door: None if door.thermometer_checks else checked)
