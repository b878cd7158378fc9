"""The journal (审计日志): appends from any thread, made durable by one writer thread, in order.

The writer takes what waits, at most 256 drafts, commits it with one sync, and calls back. A
commit that fails is kept and tried again until it succeeds: callbacks are late, nothing is lost.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from gate_agent.clock import Clock
from gate_agent.errors import StorageError
from gate_agent.messages import Receipt
from gate_agent.store.errors import JournalFull
from gate_agent.store.ledger import Draft, Ledger, Stored
from gate_agent.store.mark import Mark
from gate_agent.store.opening import (
    Head,
    open_for_writing,
    read_head,
    read_receipt,
    take_lock,
    typed_errors,
)
from gate_agent.store.people import PersonRow
from gate_agent.store.seal import StoreBox

__all__ = ["MOST_WAITING", "Draft", "Head", "Journal", "PersonRow", "Stored"]

MOST_WAITING = 10_000  # drafts; beyond, a caller is refused
_MOST_AT_ONCE = 256  # drafts of one transaction, unless one call brings more
_RETRY_S = 0.5
_OPEN_WAIT_S = 5.0  # for another program's lock, while opening
_COMMIT_WAIT_MS = 1000  # the same at a commit; then it is reported and tried again
_RECEIPT_WAIT_S = 0.2  # a receipt rides with the next events, or goes alone after this
_MOVE_AFTER, _MOVE_LATEST = 250, 2500  # events in the -wal file: when idle, at the latest

_LOG = logging.getLogger(__name__)

Callback = Callable[[tuple[Stored, ...]], None]
HealthCallback = Callable[[bool, str], None]


@dataclass(frozen=True, slots=True)
class _Call:
    drafts: tuple[Draft, ...]
    done: Callback | None


class Journal:
    """One gate's journal, open for writing. Use `Journal.open`."""

    def __init__(self, path: Path, lock: int, ledger: Ledger, receipt: Receipt | None) -> None:
        """Take over an opened file; `Journal.open` does this."""
        self._path = path
        self._file_lock = lock
        self._ledger = ledger
        self._receipt = receipt
        self._guard = threading.Lock()
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()  # None only wakes the writer
        self._carried: _Call | None = None
        self._waiting = 0
        self._receipt_to_save: Receipt | None = None
        self._closing = False
        self._closed = False
        self._gave_up = threading.Event()
        self._healthy, self._cause = True, ""
        self._subscribers: tuple[Callback, ...] = ()
        self._health_callbacks: tuple[HealthCallback, ...] = ()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        site: str,
        gate: str,
        clock: Clock,
        zone: ZoneInfo,
        key: bytes,
        busy_wait_s: float = _OPEN_WAIT_S,
    ) -> Self:
        """Open the journal at `path`, or make it (mode 0600). Costs the same at any length.

        Raises JournalInUse, JournalLocked (after `busy_wait_s`), JournalForeign, NewerSchema,
        NotAJournal, or StorageError for what the disk says.
        """
        box = StoreBox(key)
        lock = take_lock(path)
        try:
            connection, about = open_for_writing(
                path, site=site, gate=gate, zone=zone.key, busy_wait_s=busy_wait_s
            )
            try:
                with typed_errors(path):
                    head = read_head(connection, about.epoch)
                    receipt = read_receipt(connection)
                    connection.execute(f"PRAGMA busy_timeout={_COMMIT_WAIT_MS}")
            except BaseException:
                connection.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        ledger = Ledger(
            connection,
            about=about,
            head=head,
            clock=clock,
            zone=zone,
            box=box,
            mark=Mark(path),
        )
        return cls(path, lock, ledger, receipt)

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._path

    @property
    def epoch(self) -> str:
        """Random id of this journal file, 32 hex digits."""
        return self._ledger.head.epoch

    @property
    def head(self) -> Head:
        """The newest committed event."""
        return self._ledger.head

    @property
    def healthy(self) -> bool:
        """Whether the last commit succeeded."""
        return self._healthy

    @property
    def alive(self) -> bool:
        """Whether the writer still works, however often the disk refuses."""
        return self._thread.is_alive()

    @property
    def cause(self) -> str:
        """Why it did not; empty while healthy."""
        return self._cause

    @property
    def receipt(self) -> Receipt | None:
        """The newest receipt that is saved."""
        return self._receipt

    def append(self, drafts: Sequence[Draft], done: Callback | None = None) -> None:
        """Hand over drafts that stand or fall together. Any thread; never waits for the disk.

        `done` is called in the writer thread once they are durable. Raises JournalFull when
        10 000 drafts wait already, StorageError when the journal is closed.
        """
        call = _Call(tuple(drafts), done)
        with self._guard:
            if self._closing:
                raise StorageError(f"{self._path}: expected it open, got: closed")
            waiting = self._waiting + len(call.drafts)
            if waiting > MOST_WAITING:
                raise JournalFull(f"expected at most {MOST_WAITING} waiting drafts, got {waiting}")
            self._waiting = waiting
            self._queue.put(call)

    def subscribe(self, callback: Callback) -> None:
        """Call `callback` in the writer thread after each commit, after the `done`s."""
        with self._guard:
            self._subscribers = (*self._subscribers, callback)

    def on_health(self, callback: HealthCallback) -> None:
        """Call `callback(healthy, cause)` in the writer thread, when that changes."""
        with self._guard:
            self._health_callbacks = (*self._health_callbacks, callback)

    def save_receipt(self, receipt: Receipt) -> None:
        """Keep the collector's receipt; of several that wait, the last. Any thread."""
        with self._guard:
            if self._closing:
                return  # it is retained at the broker: the next start has it again
            news = self._receipt_to_save is None
            self._receipt_to_save = receipt
            if news:
                self._queue.put(None)

    def close(self, timeout_s: float = 10) -> None:
        """Write what waits, and close. StorageError if it could not be written in that time."""
        with self._guard:
            if self._closed:
                return
            self._closing = True
            self._queue.put(None)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._gave_up.set()
            self._thread.join(_COMMIT_WAIT_MS / 1000 + _RETRY_S)
        if not self._thread.is_alive():
            self._closed = True
            os.close(self._file_lock)
        if self._waiting:
            lost = f"{self._waiting} drafts were not written: {self._cause or 'disk too slow'}"
            raise StorageError(f"{self._path}: expected to write all, got: {lost}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- the writer thread --------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._gave_up.is_set():
                calls, quiet = self._collect()
                receipt = self._take_receipt() if calls or quiet else None
                if calls or receipt is not None:
                    self._settle(calls, receipt)
                self._move()
                if self._closing and self._is_idle():
                    break
        finally:
            self._ledger.close()
            if not self._closing:  # a fault of ours: the thread dies, and the gate must know
                self._tell_health("the journal's writer stopped")

    def _is_idle(self) -> bool:
        return self._carried is None and self._queue.empty() and self._receipt_to_save is None

    def _collect(self) -> tuple[list[_Call], bool]:
        """Wait for a call, take all that is there, up to the bound; or tell that it is quiet."""
        calls: list[_Call] = []
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

    def _patience_s(self) -> float | None:
        if self._closing:
            return 0
        return None if self._receipt_to_save is None else _RECEIPT_WAIT_S

    def _take_receipt(self) -> Receipt | None:
        with self._guard:
            receipt, self._receipt_to_save = self._receipt_to_save, None
        return receipt

    def _settle(self, calls: list[_Call], receipt: Receipt | None) -> None:
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
                self._set_aside(calls[0], exc)
            return
        if receipt is not None:
            self._receipt = receipt
        self._tell_health("")
        with self._guard:
            self._waiting -= sum(len(call.drafts) for call in calls)
        for call, events in zip(calls, stored, strict=True):
            if call.done is not None:
                _call_back(call.done, events)
        together = tuple(event for events in stored for event in events)
        if together:
            for subscriber in self._subscribers:
                _call_back(subscriber, together)

    def _commit(self, calls: list[_Call], receipt: Receipt | None) -> list[tuple[Stored, ...]]:
        drafts = [call.drafts for call in calls]
        while True:
            try:
                return self._ledger.write(drafts, receipt)
            except sqlite3.Error as exc:
                self._tell_health(f"{exc} ({getattr(exc, 'sqlite_errorname', 'no code')})")
                if self._gave_up.wait(_RETRY_S):
                    raise

    def _set_aside(self, call: _Call, exc: Exception) -> None:
        """Leave out a call that can never be written: a fault of ours, not of the disk."""
        types = ", ".join(draft.record.TYPE for draft in call.drafts)
        _LOG.error("expected records that can be encoded, got %s: %s", types, type(exc).__name__)
        with self._guard:
            self._waiting -= len(call.drafts)

    def _tell_health(self, cause: str) -> None:
        healthy = not cause
        changed = healthy is not self._healthy
        self._healthy, self._cause = healthy, cause
        if not changed:
            return
        if healthy:
            _LOG.warning("journal: commits succeed again")
        else:
            _LOG.error("journal: a commit failed, tried again until it succeeds: %s", cause)
        for callback in self._health_callbacks:
            _call_back(callback, healthy, cause)

    def _move(self) -> None:
        """Move the -wal file into the database when nobody waits for a commit."""
        ledger, unmoved = self._ledger, self._ledger.unmoved
        waits = unmoved < _MOVE_LATEST and not self._queue.empty()
        if not ledger.purged and (unmoved < _MOVE_AFTER or waits):
            return
        try:
            ledger.clear() if ledger.purged else ledger.checkpoint()
        except sqlite3.Error as exc:
            _LOG.warning("journal: the -wal file grows, it could not be moved: %s", exc)


def _call_back(callback: Callable[..., None], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:  # noqa: BLE001 a listener's fault is not the journal's
        _LOG.exception("journal: a callback failed")
