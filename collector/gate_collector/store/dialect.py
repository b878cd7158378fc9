"""What SQLite and PostgreSQL do each in its own way: one moment to read, one maker of tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

PROGRAM = "gate-collector"  # how PostgreSQL knows our sessions
_OVER_A_LINE = {  # unless the URL says otherwise
    "target_session_attrs": "read-write",  # of several hosts, the one that writes
    "connect_timeout": "4",  # a server that lost its power refuses nothing, and answers nothing
    "tcp_user_timeout": "6000",
    "keepalives_idle": "3",
    "keepalives_interval": "2",
    "keepalives_count": "2",
}
_MAKING_TABLES = 0x67617465  # "gate": a number for PostgreSQL's advisory locks


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that reads the store as of one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            yield connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            connection.exec_driver_sql("BEGIN")
            yield connection
        connection.rollback()


def begin_writing(connection: Connection) -> None:
    """Let this transaction of SQLite write from its first word on: what it reads stays so."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def insert_for(engine: Engine) -> Any:
    """Return the dialect's `insert`, which knows ON CONFLICT."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 only one of them is needed

        return postgresql.insert
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 as above

    return sqlite.insert


def alone(connection: Connection) -> None:
    """Let no other process make tables until this transaction of PostgreSQL ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING_TABLES})"))


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite store; None for another database."""
    made = make_url(url)
    return Path(made.database) if made.drivername == "sqlite" and made.database else None


def over_a_line(url: str, name: str) -> dict[str, str]:
    """Return how a session of PostgreSQL is called, and how soon a dead line is given up."""
    said = make_url(url).query
    ours = {key: value for key, value in _OVER_A_LINE.items() if key not in said}
    return ours | {"application_name": name}


def session_engine(url: str, name: str) -> Engine:
    """Return an engine of PostgreSQL each of whose connections is a session of its own."""
    return create_engine(url, poolclass=NullPool, connect_args=over_a_line(url, name))
