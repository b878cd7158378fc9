"""The daily follow-up (随访) of who is observed: which days are owed, by when it ends. Pure.

Day 0 is that of the last contact, and the day after it the first on which somebody is asked
after. Nobody is owed what was before they were known to be a contact. Who could not be reached
was not asked after: the day stays owed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import ContactState
from gate_collector.contacts.trace import Near

OBSERVED = (ContactState.CONFIRMED, ContactState.TRANSFERRED)
_DAY = timedelta(days=1)


class FollowPlace(StrEnum):
    """Where somebody is observed."""

    HOME = "home"  # 居家
    OBSERVATION = "observation"  # 集中观察点
    HOSPITAL = "hospital"  # 医院
    ELSEWHERE = "elsewhere"  # 其他


class FollowHealth(StrEnum):
    """How they are."""

    WELL = "well"  # 无异常
    SYMPTOMS = "symptoms"  # 有症状
    FEVER = "fever"  # 发热
    UNREACHED = "unreached"  # 未联系上


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpEntry:
    """What was found out of somebody on a day; nothing is edited, the newest of a day counts."""

    day: date
    place: FollowPlace
    health: FollowHealth
    note: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowDay:
    """One day of an observation."""

    number: int  # 第 n 天
    day: date
    entry: FollowUpEntry | None
    is_owed: bool  # it is due, and nobody was asked after


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The observation of one contact, day by day up to today or its end."""

    near: Near
    last: date  # 最后接触
    end: date  # 观察截止
    today: date
    days: tuple[FollowDay, ...]

    @property
    def owed(self) -> tuple[date, ...]:
        """The days on which nobody was asked after, today among them."""
        return tuple(one.day for one in self.days if one.is_owed)

    @property
    def overdue(self) -> tuple[date, ...]:
        """Those that are past."""
        return tuple(day for day in self.owed if day < self.today)

    @property
    def is_due(self) -> bool:
        """Whether today's is still to come."""
        return self.today in self.owed

    @property
    def is_over(self) -> bool:
        """Whether the observation has ended (观察期满); nobody has said so of who is confirmed."""
        return self.today > self.end

    @property
    def waits(self) -> bool:
        """Whether the office has something to do."""
        return bool(self.owed) or self.is_to_end

    @property
    def is_to_end(self) -> bool:
        """Whether the observation is over, and somebody has to say how it ended."""
        return self.is_over and self.near.state is ContactState.CONFIRMED

    @property
    def newest(self) -> FollowUpEntry | None:
        """The last day that is known of."""
        return next((one.entry for one in reversed(self.days) if one.entry), None)

    @property
    def is_ill(self) -> bool:
        """Whether they were ill when somebody last asked."""
        ill = (FollowHealth.SYMPTOMS, FollowHealth.FEVER)
        return self.newest is not None and self.newest.health in ill


def follow_up(
    near: Near, entries: Iterable[FollowUpEntry], *, today: date, days: int, zone: tzinfo
) -> FollowUp | None:
    """Return the observation of a contact as it stands `today`; None for who is not observed."""
    if near.state not in OBSERVED:
        return None
    newest = {one.day: one for one in entries}  # as they were entered: the last stands
    last = on_clock(near.last_contact, zone).date()
    end = last + days * _DAY
    known = min(
        on_clock(parse_utc(one.at), zone).date() for one in near.judgements if one.state in OBSERVED
    )
    first, until = last + _DAY, min(today, end)
    lines = []
    for number in range(1, (until - last).days + 1):
        day = last + number * _DAY
        entry = newest.get(day)
        is_met = entry is not None and entry.health is not FollowHealth.UNREACHED
        lines.append(
            FollowDay(
                number=number, day=day, entry=entry, is_owed=not is_met and day >= max(first, known)
            )
        )
    return FollowUp(near=near, last=last, end=end, today=today, days=tuple(lines))
