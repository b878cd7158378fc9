"""Opens the collector's store, on SQLite or PostgreSQL, and makes its tables where they are not."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect

from gate_agent.errors import StorageError
from gate_collector.store.dialect import alone, sqlite_file
from gate_collector.store.months import make_event
from gate_collector.store.schema import METADATA


def open_store(url: str) -> Engine:
    """Return the engine of a store whose tables are there. Raises StorageError."""
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        try:
            _make_tables(engine, url)
        except BaseException:
            engine.dispose()
            raise
    except StorageError:
        raise
    except Exception as exc:
        raise StorageError(f"expected to open the store, got: {_first_line(exc)}") from exc
    return engine


def _make_tables(engine: Engine, url: str) -> None:
    if engine.dialect.name == "sqlite":
        if (path := sqlite_file(url)) is not None:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its owner's alone
        event.listen(engine, "connect", _careful)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            alone(connection)
            make_event(connection)
        _expect_our_columns(connection)
        METADATA.create_all(connection)


def _expect_our_columns(connection: Connection) -> None:
    """Raise StorageError for tables that another version made: told now, not at the first event."""
    there = inspect(connection).get_multi_columns()
    for (_, name), columns in there.items():
        table = METADATA.tables.get(name)
        found = {column["name"] for column in columns}
        if table is not None and (lacks := sorted(set(table.c.keys()) - found)):
            raise StorageError(
                f"expected the tables of this version, got {name} without "
                f"{', '.join(lacks)}: another version made this store; install that one"
            )


@contextmanager
def sole_writer(url: str) -> Iterator[bool]:
    """Hold the lock of a SQLite store, and tell whether it was free; other databases need none."""
    path = sqlite_file(url)
    if path is None:
        yield True
        return
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _careful(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a receipt is a promise
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA secure_delete=ON")  # what is redacted is gone from the file
    connection.execute("PRAGMA journal_size_limit=0")  # and from the write-ahead file after it


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]
