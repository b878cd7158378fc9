"""Personal data goes at its end (个人信息清除): by the policy's days, and when somebody asks.

Looks once a second at what was asked, once a minute at what is due; how data goes without breaking
the chain is decided in `store.retention`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.records import DataPurged, PurgeCause
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.spool import Spool, SpoolRequest
from gate_agent.host.supervision import unwatched
from gate_agent.host.trouble import Trouble
from gate_agent.store.calendar import read_calendar, write_calendar
from gate_agent.store.journal import Draft, Journal, Stored
from gate_agent.store.purge import Purge
from gate_agent.store.reader import JournalReader

_AGREES_WITHIN = timedelta(hours=1)
_LOOK_EVERY_S, _COUNT_EVERY_NS = 1.0, 60 * NS_PER_S
_DURABLE_WITHIN_S = 10.0
_LOG = logging.getLogger(__name__)


def calendar_file(journal: Path) -> Path:
    """Return where the days that passed at a journal are kept: beside it."""
    return journal.with_name(f"{journal.name}.days")


class GateRetention:
    """What must go at this door."""

    def __init__(
        self,
        *,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        zone: ZoneInfo,
        days: Callable[[], int],
        forget: Callable[[datetime], None] = lambda _before: None,
    ) -> None:
        """`days` is the policy's: how long data stays."""
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._zone = zone
        self._days = days
        self._forget = forget
        self._file = calendar_file(journal.path)
        self._calendar = read_calendar(self._file, journal.epoch)
        self._spool = Spool(journal.path)
        self._told: dict[str, int] = {}  # request → receipted, when it was carried out last
        self._heard = None if journal.receipt is None else journal.receipt.time
        self._agreed: datetime | None = None  # when we booted, by a clock the centre's agreed with
        self._count_at_ns = 0
        self.turned: Callable[[], None] = unwatched
        self._uncounted = Trouble(_LOG, "retention goes on, its calendar is written again")
        self._unpurged = Trouble(_LOG, "personal data is removed again")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.turned()
            await self.look()

    async def look(self) -> None:
        """Do what is due."""
        self._listen()
        for request in self._spool.waiting():
            await self.carry_out(request)
        now = self._clock.now()
        if now.boot_ns < self._count_at_ns:
            return
        self._count_at_ns = now.boot_ns + _COUNT_EVERY_NS
        await self._count_days()
        await self._retain()

    async def carry_out(self, request: SpoolRequest) -> DataPurged | None:
        """Remove what was asked for; what waits for a receipt goes when it came."""
        receipted = self._receipted()
        self._forget(self._clock.now().utc)  # what was written freely may be of anybody
        if self._told.get(request.id) == receipted:
            return None
        whole, purged = DataPurged(cause=PurgeCause.REQUEST), None
        cause = PurgeCause.WIPE if request.person_ref is None else PurgeCause.REQUEST
        while True:
            purge = Purge(
                upto=self._journal.head.sequence,
                receipted=receipted,
                person_ref=request.person_ref,
            )
            if purged is not None and not self._reader.purgeable(purge):
                break
            purged = await self._purge(DataPurged(cause=cause, request=request.id), purge)
            if purged is None:
                return None
            whole = whole.with_more(purged)
        self._told[request.id] = receipted
        if not whole.waiting:
            self._spool.done(request)
            del self._told[request.id]
        return whole

    def _listen(self) -> None:
        """Hear whether the centre's clock agrees with ours."""
        receipt = self._journal.receipt
        if receipt is None or receipt.time == self._heard:
            return
        self._heard = receipt.time
        now = self._clock.now()
        agrees = abs(parse_utc(receipt.time) - now.utc) <= _AGREES_WITHIN
        self._agreed = _booted(now) if agrees else None

    def _is_confirmed(self, now: Moment) -> bool:
        """Tell whether the wall clock is the one the centre agreed with: it was not set since."""
        return self._agreed is not None and abs(_booted(now) - self._agreed) <= _AGREES_WITHIN

    async def _count_days(self) -> None:
        now = self._clock.now()
        counted = self._calendar.passed(
            now,
            boot=self._clock.boot_id,
            today=now.utc.astimezone(self._zone).date(),
            confirmed=self._is_confirmed(now),
            head=self._journal.head.sequence,
        )
        if counted is self._calendar:
            return
        try:
            await asyncio.to_thread(write_calendar, self._file, counted)
        except OSError as exc:
            self._uncounted.met("retention waits, its calendar cannot be written: %s", exc.strerror)
            return
        self._uncounted.well()
        self._calendar = counted

    async def _retain(self) -> None:
        days = self._days()
        upto = self._calendar.boundary(days)
        if upto and (last := self._reader.event(upto)) is not None:
            self._forget(parse_utc(last.time))
        purge = Purge(upto=upto, receipted=self._receipted())
        while self._reader.purgeable(purge):
            record = DataPurged(cause=PurgeCause.RETENTION, retention_days=days)
            if await self._purge(record, purge) is None:
                return

    async def _purge(self, record: DataPurged, purge: Purge) -> DataPurged | None:
        """Remove a part and record it, durably; None where the journal cannot."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[Stored] = loop.create_future()

        def durable(events: tuple[Stored, ...]) -> None:  # in the writer thread
            loop.call_soon_threadsafe(_settle, stored, events[0])

        draft = Draft(record=record, at=self._clock.now(), purge=purge)
        try:
            self._journal.append([draft], durable)
            async with asyncio.timeout(_DURABLE_WITHIN_S):
                stored_record = (await stored).record
        except (StorageError, TimeoutError):
            self._unpurged.met("personal data stays for now: %s", self._journal.cause)
            return None
        self._unpurged.well()
        if not isinstance(stored_record, DataPurged):
            raise TypeError(f"expected DataPurged, got {type(stored_record).__name__}")
        _LOG.info(
            "personal data removed (%s): %d people, %d registrations",
            stored_record.cause,
            stored_record.people,
            stored_record.redacted,
        )
        return stored_record

    def _receipted(self) -> int:
        receipt = self._journal.receipt
        return 0 if receipt is None or receipt.epoch != self._journal.epoch else receipt.upto


def _booted(now: Moment) -> datetime:
    return now.utc - timedelta(microseconds=now.boot_ns // 1000)


def _settle(stored: asyncio.Future[Stored], event: Stored) -> None:
    if not stored.done():
        stored.set_result(event)
