"""The place of a process at a store (独占): one collector, and one worker of each name, no more.

On SQLite it is a lock beside the file; on PostgreSQL an advisory lock that a session of its own
holds, found gone with that session: after a failover it is taken anew on the server that writes
now. No transaction begins without it, so whoever lost it writes no more.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError

from gate_agent import __version__
from gate_agent.contract.moment import format_utc
from gate_agent.errors import StorageError
from gate_agent.host.clock import SystemClock
from gate_collector.store.dialect import PROGRAM, session_engine, sqlite_file

_PLACES = 0x67617470  # "gatp": a number for PostgreSQL's advisory locks; the second is a place's
_FREE_WITHIN_S = 3  # a process that was killed has left by then
_LONGEST_NAME = 63  # of a session, in PostgreSQL
_LONGEST_NOTE = 300
_LOCK_NOT_AVAILABLE = "55P03"
_SETTINGS = {  # a machine without power must not hold the place for hours
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "6000",
    "idle_session_timeout": "0",
    "lock_timeout": f"{_FREE_WITHIN_S}s",
}
_SET = text("SELECT set_config(name, :value, false) FROM pg_settings WHERE name = :name")
_TAKE = text("SELECT pg_advisory_lock(:places, :number)")
_IN_PLACE = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = %s"
    " AND classid = %s AND objid = %s AND objsubid = 2"
)
_HOLDER = text(
    "SELECT a.pid, coalesce(a.application_name, 'role ' || a.usename) AS name,"
    " host(a.client_addr) AS address, a.backend_start AS since"
    " FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :places AND l.objid = :number"
    " AND l.objsubid = 2 AND l.database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database())"
)


class PlaceTaken(StorageError):  # noqa: N818 named after what is so
    """Another process is the collector of this store, or the worker of this name."""


class StorePlace(ABC):
    """The place of one process; use as a context. `what` is "collector" or "worker NAME"."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> Self:
        """Take it. Raises PlaceTaken, which names who has it."""
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it to others."""
        self.leave()

    @abstractmethod
    def take(self) -> None:
        """Take it. Raises PlaceTaken."""

    @abstractmethod
    def leave(self) -> None:
        """Leave it to others."""

    @abstractmethod
    def expect_ours(self) -> None:
        """Raise PlaceTaken when another process took it."""

    def _taken_by(self, who: str) -> PlaceTaken:
        expected = f"expected to be the only {self._what} at this store"
        return PlaceTaken(f"{expected}, got another: {who}: stop it, or use a store of its own")


def place_at(engine: Engine, what: str) -> StorePlace:
    """Return a place at the store of `engine`, whose transactions need it from `take` on."""
    path = sqlite_file(engine.url.render_as_string(hide_password=False))
    return _Session(engine, what) if path is None else _File(path, what)


@contextmanager
def sole_writer(url: str) -> Iterator[str]:
    """Hold the lock of a SQLite store; tell who has it, nobody where it is ours.

    Other databases need none.
    """
    path = sqlite_file(url)
    if path is None:
        yield ""
        return
    place = _File(path, "writer")
    try:
        place.take()
    except PlaceTaken:
        yield place.holder
        return
    try:
        yield ""
    finally:
        place.leave()


class _File(StorePlace):
    """A lock beside a SQLite store, which says in words who holds it."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(what)
        self._path = path.with_name(f"{path.name}.lock")
        self._descriptor = -1

    @property
    def holder(self) -> str:
        """Who said last that they hold it."""
        said = ""
        with suppress(OSError):
            said = self._path.read_bytes()[:_LONGEST_NOTE].decode(errors="replace").strip()
        return said or "another collector"

    def take(self) -> None:
        """Take it. Raises PlaceTaken."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise self._taken_by(self.holder) from None
        self._descriptor = descriptor
        with suppress(OSError):  # a full disk: it is held all the same
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{_ourselves()}\n".encode(), 0)

    def leave(self) -> None:
        """Leave it to others."""
        os.close(self._descriptor)

    def expect_ours(self) -> None:
        """Raise PlaceTaken when somebody put another file there, which locks others out no more."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            raise self._taken_by(f"somebody removed {self._path.name}") from None
        if not os.path.samestat(there, os.fstat(self._descriptor)):
            raise self._taken_by(self.holder)


class _Session(StorePlace):
    """An advisory lock of PostgreSQL, held by a session of its own."""

    def __init__(self, engine: Engine, what: str) -> None:
        super().__init__(what)
        self._number = zlib.crc32(what.encode()) & 0x7FFFFFFF
        mark = f"{PROGRAM} {__version__} {secrets.token_hex(4)} "
        self._mark = mark
        name = f"{mark}{os.getpid()}@{socket.gethostname()}"
        self._sessions = session_engine(
            engine.url.render_as_string(hide_password=False), name[:_LONGEST_NAME]
        )
        self._turn = threading.Lock()
        self._session: Connection | None = None
        self._pid = 0
        self._engine = engine
        self._refused = engine.dialect.loaded_dbapi.Error
        self._taken: PlaceTaken | None = None

    def take(self) -> None:
        """Take it. Raises PlaceTaken."""
        with self._turn:
            self._take()
        event.listen(self._engine, "checkout", self._expect_ours)

    def leave(self) -> None:
        """Leave it to others."""
        event.remove(self._engine, "checkout", self._expect_ours)
        with self._turn:
            self._close()
        self._sessions.dispose()

    def expect_ours(self) -> None:
        """Raise PlaceTaken when another process took it."""
        with self._engine.connect():
            pass

    def _expect_ours(self, raw: Any, _record: object, _proxy: object) -> None:
        """Let no transaction begin on a server where the place is another's, or nobody's."""
        try:
            if self._is_ours(raw):
                return
            with self._turn:
                if not self._is_ours(raw):  # else another thread was quicker
                    self._take()
        except self._refused as exc:
            raise DisconnectionError from exc

    def _is_ours(self, raw: Any) -> bool:
        if self._taken is not None:
            raise self._taken
        raw.autocommit = True  # asked in one round, and no transaction is left behind
        try:
            asked = self._pid, _PLACES, self._number
            return raw.execute(_IN_PLACE, asked).fetchone() is not None
        finally:
            raw.autocommit = False

    def _take(self) -> None:
        self._close()
        session = self._sessions.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            for name, value in _SETTINGS.items():
                session.execute(_SET, {"name": name, "value": value})
            self._lock(session)
        except BaseException:
            session.close()
            raise
        self._session = session
        self._pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def _lock(self, session: Connection) -> None:
        place = {"places": _PLACES, "number": self._number}
        last: DBAPIError | None = None
        for _ in range(2):
            try:
                session.execute(_TAKE, place)
            except DBAPIError as exc:
                if getattr(exc.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                    raise
                last = exc
            else:
                return
            holder = session.execute(_HOLDER, place).first()
            if holder is not None and not holder.name.startswith(self._mark):
                self._taken = self._taken_by(_in_words(holder))
                raise self._taken from last
            if holder is not None:  # our own, over a line that is gone
                session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder.pid})
        raise self._taken_by("a session that comes and goes") from last

    def _close(self) -> None:
        if self._session is not None:
            with suppress(DBAPIError):
                self._session.invalidate()
                self._session.close()
        self._session = None


def _ourselves() -> str:
    at = format_utc(SystemClock().now().utc)
    return f"{PROGRAM} {__version__}, process {os.getpid()} on {socket.gethostname()}, since {at}"


def _in_words(holder: Any) -> str:
    """Return who holds a place: the process and its machine, as its session is called."""
    words = holder.name.split(" ")
    pid, _, host = words[-1].partition("@")
    said = f"{' '.join(words[:2])}, process {pid} on {host}" if host else holder.name
    where = f" at {holder.address}" if holder.address else ""
    return f"{said}{where}, since {format_utc(holder.since.astimezone(UTC))}"
