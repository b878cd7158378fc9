"""Opens the collector's store, on SQLite or PostgreSQL: makes its tables, or brings them up."""

from __future__ import annotations

import getpass
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from gate_agent import __version__
from gate_agent.errors import StorageError
from gate_agent.host import systemd
from gate_agent.host.files import expect_room, who_has_open
from gate_agent.words import both
from gate_collector.store.dialect import PROGRAM, over_a_line, session_engine, sqlite_file
from gate_collector.store.migrations import (
    Say,
    StoreBehind,
    StoreInUse,
    bring_up,
    expect_columns,
    found_revision,
    hold_open,
    make_tables,
    still_ours,
)
from gate_collector.store.place import sole_writer
from gate_collector.store.schema import HEAD

_DISK_FULL = "53100"  # disk_full
_READ_ONLY = "25006"  # read_only_sql_transaction
_SPARE_BYTES = 1 << 20  # beside the tables, for what the database notes meanwhile


def open_store(url: str, *, config_file: Path | None = None) -> Engine:
    """Return the engine of a store with this version's tables; where there are none they are made.

    Raises StoreBehind, which names the command that helps, StoreAhead, StorageError.
    """
    with storage_errors(url, "start again"):
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                revision = found_revision(connection)
                if revision == HEAD:
                    expect_columns(connection)
            if revision is None:
                make_tables(engine)
            elif revision != HEAD:
                expected = f"expected a store of revision {HEAD}, got {revision}"
                raise StoreBehind(f"{expected}: {_migrate(config_file)}")  # noqa: TRY301
            if engine.dialect.name == "postgresql":
                event.listen(engine, "connect", still_ours)
        except BaseException:
            engine.dispose()
            raise
    return engine


def open_to_run(url: str, say: Say, *, config_file: Path) -> Engine:
    """Return the engine of a store that is brought up first where an earlier version made it.

    The service manager waits as long as that takes. Raises as the two it is made of.
    """
    try:
        return open_store(url, config_file=config_file)
    except StoreBehind:
        with systemd.takes_longer(f"store: {both('terminal.update')}"):
            migrate_store(url, say, config_file=config_file)
        return open_store(url, config_file=config_file)


def migrate_store(url: str, say: Say, *, config_file: Path | None = None) -> None:
    """Bring a store up to this version; one that is up to date, or not there, stays as it is.

    Raises StoreInUse while somebody else has it open, and names who; StoreAhead, StorageError.
    """
    with storage_errors(url, _migrate(config_file)), sole_writer(url) as holder:
        if holder:
            raise StoreInUse(
                f"expected nobody else at the store, got: {holder}: stop it, then "
                f"{_migrate(config_file)}"
            )
        _expect_room(url)
        engine = _engine(url, holds=False)
        try:
            with engine.begin() as connection:
                bring_up(connection, say)
        except StoreInUse as exc:
            raise StoreInUse(f"{exc}: stop it, then {_migrate(config_file)}") from exc
        finally:
            engine.dispose()


def _expect_room(url: str) -> None:
    """Raise StorageError where a SQLite store could not be written once more beside itself."""
    path = sqlite_file(url)
    if path is None or not path.exists():
        return
    needed, otherwise = path.stat().st_size + _SPARE_BYTES, "make room; nothing was changed"
    expect_room(path, needed, "update the store", otherwise)


def _engine(url: str, *, holds: bool = True) -> Engine:
    """Return an engine; on PostgreSQL its connections keep others from changing the tables."""
    if (path := sqlite_file(url)) is not None:
        _expect_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its owner's alone
        engine = create_engine(url)
        event.listen(engine, "connect", _careful)
        return engine
    name = f"{PROGRAM} {__version__}"
    if not holds:
        return session_engine(url, name)
    engine = create_engine(url, pool_pre_ping=True, connect_args=over_a_line(url, name))
    event.listen(engine, "connect", hold_open)
    event.listen(engine, "handle_error", _look_for_who_writes)
    return engine


def _expect_folder(folder: Path) -> None:
    """Make a store's folder where the one above it is there; say how where we may not."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        expected = f"expected a folder for the store, got: {exc.strerror} at {folder}"
        whose = f"-o {getpass.getuser()} {folder}"
        raise StorageError(f"{expected}: sudo install -d -m 0700 {whose}") from exc


def _look_for_who_writes(context: Any) -> None:
    """Give up every connection to a server that only reads now: another one was promoted.

    A ping would find it well, and each try would go to it again.
    """
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _migrate(config_file: Path | None) -> str:
    return f"gate-collector migrate --config {config_file or 'FILE'}"


@contextmanager
def storage_errors(url: str, again: str) -> Iterator[None]:
    """Turn what the database refuses into an error of the storage; `again` is what to do then."""
    try:
        yield
    except StorageError:
        raise
    except Exception as exc:
        original, path = getattr(exc, "orig", exc), sqlite_file(url)
        code = (getattr(original, "sqlite_errorcode", 0) or 0) & 0xFF  # without the extended part
        if path is not None and code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            who = who_has_open(path) or "a program that nobody may look into"
            expected = "expected nobody else at the store, got"
            raise StoreInUse(f"{expected}: {who} writes to {path}: stop it, then {again}") from exc
        is_full = code == sqlite3.SQLITE_FULL or getattr(original, "sqlstate", "") == _DISK_FULL
        if is_full or (code == sqlite3.SQLITE_IOERR and path is not None and _lacks_room(path)):
            where = f"of {path.parent}" if path is not None else "of the database server"
            raise StorageError(
                f"expected room for the store, got: the disk {where} is full; the store is as it "
                f"was: make room, then {again}"
            ) from exc
        raise StorageError(f"expected to open the store, got: {_first_line(exc)}") from exc


def _lacks_room(path: Path) -> bool:
    """Whether a disk has no room left: of some files SQLite calls that an I/O error."""
    disk = os.statvfs(path.parent)
    return disk.f_bavail * disk.f_frsize < _SPARE_BYTES


def _careful(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a receipt is a promise
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA secure_delete=ON")  # what is redacted is gone from the file
    connection.execute("PRAGMA journal_size_limit=0")  # and from the write-ahead file after it


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]
