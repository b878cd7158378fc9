"""What time brings to a gate by itself: clock steps, policies that come into force, the report."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment, format_utc, parse_utc
from gate_agent.contract.records import ClockStepped, ClockSynced, DailyReport, Record
from gate_agent.errors import StorageError
from gate_agent.gate.attendance import Attendance
from gate_agent.gate.engine import Gate
from gate_agent.gate.keeping import resolve
from gate_agent.gate.report import report_day_due, report_of
from gate_agent.host.clock import HOLDS_S, STEP, Clock
from gate_agent.host.supervision import unwatched
from gate_agent.host.trouble import Trouble
from gate_agent.store.journal import Journal
from gate_agent.store.reader import JournalReader

TICK_S = 1.0
_BELIEVED_AFTER_S = 2 * HOLDS_S  # a clock that was set and is not synchronised is then the clock

_LOG = logging.getLogger(__name__)


class Ticker:
    """Looks once a second at what may have become due."""

    def __init__(
        self, gate: Gate, *, journal: Journal, reader: JournalReader, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._gate = gate
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._zone = zone
        self._booted = _booted_before(reader, clock)
        self._stepped_ns: int | None = None
        synced = reader.booted(clock.boot_id)
        self._synced = None if synced is None else parse_utc(synced)
        self._presence = Attendance(lambda: gate.live.watched, clock.now())
        self._last_report = reader.last_report()
        self._unread = Trouble(_LOG, "the daily report goes on, the journal can be read again")
        self._kept = ("", False)  # why events are not kept, and whether the disk is full
        self.turned: Callable[[], None] = unwatched
        self.lag_s = 0.0  # how late the loop was at the last tick

    async def run(self) -> None:
        """Tick until cancelled; a report that waits for the disk keeps nothing else waiting."""
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(self.tick())
            while True:
                await asyncio.sleep(due - loop.time())
                self.lag_s = max(0.0, loop.time() - due)
                self.turned()
                due = loop.time() + TICK_S
                if ticking.done():
                    ticking = group.create_task(self.tick())
                else:
                    self._look()

    async def tick(self) -> None:
        """Do what is due now; return when a report that was due is durable."""
        self._look()
        await self._report()

    def _look(self) -> None:
        self._look_at_journal()
        self._look_at_clock()
        self._look_for_screens()
        self._gate.policy_due()

    def _look_at_journal(self) -> None:
        """Tell the screens when events are not kept, also when a commit only hangs."""
        kept = (self._journal.cause, self._journal.full)
        if kept != self._kept:
            self._kept = kept
            self._gate.changed()

    def touched(self) -> None:
        """Somebody touched a guard screen."""
        now = self._clock.now()
        self._keep(self._presence.touched(now), now)

    def _look_for_screens(self) -> None:
        now = self._clock.now()
        self._keep(self._presence.look(now), now)

    def _keep(self, records: list[Record], now: Moment) -> None:
        if records:
            self._gate.keep(records, now)

    def _look_at_clock(self) -> None:
        """Record a step of the wall clock, and when this boot began once that is known."""
        now = self._clock.now()
        step = now.booted - self._booted
        if abs(step) > STEP:
            self._gate.keep([ClockStepped(step_ms=round(step / timedelta(milliseconds=1)))], now)
            self._booted, self._stepped_ns = now.booted, now.boot_ns
        if self._clock.quality() is ClockQuality.SYNCED:
            self._stepped_ns = None
            if self._synced is None or abs(now.booted - self._synced) > STEP:
                self._synced = now.booted
                synced = ClockSynced(boot=self._clock.boot_id, booted=format_utc(now.booted))
                self._gate.keep([synced], now)

    def _is_in_doubt(self, now: Moment) -> bool:
        """Tell whether the date may be wrong: stepped lately, and not synchronised since."""
        stepped_ns = self._stepped_ns
        return stepped_ns is not None and now.boot_ns - stepped_ns < _BELIEVED_AFTER_S * NS_PER_S

    async def _report(self) -> None:
        """Write the daily report (每日零报告) when its time has come."""
        now = self._clock.now()
        if self._is_in_doubt(now):
            return  # a day is reported once: not by a date that may be taken back
        try:
            report = await self._due_report(now)
        except StorageError as exc:
            self._unread.met("the daily report waits, the journal cannot be read: %s", exc)
            return
        self._unread.well()
        if report is None:
            return
        written = asyncio.get_running_loop().create_future()
        now = self._clock.now()  # others were written while this one was reckoned
        if self._gate.keep([report], now, lambda: resolve(written)):
            await written
            self._last_report = report

    async def _due_report(self, now: Moment) -> DailyReport | None:
        last, policy = self._last_report, self._gate.policy
        day = report_day_due(
            now.utc,
            zone=self._zone,
            at=policy.daily_report_at,
            last_day=None if last is None else date.fromisoformat(last.day),
            synced=self._clock.quality() is ClockQuality.SYNCED,
        )
        if day is None:
            return None
        boot = self._clock.boot_id
        return await asyncio.to_thread(
            report_of, self._reader, day, now, last=last, boot_id=boot, policy=policy
        )


def _booted_before(reader: JournalReader, clock: Clock) -> datetime:
    """Return when the board booted, by the newest event of this boot: it may have stepped since."""
    event = reader.event(reader.head().sequence)
    if event is None or event.boot != clock.boot_id:
        return clock.now().booted
    return Moment(utc=parse_utc(event.time), boot_ns=event.bootns).booted
