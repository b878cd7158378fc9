"""The peers: psycopg and sqlite3 alone, the same rows, as many a commit, nothing verified."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from gate_collector.store.schema import EVENT

Row = tuple[Any, ...]
_COLUMNS = [column.name for column in EVENT.columns]
AT_ONCE = 500  # rows of one commit, as the collector's when nothing waited at the gates


def copied(url: str, rows: Sequence[Row]) -> None:
    """COPY the rows into the table of events: what the server takes at most."""
    names = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    statement = sql.SQL("COPY event ({}) FROM STDIN").format(names)
    with psycopg.connect(_plain(url)) as connection:
        for first in range(0, len(rows), AT_ONCE):
            with connection.cursor() as cursor, cursor.copy(statement) as taken:
                for row in rows[first : first + AT_ONCE]:
                    taken.write_row(row)
            connection.commit()


def upserted(url: str, rows: Sequence[Row]) -> None:
    """Insert the rows in batches: the quickest of the ways without COPY (psycopg pipelines it)."""
    statement = sql.SQL("INSERT INTO event ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)),
        sql.SQL(", ").join(sql.Placeholder() * len(_COLUMNS)),
    )
    with psycopg.connect(_plain(url)) as connection:
        for first in range(0, len(rows), AT_ONCE):
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows[first : first + AT_ONCE])
            connection.commit()


def upserted_sqlite(url: str, rows: Sequence[Row]) -> None:
    """Insert the rows in batches, as durable as the collector does."""
    marks = ", ".join("?" * len(_COLUMNS))
    names = ", ".join(_COLUMNS)
    statement = f"INSERT INTO event ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 names of ours
    connection = sqlite3.connect(str(make_url(url).database))
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for first in range(0, len(rows), AT_ONCE):
            with connection:
                connection.executemany(statement, rows[first : first + AT_ONCE])
    finally:
        connection.close()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql", 1)
