"""Judges disinfection and airing (消毒通风): each due time by a round of its own. Pure.

A round belongs to the due time before which it was done, and after the one before: what was done
in the morning does not serve the evening. What comes too soon after a round is that round, tapped
again. A due time that was missed may be made up for by one more round before the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def due_times(due_at: Iterable[time], day: ReportDay, zone: ZoneInfo) -> list[datetime]:
    """Return the due times that lie in a day, in order."""
    local = [
        datetime.combine(date, due, tzinfo=zone)
        for due in due_at
        for date in (day.date - _ONE, day.date)
    ]
    return sorted(at for at in local if day.begin < at <= day.end)


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
    dues = due_times(policy.due_at, day, zone)
    apart = timedelta(seconds=policy.apart_s)
    areas = []
    for area in policy.areas_of(*names):
        for kind in kinds_of(area):
            here = [one for one in done if (one.area, one.kind) == (area.name, kind)]
            judged = _judged(dues, _apart(here, apart), day, zone)
            areas.append(AreaDay(area=area.name, kind=kind, dues=tuple(judged)))
    return tuple(areas)


def _apart(done: Iterable[RoundDone], apart: timedelta) -> list[RoundDone]:
    """Return the rounds in order, those left out that follow another too soon."""
    rounds: list[RoundDone] = []
    for one in sorted(done, key=lambda one: one.at):
        if not rounds or one.at - rounds[-1].at >= apart:
            rounds.append(one)
    return rounds


def _judged(
    dues: list[datetime], rounds: list[RoundDone], day: ReportDay, zone: ZoneInfo
) -> list[DueRound]:
    met: list[RoundDone | None] = [None] * len(dues)
    for number, due in enumerate([*dues, day.end]):
        midnight = on_clock(due, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = dues[number - 1] if number else max(day.begin, midnight)
        inside = [one for one in rounds if since < one.at <= due]
        is_tail = number == len(dues)
        if number and met[number - 1] is None and len(inside) > (0 if is_tail else 1):
            met[number - 1] = inside.pop(0)
        if inside and not is_tail:
            met[number] = inside[0]
    return [_due(due, one) for due, one in zip(dues, met, strict=True)]


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
