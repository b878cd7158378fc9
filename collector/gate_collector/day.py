"""The day of the hall (统计日): one definition for live page, charts, report and contacts. Pure.

A day ends when its daily report is due, and the next one begins: at 18:00 what is seen belongs to
the report of today, a second later to that of tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement

from gate_agent.contract.moment import format_utc, on_clock

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay:
    """The day of one report: after `begin`, up to and with `end`."""

    date: date
    begin: datetime
    end: datetime

    @property
    def name(self) -> str:
        """The date as it is kept and linked."""
        return self.date.isoformat()

    def includes(self, column: Column[str]) -> ColumnElement[bool]:
        """Return the condition that a kept time is of this day."""
        begin: ColumnElement[bool] = column > format_utc(self.begin)
        return begin & (column <= format_utc(self.end))


def report_day(day: date, cut: time, zone: ZoneInfo) -> ReportDay:
    """Return the day whose report is due at `cut` of this date."""
    ends = [datetime.combine(one, cut, tzinfo=zone) for one in (day - _ONE, day)]
    return ReportDay(date=day, begin=ends[0], end=ends[1])


def day_at(now: datetime, cut: time, zone: ZoneInfo) -> ReportDay:
    """Return the day to which a moment belongs."""
    day = report_day(on_clock(now, zone).date(), cut, zone)
    return day if now <= day.end else report_day(day.date + _ONE, cut, zone)


def in_order(hours: Iterable[int], first: int) -> list[int]:
    """Return these hours as they follow each other in a day that begins in the hour `first`."""
    return sorted(set(hours), key=lambda hour: (hour - first) % 24)
