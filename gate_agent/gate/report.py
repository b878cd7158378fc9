"""When the daily report (每日零报告) is due. Pure: the figures come from the journal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def report_day_due(
    now: datetime, *, zone: ZoneInfo, at: time, last_day: date | None
) -> date | None:
    """Return the local day to report now, None if it is not time or is done.

    A day is due from `at` (local) on. A report that was missed while the daemon was off is made
    as soon as it is back, for the newest day that is due: its span reaches back to the last one.
    """
    local = now.astimezone(zone)
    due = local.date()
    if local.time() < at:
        if last_day is None:
            return None  # a new door owes nothing for the days before it
        due -= timedelta(days=1)
    return None if last_day is not None and last_day >= due else due
