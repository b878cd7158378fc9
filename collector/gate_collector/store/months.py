"""On PostgreSQL the events lie in a table for each month, by when they were stored (按月分区).

A month's table is made a month ahead, and in any case before the first event that needs it; no
gate's clock makes one. Its key is the number's own, (gate, epoch, sequence). PostgreSQL keeps a key
inside a month only: that a number of an earlier month is not taken again is decided over all of
them, under the lock of its chain (docs/decisions/0011-months.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Engine, Index, MetaData, Table, text

from gate_agent.errors import StorageError
from gate_collector.store.dialect import alone
from gate_collector.store.schema import BEGINNING, EVENT, SEALED, only_where

_BOUND = re.compile(r"FROM \((?:MINVALUE|'([0-9-]+)')\) TO \('([0-9-]+)'\)")
_PARTS = text(
    "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound, c.reltuples::bigint AS events,"
    " pg_total_relation_size(c.oid) AS bytes FROM pg_inherits i JOIN pg_class c"
    " ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('event') ORDER BY c.relname"
)
_IN_MONTHS = Table(
    EVENT.name,
    MetaData(),
    *(Column(column.name, column.type, nullable=column.nullable) for column in EVENT.columns),
    postgresql_partition_by="RANGE (stored)",
)
Index("event_stored", _IN_MONTHS.c.stored)
Index("event_beginning", _IN_MONTHS.c.gate, _IN_MONTHS.c.time, **only_where(BEGINNING))
Index("event_sealed", _IN_MONTHS.c.stored, **only_where(SEALED))
_KEY = ", ".join(column.name for column in EVENT.primary_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's table; the first of an older store holds all that was before, too."""

    table: str
    first: str  # "2026-11"; empty: from the beginning
    end: str  # the month after it
    events: int  # as the database estimates them; -1 before it did
    bytes: int

    @property
    def name(self) -> str:
        """The month; with what was before it, the last one."""
        return self.table.removeprefix("event_").replace("_", "-")

    def holds(self, month: str) -> bool:
        """Whether an event that is stored in `month` lies here."""
        return self.first <= month < self.end


class Months:
    """Sees that there is a table for what is stored now; one for each process that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: set[str] = set()

    def ready(self, now: datetime) -> None:
        """Make the table of this month, and of the next, unless they are there."""
        month = f"{now:%Y-%m}"
        if month not in self._ready and self._engine.dialect.name == "postgresql":
            with self._engine.begin() as connection:
                make(connection, month, after(month))
            self._ready.add(month)


def make_event(connection: Connection) -> None:
    """Make the table of events, which has no month yet."""
    _IN_MONTHS.create(connection)


def make(connection: Connection, *months: str) -> None:
    """Make the tables of `months` that are not there. Others read and write meanwhile."""
    alone(connection)
    there = held(connection)
    for month in months:
        if not any(one.holds(month) for one in there):
            # attached, and not made as a part: that would wait for every reader of the whole
            like = f"(LIKE event INCLUDING ALL, PRIMARY KEY ({_KEY}))"
            connection.execute(text(f"CREATE TABLE {_table(month)} {like}"))
            _attach(connection, _table(month), f"'{month}'", after(month))


def held(connection: Connection) -> list[Month]:
    """Return the months there are, the oldest first."""
    months = []
    for row in connection.execute(_PARTS):
        bound = _BOUND.search(row.bound)
        if bound is None:
            raise StorageError(f"expected a month in the bounds of {row.relname}, got {row.bound}")
        months.append(
            Month(
                table=row.relname,
                first=bound[1] or "",
                end=bound[2],
                events=row.events,
                bytes=row.bytes,
            )
        )
    return sorted(months, key=lambda month: month.end)


def compact(engine: Engine, month: str, now: datetime) -> Month:
    """Write a month anew without what was redacted; who reads or writes it waits meanwhile.

    Raises StorageError for a month that events still come to, or that is none.
    """
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")  # VACUUM wants none
        kept_month = next((one for one in held(connection) if one.name == month), None)
        if kept_month is None or kept_month.end > f"{now:%Y-%m}":
            raise StorageError(f"expected a month that is over and was stored, got {month}")
        connection.execute(text(f"VACUUM (FULL, ANALYZE) {kept_month.table}"))
        return next(one for one in held(connection) if one.table == kept_month.table)


def after(month: str) -> str:
    """Return the month after `month`."""
    return f"{datetime.fromisoformat(f'{month}-01') + timedelta(days=31):%Y-%m}"


def _table(month: str) -> str:
    return f"event_{month.replace('-', '_')}"


def _attach(connection: Connection, table: str, first: str, end: str) -> None:
    bounds = f"FOR VALUES FROM ({first}) TO ('{end}')"
    connection.execute(text(f"ALTER TABLE event ATTACH PARTITION {table} {bounds}"))
