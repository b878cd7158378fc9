"""The journal (审计日志): appends from any thread, made durable by one writer thread, in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import Moment
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.store.disk import RESERVE_BYTES, Reserve
from gate_agent.store.disk_state import DiskState
from gate_agent.store.errors import JournalDamaged, NotAJournal
from gate_agent.store.migrations import MigrationProgress, Progress
from gate_agent.store.opening import (
    Head,
    open_for_writing,
    read_head,
    read_receipt,
    take_lock,
    typed_errors,
)
from gate_agent.store.people import PersonRow
from gate_agent.store.planted import take_out
from gate_agent.store.seal import StoreBox
from gate_agent.store.set_aside import set_aside
from gate_agent.store.transaction import Draft, JournalEnd, Stored
from gate_agent.store.watermark import Watermark, read_mark
from gate_agent.store.writer import (
    MOST_WAITING,
    RETRY_S,
    Callback,
    DraftBatch,
    HealthCallback,
    Writer,
)

__all__ = ["MOST_WAITING", "Draft", "Head", "Journal", "PersonRow", "Stored"]

_OPEN_WAIT_S = 5.0  # for another program's lock, while opening
_COMMIT_WAIT_MS = 1000  # the same at a commit; then it is reported and tried again


class Journal:
    """One gate's journal, open for writing. Use `Journal.open`."""

    def __init__(self, path: Path, lock: int, writer: Writer) -> None:
        """Take over an opened file; `Journal.open` does this."""
        self._path = path
        self._file_lock = lock
        self._writer = writer
        self._closed = False
        writer.start()

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
        reserve_bytes: int = RESERVE_BYTES,
        replace_damaged: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """Open the journal at `path`, or make it (mode 0600). Costs the same at any length.

        One of an older schema is brought up first: `progress` is told, or the log and systemd are.
        With `replace_damaged`, a journal of ours that is torn is set aside and a new epoch begins;
        without, it is refused. Raises JournalInUse, JournalLocked (after `busy_wait_s`),
        JournalForeign, OtherSchema, NotAJournal, or StorageError for what the disk says.
        """
        box, migrating = StoreBox(key), MigrationProgress(clock)
        first: list[Draft] = []
        room = DiskState(Reserve(path, reserve_bytes), clock)

        def opened() -> tuple[JournalEnd, Receipt | None]:
            mark = None if first else read_mark(path)
            if (
                mark is not None
                and mark.sequence > 0
                and not (path.exists() and path.stat().st_size)
            ):
                raise JournalDamaged(f"{path}: expected {mark.sequence} events, got no file")
            connection, about = open_for_writing(
                path,
                site=site,
                gate=gate,
                zone=zone.key,
                busy_wait_s=busy_wait_s,
                progress=progress or migrating,
            )
            try:
                with typed_errors(path):
                    room.tell_planted(take_out(connection, path))
                    head = read_head(connection, about.epoch)
                    receipt = read_receipt(connection)
                    connection.execute(f"PRAGMA busy_timeout={_COMMIT_WAIT_MS}")
                if mark and mark.epoch == head.epoch and mark.sequence > head.sequence:
                    expected = f"{mark.sequence} events, durable already"
                    raise JournalDamaged(f"{path}: expected {expected}, got {head.sequence}")  # noqa: TRY301
                new_mark = Watermark(path)
            except BaseException:
                connection.close()
                raise
            ledger = JournalEnd(
                connection, about=about, head=head, clock=clock, zone=zone, box=box, mark=new_mark
            )
            return ledger, receipt

        def renew(cause: str, now: Moment) -> JournalEnd:
            if not first:  # else only the new file could not be made the last time
                first.extend(set_aside(path, cause, now))
            ledger, _ = opened()
            try:
                with typed_errors(path):
                    ledger.write([first], None)
            except BaseException:
                ledger.close()
                raise
            first.clear()
            return ledger

        lock = take_lock(path)
        try:
            try:
                ledger, receipt = opened()
            except NotAJournal as exc:
                if not replace_damaged or read_mark(path) is None:
                    raise  # it never was a journal of ours
                ledger, receipt = renew(str(exc), clock.now()), None
        except BaseException:
            os.close(lock)
            raise
        migrating.end()
        writer = Writer(path, ledger, room=room, clock=clock, receipt=receipt, renew=renew)
        return cls(path, lock, writer)

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._path

    @property
    def epoch(self) -> str:
        """Random id of this journal file, 32 hex digits."""
        return self.head.epoch

    @property
    def head(self) -> Head:
        """The newest committed event."""
        return self._writer.ledger.head

    @property
    def healthy(self) -> bool:
        """Whether what happens now is kept: commits succeed, in time, and the disk has room."""
        return not self.cause

    @property
    def alive(self) -> bool:
        """Whether the writer still works, however often the disk refuses."""
        return self._writer.is_alive()

    @property
    def cause(self) -> str:
        """Why it is not; empty while healthy."""
        return self._writer.trouble()

    @property
    def full(self) -> bool:
        """Whether the disk is full: holds are written into the reserve, passages are dropped."""
        return self._writer.room.full

    @property
    def dropped(self) -> int:
        """How many drafts were dropped since the start; each is told in `events.dropped`."""
        return self._writer.room.tally.total

    @property
    def free_bytes(self) -> int:
        """What the disk has left for us."""
        return self._writer.room.free_bytes

    @property
    def hours_left(self) -> float | None:
        """How long that lasts at the measured rate; None while it is unknown or not filling."""
        return self._writer.room.hours_left

    @property
    def receipt(self) -> Receipt | None:
        """The newest receipt that is saved."""
        return self._writer.receipt

    def append(self, drafts: Sequence[Draft], done: Callback | None = None) -> None:
        """Hand over drafts that stand or fall together. Any thread; never waits for the disk.

        `done` is called in the writer thread once they are durable. While the disk is full, or
        5 000 drafts wait, a passage without a hold is dropped and counted: its `done` never comes,
        and the gate stays shut. Raises JournalFull when 10 000 wait, StorageError when closed.
        """
        self._writer.take(DraftBatch(tuple(drafts), done))

    def subscribe(self, callback: Callback) -> None:
        """Call `callback` in the writer thread after each commit, before the `done`s."""
        self._writer.subscribers += (callback,)

    def on_health(self, callback: HealthCallback) -> None:
        """Call `callback(healthy, cause)` in the writer thread, when that changes."""
        self._writer.on_health += (callback,)

    def on_replaced(self, callback: Callable[[], object]) -> None:
        """Call `callback` in the writer thread once a new file took a damaged one's place."""
        self._writer.on_replaced += (callback,)

    def condemn(self, cause: str) -> None:
        """Set the file aside and go on in a new one: a reader found it torn. Any thread."""
        self._writer.condemn(cause)

    def save_receipt(self, receipt: Receipt) -> None:
        """Keep the collector's receipt; of several that wait, the last. Any thread."""
        self._writer.save_receipt(receipt)

    def close(self, timeout_s: float = 10) -> None:
        """Write what waits, and close. StorageError if it could not be written in that time."""
        if self._closed:
            return
        writer = self._writer
        writer.finish()
        writer.join(timeout_s)
        if writer.is_alive():
            writer.gave_up.set()
            writer.join(_COMMIT_WAIT_MS / 1000 + RETRY_S)
        if not writer.is_alive():
            self._closed = True
            os.close(self._file_lock)
        if writer.waiting:
            lost = f"{writer.waiting} drafts were not written: {self.cause or 'disk too slow'}"
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
