"""Judges disinfection and airing (消毒通风): each due time by a round of its own. Pure.

A round belongs to the due time before which it was done, and after the one before on the same
calendar day, wherever the cut is: what was done in the evening does not serve the morning. What
comes too soon after a round is that round, tapped again. A due time that was missed may be made up
for by one more round before the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gate_agent.contract.duty_records import Disinfectant, Round
from gate_agent.contract.moment import format_utc, on_clock
from gate_agent.contract.policy import Area, DutiesPolicy
from gate_collector.day import ReportDay
from gate_collector.reports.content import AreaDay, DueRound

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDone:
    """A round as a door told it, a clerk entered it, or who did it scanned its code."""

    area: str
    kind: Round
    at: datetime
    by: str
    method: Disinfectant | None = None
    is_entered: bool = False
    is_scanned: bool = False


def since_midnight(day: ReportDay, zone: ZoneInfo) -> ReportDay:
    """Return the day with the whole of the calendar day in which it begins: its rounds count."""
    return replace(day, begin=_midnights(day, zone)[0])


def _midnights(day: ReportDay, zone: ZoneInfo) -> list[datetime]:
    """Return when the calendar days begin that a day touches."""
    begin = datetime.combine(on_clock(day.begin, zone).date(), time(), tzinfo=zone)
    return [begin + number * _ONE for number in range((day.end - begin).days + 1)]


def _dues_on(midnight: datetime, due_at: Iterable[time]) -> list[datetime]:
    return sorted(datetime.combine(midnight.date(), due, midnight.tzinfo) for due in due_at)


def kinds_of(area: Area) -> list[Round]:
    """Return what is done to an area."""
    wanted = (area.disinfect, Round.DISINFECTED), (area.air, Round.AIRED)
    return [kind for is_wanted, kind in wanted if is_wanted]


def areas_of_day(
    policy: DutiesPolicy,
    names: Sequence[str],
    done: Sequence[RoundDone],
    day: ReportDay,
    zone: ZoneInfo,
) -> tuple[AreaDay, ...]:
    """Return each area of the door that has these names, with its due times."""
    apart = timedelta(seconds=policy.apart_s)
    areas = []
    for area in policy.areas_of(*names):
        for kind in kinds_of(area):
            here = [one for one in done if (one.area, one.kind) == (area.name, kind)]
            rounds = [one for one in _apart(here, apart) if one.at <= day.end]
            judged = tuple(
                _due(due, met)
                for start in _midnights(day, zone)
                for due, met in _judged(_dues_on(start, policy.due_at), rounds, start)
                if day.begin < due <= day.end
            )
            areas.append(AreaDay(area=area.name, kind=kind, dues=judged))
    return tuple(areas)


def _apart(done: Iterable[RoundDone], apart: timedelta) -> list[RoundDone]:
    """Return the rounds in order, those left out that follow another too soon."""
    rounds: list[RoundDone] = []
    for one in sorted(done, key=lambda one: one.at):
        if not rounds or one.at - rounds[-1].at >= apart:
            rounds.append(one)
    return rounds


def _judged(
    dues: list[datetime], rounds: list[RoundDone], midnight: datetime
) -> list[tuple[datetime, RoundDone | None]]:
    """Return each due time of one calendar day with the round that met it."""
    met: list[RoundDone | None] = [None] * len(dues)
    for number, due in enumerate([*dues, midnight + _ONE]):
        since = dues[number - 1] if number else midnight
        inside = [one for one in rounds if since < one.at <= due]
        is_tail = number == len(dues)
        if number and met[number - 1] is None and len(inside) > (0 if is_tail else 1):
            met[number - 1] = inside.pop(0)
        if inside and not is_tail:
            met[number] = inside[0]
    return list(zip(dues, met, strict=True))


def _due(due: datetime, done: RoundDone | None) -> DueRound:
    if done is None:
        return DueRound(due=format_utc(due))
    return DueRound(
        due=format_utc(due),
        at=format_utc(done.at),
        by=done.by,
        method=done.method,
        late_min=max(0, -(-(done.at - due) // timedelta(minutes=1))),
        is_entered=done.is_entered,
        is_scanned=done.is_scanned,
    )
