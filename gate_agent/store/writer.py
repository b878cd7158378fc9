"""The journal's writer thread: takes what waits, commits it with one sync, and calls back.

A commit that fails is kept and tried again until it succeeds: callbacks are late, nothing is
lost. A full disk costs passages, counted, and never a hold; a damaged file is set aside.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.trouble import Trouble
from gate_agent.store.disk import LOOK_EVERY_S
from gate_agent.store.disk_state import DiskState
from gate_agent.store.dropping import may_be_dropped
from gate_agent.store.errors import JournalFull
from gate_agent.store.transaction import Draft, JournalEnd, Stored

MOST_WAITING = 10_000  # drafts; beyond, a caller is refused
MOST_PASSAGES = 5_000  # drafts; beyond, passages are dropped, and what is left is for holds
RETRY_S = 0.5
STALLED_S = 2.0  # a commit that takes longer is a disk in trouble
_MOST_AT_ONCE = 256  # drafts of one transaction, unless one call brings more
_RECEIPT_WAIT_S = 0.2  # a receipt rides with the next events, or goes alone after this
_FULL_LOOK_S = 1.0  # how often a full disk is looked at
_MOVE_AFTER, _MOVE_LATEST = 64, 2500  # events in the -wal file: when idle, at the latest
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_LOG = logging.getLogger("gate_agent.store.journal")

Callback = Callable[[tuple[Stored, ...]], None]
HealthCallback = Callable[[bool, str], None]
Renew = Callable[[str, Moment], JournalEnd]


@dataclass(frozen=True, slots=True)
class DraftBatch:
    """Drafts that stand or fall together."""

    drafts: tuple[Draft, ...]
    done: Callback | None


class Writer(threading.Thread):
    """Owns the ledger. `renew(cause, now)` sets a damaged file aside and begins a new one."""

    def __init__(
        self,
        path: Path,
        ledger: JournalEnd,
        *,
        room: DiskState,
        clock: Clock,
        receipt: Receipt | None,
        renew: Renew,
    ) -> None:
        super().__init__(name="journal", daemon=True)
        self._path = path
        self.ledger = ledger
        self.receipt = receipt
        self.room = room
        self.waiting = 0
        self.cause = ""  # of trouble; empty while all is well
        self.closing = False
        self.gave_up = threading.Event()
        self._clock = clock
        self._renew = renew
        self._guard = threading.Lock()
        self._queue: SimpleQueue[DraftBatch | None] = SimpleQueue()  # None only wakes the writer
        self._carried: DraftBatch | None = None
        self._receipt_to_save: Receipt | None = None
        self._began_ns: int | None = None  # of the commit under way
        self._troubled: Moment | None = None  # since when commits fail
        self._damage, self._replaced = "", False
        self._unmoved = Trouble(_LOG, "journal: the -wal file is moved again")
        self.subscribers: tuple[Callback, ...] = ()
        self.on_health: tuple[HealthCallback, ...] = ()
        self.on_replaced: tuple[Callable[[], object], ...] = ()

    # --- any thread ---------------------------------------------------------------------------

    def take(self, call: DraftBatch) -> None:
        """Queue a call, or count it as dropped. StorageError, JournalFull."""
        with self._guard:
            if self.closing:
                raise StorageError(f"{self._path}: expected it open, got: closed")
            waiting = self.waiting + len(call.drafts)
            if may_be_dropped(call.drafts) and (self.room.full or waiting > MOST_PASSAGES):
                self.room.tally.add(call.drafts)
                return
            if call.drafts and waiting > MOST_WAITING:  # our own news may fill it to the brim
                raise JournalFull(f"expected at most {MOST_WAITING} waiting drafts, got {waiting}")
            self.waiting = waiting
            self._queue.put(call)

    def save_receipt(self, receipt: Receipt) -> None:
        """Queue a receipt; of several that wait, the last is saved."""
        with self._guard:
            if self.closing:
                return  # it is retained at the broker: the next start has it again
            news = self._receipt_to_save is None
            self._receipt_to_save = receipt
            if news:
                self._queue.put(None)

    def condemn(self, cause: str) -> None:
        """Set the file aside: a reader found it torn."""
        if not self._replaced:  # else it is the old file that was read
            self._damage = cause
            self._queue.put(None)

    def finish(self) -> None:
        """Take no more, write what waits, end."""
        with self._guard:
            self.closing = True
            self._queue.put(None)

    def trouble(self) -> str:
        """Return why events are not kept right now; empty while they are."""
        if self.cause:
            return self.cause
        began_ns = self._began_ns
        if began_ns is not None and self._clock.now().boot_ns - began_ns > STALLED_S * NS_PER_S:
            return f"a commit takes longer than {STALLED_S:.0f} s"
        return ""

    # --- the thread ---------------------------------------------------------------------------

    def run(self) -> None:
        """Write until told to finish."""
        try:
            while not self.gave_up.is_set():
                calls, quiet = self._collect()
                self._look_at_disk()
                if self.room.news:
                    calls.insert(0, self._take_news())
                receipt = self._take_receipt() if calls or quiet else None
                if calls or receipt is not None or self._damage:
                    self._settle(calls, receipt)
                self._move()
                if self.closing and self._is_idle():
                    break
        finally:
            self.ledger.close()
            if not self.closing:  # a fault of ours: the thread dies, and the gate must know
                self._tell_health("the journal's writer stopped")

    def _is_idle(self) -> bool:
        waits = self.room.news or self.room.tally or self._carried or self._receipt_to_save
        return not waits and not self._damage and self._queue.empty()

    def _collect(self) -> tuple[list[DraftBatch], bool]:
        """Wait for a call, take all that is there, up to the bound; or tell that it is quiet."""
        calls: list[DraftBatch] = []
        size = 0
        item, self._carried = self._carried, None
        if item is None:
            try:
                item = self._queue.get(timeout=self._patience_s())
            except Empty:
                return calls, True
        while True:
            if item is not None:
                if calls and size + len(item.drafts) > _MOST_AT_ONCE:
                    self._carried = item
                    return calls, False
                calls.append(item)
                size += len(item.drafts)
            try:
                item = self._queue.get_nowait()
            except Empty:
                return calls, False

    def _patience_s(self) -> float:
        if self.closing or self.room.news:
            return 0
        if self._receipt_to_save is not None:
            return _RECEIPT_WAIT_S
        return _FULL_LOOK_S if self.room.full or self.room.tally else LOOK_EVERY_S

    def _take_receipt(self) -> Receipt | None:
        with self._guard:
            receipt, self._receipt_to_save = self._receipt_to_save, None
        return receipt

    def _take_news(self) -> DraftBatch:
        call = DraftBatch(tuple(self.room.news), None)
        self.room.news.clear()
        with self._guard:
            self.waiting += len(call.drafts)
        return call

    def _settle(self, calls: list[DraftBatch], receipt: Receipt | None) -> None:
        """Commit, however often it takes; then call back."""
        try:
            stored = self._commit(calls, receipt)
        except sqlite3.Error:
            return  # given up: `close` counts what still waits
        except Exception as exc:  # noqa: BLE001 one bad record must not stop the others
            if len(calls) > 1:
                for call in calls:
                    self._settle([call], receipt)
            else:
                self._leave_out(calls[0], exc)
            return
        if receipt is not None:
            self.receipt = receipt
        self._well_again()
        self._written(calls)
        together = tuple(event for events in stored for event in events)
        if together:
            for subscriber in self.subscribers:  # first: the centre waits for a fever, a gate may
                _call_back(subscriber, together)
        for call, events in zip(calls, stored, strict=True):
            if call.done is not None:
                _call_back(call.done, events)

    def _commit(self, calls: list[DraftBatch], receipt: Receipt | None) -> list[tuple[Stored, ...]]:
        """Try until it succeeds. A full disk changes `calls`: passages go, the news of it comes."""
        while True:
            try:
                if self._damage:
                    self._replace()
                self._began_ns = self._clock.now().boot_ns
                return self.ledger.write([call.drafts for call in calls], receipt)
            except (sqlite3.Error, StorageError) as exc:
                if self._can_go_on(exc, calls):
                    continue
                self._tell_health(_words(exc))
                if self.gave_up.wait(RETRY_S):
                    raise sqlite3.OperationalError(self.cause) from exc
            finally:
                self._began_ns = None

    def _can_go_on(self, exc: Exception, calls: list[DraftBatch]) -> bool:
        """Tell whether the same can be tried again at once, after something was done about it."""
        code = _code(exc)
        if code in _DAMAGED:
            self._damage = str(exc)
            return True
        if code != sqlite3.SQLITE_FULL:
            return False
        released = self._fill_up(exc)
        if self.room.news:
            calls.append(self._take_news())
        return released or self._shed(calls)  # what was taken before is written, if it can be

    def _fill_up(self, exc: Exception) -> bool:
        """The disk is full: give up the reserve, and tell. Tell whether that helps."""
        released = self.room.fill_up(_words(exc))
        self._tell_health(_words(exc))
        return released

    def _shed(self, calls: list[DraftBatch]) -> bool:
        """Drop the passages among `calls`; tell whether there were any."""
        dropped = [call for call in calls if may_be_dropped(call.drafts)]
        calls[:] = [call for call in calls if not may_be_dropped(call.drafts)]
        for call in dropped:
            with self._guard:
                self.room.tally.add(call.drafts)
        self._written(dropped)
        return bool(dropped)

    def _written(self, calls: list[DraftBatch]) -> None:
        with self._guard:
            self.waiting -= sum(len(call.drafts) for call in calls)

    def _leave_out(self, call: DraftBatch, exc: Exception) -> None:
        """Leave out a call that can never be written: a fault of ours, not of the disk."""
        types = ", ".join(draft.record.TYPE for draft in call.drafts)
        _LOG.error("expected records that can be encoded, got %s: %s", types, type(exc).__name__)
        self._written([call])

    def _replace(self) -> None:
        """Go on in a new journal, the damaged one kept aside. StorageError while that fails."""
        self.ledger.close()
        self.ledger = self._renew(self._damage, self._clock.now())
        _LOG.error("journal: damaged, kept aside, a new epoch begins: %s", self._damage)
        self._damage, self.receipt, self._replaced = "", None, True
        for callback in self.on_replaced:
            _call_back(callback)

    def _look_at_disk(self) -> None:
        was_full = self.room.full
        self.room.look()
        if was_full is not self.room.full:
            self._troubled = None  # told already
            self._tell_health("" if was_full else "the disk is full")
        with self._guard:
            self.room.tell_dropped(at_once=self.closing)

    def _well_again(self) -> None:
        """After a commit: trouble is over, unless the disk is full and takes holds alone."""
        if self.room.full:
            return
        if self._troubled is not None:
            self.room.well(self.cause, self._troubled)
            self._troubled = None
        self._tell_health("")

    def _tell_health(self, cause: str) -> None:
        changed = (not cause) is not (not self.cause)
        self.cause = cause
        if cause and self._troubled is None and not self.room.full:
            self._troubled = self._clock.now()
        if not changed:
            return
        if cause:
            _LOG.error("journal: events are not kept, tried again until they are: %s", cause)
        else:
            _LOG.warning("journal: events are kept again")
        for callback in self.on_health:
            _call_back(callback, not cause, cause)

    def _move(self) -> None:
        """Move the -wal file into the database when nobody waits for a commit."""
        ledger, unmoved = self.ledger, self.ledger.unmoved
        waits = unmoved < _MOVE_LATEST and not self._queue.empty()
        if not ledger.purged and (unmoved < _MOVE_AFTER or waits):
            return
        try:
            ledger.clear() if ledger.purged else ledger.checkpoint()
        except sqlite3.Error as exc:
            self._unmoved.met("journal: the -wal file grows, it could not be moved: %s", exc)
            if _code(exc) == sqlite3.SQLITE_FULL:  # told long before a commit fails
                self._fill_up(exc)
        else:
            self._unmoved.well()


def _code(exc: Exception) -> int:
    """Return SQLite's primary result code, without the extended part; 0 where there is none."""
    return (getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF


def _words(exc: Exception) -> str:
    name = getattr(exc, "sqlite_errorname", None)
    return f"{exc} ({name})" if name else str(exc)


def _call_back(callback: Callable[..., object], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:  # noqa: BLE001 a listener's fault is not the journal's
        _LOG.exception("journal: a callback failed")
