"""The day of the hall (统计日): one definition for live page, charts, report and contacts. Pure.

A day ends when its daily report is due, and the next one begins with that moment: what is seen at
18:00:00 sharp belongs to the report of tomorrow. A passage belongs to the day in which it began,
however late it was decided, or overruled: it is counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table

from gate_agent.contract.moment import format_utc, on_clock

_ONE = timedelta(days=1)
Cuts = Callable[[date], datetime]  # when the day of a date ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay:
    """The day of one report: from `begin` on, up to and without `end`."""

    date: date
    begin: datetime
    end: datetime

    @property
    def name(self) -> str:
        """The date as it is kept and linked."""
        return self.date.isoformat()

    def includes(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that a kept time is of this day."""
        begin: ColumnElement[bool] = column >= format_utc(self.begin)
        return begin & (column < format_utc(self.end))

    def began(self, passage: Table) -> ColumnElement[bool]:
        """Return the condition that a passage is of this day; by `decided` there is an index."""
        return self.includes(passage.c.started) & (passage.c.decided >= format_utc(self.begin))


def cut_at(cut: time, zone: ZoneInfo) -> Cuts:
    """Return the cuts of days that all end at the same time."""
    return lambda day: datetime.combine(day, cut, tzinfo=zone)


def report_day(day: date, cuts: Cuts) -> ReportDay:
    """Return the day whose report is due at the cut of this date."""
    return ReportDay(date=day, begin=cuts(day - _ONE), end=cuts(day))


def day_at(now: datetime, cuts: Cuts, zone: ZoneInfo) -> ReportDay:
    """Return the day to which a moment belongs."""
    day = report_day(on_clock(now, zone).date(), cuts)
    return day if now < day.end else report_day(day.date + _ONE, cuts)


def in_order(hours: Iterable[int], first: int) -> list[int]:
    """Return these hours as they follow each other in a day that begins in the hour `first`."""
    return sorted(set(hours), key=lambda hour: (hour - first) % 24)
