"""Takes events as they come, commits them in batches, and only then gives receipts.

One thread writes; what else must be written is handed to it by `write`. What cannot be taken
goes into quarantine with the reason: nothing that came is thrown away, and nothing bad is
counted as delivered.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from gate_agent.contract.messages import PersonSeen
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.supervision import KeptThread, Parts
from gate_agent.host.trouble import Trouble
from gate_collector.alarms.watch import Hearing, watch
from gate_collector.ingest.arrival import ArrivedMessage, Heard, Unusable, gate_in, read
from gate_collector.ingest.batch import Batch, unreadable
from gate_collector.ingest.chain import Stream
from gate_collector.ingest.queue import Waiting
from gate_collector.ingest.receipts import Publish, ReceiptBook
from gate_collector.store.dialect import begin_writing
from gate_collector.store.months import Months

_RETRY_S = 1.0
_LOOK_EVERY_S = 1.0
_HANGS_S = 30.0  # over one commit: a store that neither answers nor refuses
# An event is some hundred objects, gone with its batch: at Python's 700 the collections alone take
# a tenth of the writer's time.
_COLLECT_AFTER = 20_000
_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[[Connection], Any]
    done: Future[Any]


def collect_rarely() -> None:
    """Let the garbage collector leave alone what a process holds from its start; call it once."""
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


class Ingest:
    """The one writer of this process. `publish` tells a receipt after each commit.

    One process of a hall `watches`: it looks for what does not come by itself. Where `doors` are
    given, nobody else is one.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        site: str,
        zone: ZoneInfo,
        clock: Clock,
        publish: Publish,
        hearing: Callable[[], Hearing],
        tell_seen: Callable[[PersonSeen], None] = lambda _seen: None,
        watches: bool = True,
        parts: Parts | None = None,
        doors: Collection[str] = (),
    ) -> None:
        self._doors = frozenset(doors)
        self._engine = engine
        self._site = site
        self._zone = zone
        self._clock = clock
        self._receipts = ReceiptBook(publish)
        self._months = Months(engine)
        self._tell_seen = tell_seen
        self._hearing = hearing
        self._watches = watches
        self._waiting: Waiting[ArrivedMessage | _Work] = Waiting()
        self._closing = threading.Event()
        self._parts = parts or Parts(clock)
        self._thread = KeptThread("writer", self._run, self._parts, self._closing)
        self._tell_all = threading.Event()
        self._look_at_ns = 0
        self.failing = ""
        self._unstored = Trouble(_LOG, "commits succeed again")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the writer works."""
        return self._thread.is_alive

    def offer(self, message: ArrivedMessage) -> None:
        """Hand over a message, from any thread; waits while too many wait (back-pressure)."""
        self._waiting.put(message, historical=message.historical)

    def write(self, work: Callable[[Connection], _T]) -> Future[_T]:
        """Do `work` in a transaction of the one writer, from any thread; it is tried once."""
        done: Future[_T] = Future()
        self._waiting.put(_Work(work, done))
        return done

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        self._waiting.close()
        self._thread.join(10)

    def tell_all(self) -> None:
        """Tell every gate its receipt soon, from any thread: the connection is new."""
        self._tell_all.set()

    # --- the writer ---------------------------------------------------------------------------

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            batch = self._waiting.take(_LOOK_EVERY_S)
            # read here: two threads that take turns at it need half as much time again
            if heard := [self._read(item) for item in batch if isinstance(item, ArrivedMessage)]:
                self._store(heard)
            for item in batch:
                if isinstance(item, _Work):
                    self._do(item)
            self._look()

    def _read(self, message: ArrivedMessage) -> Heard:
        if self._doors and gate_in(message.topic) not in self._doors:
            body = b"" if message.is_state else message.payload  # of their states one is enough
            why = "expected a door that [collector] doors names, got another"
            return Unusable(why, body, gate="")
        try:
            return read(message, self._site)
        except Exception as exc:  # noqa: BLE001 it is set aside for what it does to us
            return unreadable(message, type(exc).__name__)

    def _store(self, heard: Sequence[Heard]) -> None:
        """Commit a batch, however often it takes; then give receipts."""
        while True:
            try:
                touched, seen = self._commit(heard)
            except Exception as exc:  # noqa: BLE001 what no store takes is set aside
                if _is_away(exc):
                    self.failing = type(exc).__name__
                    self._unstored.met("a commit failed, tried again: %s", self.failing)
                    if self._closing.wait(_RETRY_S):
                        return
                    continue
                self._store_one_by_one(heard, exc)
            else:
                for stream in touched:
                    self._receipts.tell(stream)
                for person in seen:
                    self._tell_seen(person)
            self.failing = ""
            self._unstored.well()
            return

    def _commit(self, heard: Sequence[Heard]) -> tuple[list[Stream], list[PersonSeen]]:
        now = self._clock.now().utc
        with self._parts.at_work("writer", _HANGS_S):
            return self._commit_at(now, heard)

    def _commit_at(
        self, now: datetime, heard: Sequence[Heard]
    ) -> tuple[list[Stream], list[PersonSeen]]:
        self._months.ready(now)
        with self._engine.begin() as connection:
            begin_writing(connection)
            batch = Batch(connection, self._zone, now)
            return batch.take(heard), batch.seen

    def _store_one_by_one(self, heard: Sequence[Heard], exc: Exception) -> None:
        """One of them cannot be stored, ever: it is set aside, and the others are not."""
        if len(heard) > 1:
            for item in heard:
                self._store([item])
        elif isinstance(heard[0], Unusable):
            self._parts.failed("quarantine", exc)  # it cannot even be set aside: there is no more
        else:
            self._store([unreadable(heard[0], type(exc).__name__)])

    def _do(self, work: _Work) -> None:
        try:
            with self._parts.at_work("writer"), self._engine.begin() as connection:
                result = work.do(connection)
        except Exception as exc:  # noqa: BLE001 it is the asker's, and told there
            work.done.set_exception(exc)
        else:
            work.done.set_result(result)

    def _look(self) -> None:
        now, hearing = self._clock.now(), self._hearing()
        if now.boot_ns < self._look_at_ns and not self._tell_all.is_set():
            return
        self._look_at_ns = now.plus_s(_LOOK_EVERY_S)
        try:
            if hearing.connected:
                self._settle()
            if self._watches:
                with self._parts.at_work("watch", _HANGS_S), self._engine.begin() as connection:
                    watch(connection, hearing, now.utc, failing=self._parts.told)
        except Exception as exc:  # noqa: BLE001 whatever it is, it is told, and events are taken
            self._parts.failed("watch", exc)
        else:
            self._parts.well("watch")

    def _settle(self) -> None:
        self._receipts.settle(self._engine)
        if self._tell_all.is_set():
            self._tell_all.clear()
            try:
                self._receipts.tell_all(self._engine, lambda: self._clock.now().utc)
            except SQLAlchemyError:
                self._tell_all.set()
                raise


def _is_away(exc: Exception) -> bool:
    """Whether it is the store that does not answer, and not what it was given."""
    if isinstance(exc, StorageError):
        return True  # another process has our place: the doors send it again, to that one
    return isinstance(exc, SQLAlchemyError) and not isinstance(exc, DataError | IntegrityError)
