"""The daily report (每日零报告): when it is due, and what it says. Also when all is zero."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import DailyReport
from gate_agent.domain.duties import day_rounds, day_supplies
from gate_agent.store.reader import JournalReader


def report_day_due(
    now: datetime, *, zone: ZoneInfo, at: time, last_day: date | None, synced: bool = False
) -> date | None:
    """Return the local day to report now, None if it is not time or is done.

    A day is due from `at` (local) on. A report that was missed while the daemon was off is made
    as soon as it is back, for the newest day that is due: its span reaches back to the last one.
    A last day ahead of a `synced` clock was written by a wrong date, and holds nothing up.
    """
    local = now.astimezone(zone)
    due = local.date()
    if local.time() < at:
        if last_day is None:
            return None  # a new door owes nothing for the days before it
        due -= timedelta(days=1)
    if last_day is None or last_day < due or (synced and last_day > local.date()):
        return due
    return None


def report_of(
    reader: JournalReader,
    day: date,
    now: Moment,
    *,
    last: DailyReport | None,
    boot_id: str,
    policy: Policy,
) -> DailyReport:
    """Return the report of a day that is due. Its span begins where the `last` one ended.

    Raises StorageError.
    """
    figures = reader.daily(0 if last is None else last.last_sequence, now=now, boot=boot_id)
    until = format_utc(now.utc)
    since = reader.oldest_time(0) if last is None else last.until
    rounds = {key: count for key, (count, _) in reader.today.rounds(day.isoformat()).items()}
    return DailyReport(
        day=day.isoformat(),
        since=since or until,
        until=until,
        passages=figures.passages,
        admitted=figures.admitted,
        holds_opened=figures.holds_opened,
        holds_closed=figures.holds_closed,
        holds_open=figures.holds_open,
        device_lost_s=figures.device_lost_s,
        coverage_lost_s=figures.coverage_lost_s,
        rounds=tuple(day_rounds(policy.duties, rounds)),
        supplies=tuple(day_supplies(policy.supplies, reader.today.stocks(day.isoformat()))),
        first_sequence=figures.first_sequence,
        last_sequence=figures.last_sequence,
    )
