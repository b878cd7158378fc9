"""The tables of a journal, and their statements, compiled once.

SQLAlchemy Core writes the SQL; the standard library's driver runs it, so that an event costs
no more than its statements. Only the writer thread of `journal.Journal` writes.

`event` is the journal. `meta` names it, and keeps the collector's newest receipt. `people` is
encrypted and short-lived. The other tables are views: derived from `event`, equal to a replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

VERSION = 2  # PRAGMA user_version; `migrations.STEPS` leads here from each before it
APPLICATION_ID = 0x47415445  # "GATE", PRAGMA application_id (sqlite.org/pragma.html)
FILE_HEADER = b"SQLite format 3\0"  # sqlite.org/fileformat2.html §1.3

METADATA = MetaData()

META = Table(
    "meta",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The columns beside `body` say again what is in it, so that a redacted event keeps its place.
EVENT = Table(
    "event",
    METADATA,
    Column("sequence", Integer, primary_key=True),
    Column("severity", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("bootns", Integer, nullable=False),
    Column("body", LargeBinary),  # NULL once redacted
    Column("bodysha256", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
)
# SQLite uses a partial index only for a query that says its condition in the same words.
IS_URGENT = text("severity = 'urgent'")
IS_DEVICE = text("type = 'gate.device.changed.v1'")
IS_REGISTRATION = text("type = 'gate.person.registered.v1'")
Index("event_urgent", EVENT.c.sequence, sqlite_where=IS_URGENT)
Index("event_device", EVENT.c.sequence, sqlite_where=IS_DEVICE)
Index(  # one whose body is gone leaves it: the retention asks for bodies once a minute
    "event_registration",
    EVENT.c.sequence,
    sqlite_where=text(f"{IS_REGISTRATION.text} AND body IS NOT NULL"),
)

PEOPLE = Table(
    "people",
    METADATA,
    Column("person_ref", Text, primary_key=True),
    Column("box", LargeBinary, nullable=False),
    Column("sequence", Integer, nullable=False),  # newest registration
    sqlite_with_rowid=False,
)

# A later verdict of the same passage takes the place of the one before.
PASSAGE = Table(
    "passage",
    METADATA,
    Column("sequence", Integer, primary_key=True),
    Column("passage_id", Text, nullable=False, unique=True),
    Column("day", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("drill", Integer, nullable=False),
    Column("person_ref", Text),
    Column("decided", Text, nullable=False),
    Column("repeat_visit", Integer, nullable=False),
    Column("registration_ms", Integer),
)
# Each passage is in one of these at the most: an index is a page more in its commit.
IS_PACED = text("registration_ms IS NOT NULL")
IS_STAFF_HERE = text("category = 'staff' AND decision = 'admit'")
Index(
    "passage_pace",
    PASSAGE.c.day,
    PASSAGE.c.repeat_visit,
    PASSAGE.c.registration_ms,
    sqlite_where=IS_PACED,
)
Index("passage_staff", PASSAGE.c.day, PASSAGE.c.person_ref, sqlite_where=IS_STAFF_HERE)
DAY_COUNT = Table(
    "day_count",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("decision", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
HOLD = Table(
    "hold",
    METADATA,
    Column("hold_id", Text, primary_key=True),
    Column("passage_id", Text, nullable=False),
    Column("person_ref", Text),
    Column("category", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("surface_centi_c", Integer),
    Column("contact_centi_c", Integer),
    Column("opened", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stepped", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("boot_ns", Integer, nullable=False),
    Column("due_s", sqlite.REAL),
    Column("overdue", Integer, nullable=False),
    Column("drill", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("opened_sequence", Integer, nullable=False),
    Column("closed_sequence", Integer),
    sqlite_with_rowid=False,
)
IS_OPEN = text("state <> 'closed'")
Index("hold_open", HOLD.c.opened_sequence, sqlite_where=IS_OPEN)
Index("hold_day", HOLD.c.day)
ROUND = Table(  # rounds of disinfection and airing
    "round",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", Text, nullable=False),
    sqlite_with_rowid=False,
)
SUPPLY = Table(  # `used` is what was taken on `day`, the last day it was counted on
    "supply",
    METADATA,
    Column("item", Text, primary_key=True),
    Column("stock", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("used", Integer, nullable=False),
    sqlite_with_rowid=False,
)
NEWEST = Table(  # the last record of each type and subject: devices, boots, mode, daily report
    "newest",
    METADATA,
    Column("type", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)
VIEWS: tuple[Table, ...] = (PASSAGE, DAY_COUNT, HOLD, ROUND, SUPPLY, NEWEST)

_DIALECT = sqlite.dialect(paramstyle="named")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL ready for the driver; run it with `connection.execute(sql, values(...))`."""

    sql: str
    fixed: Mapping[str, Any]

    def values(self, **given: object) -> dict[str, Any]:
        """Return the parameters: the given ones, and those the statement brings."""
        return {**self.fixed, **given}


def compiled(statement: ClauseElement) -> Statement:
    """Return `statement` as SQL with named parameters."""
    done = statement.compile(dialect=_DIALECT)
    binds = getattr(done, "binds")  # noqa: B009 SQLCompiler has it, its base Compiled has not
    fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
    return Statement(str(done), fixed)


SET_META = compiled(sqlite.insert(META).prefix_with("OR REPLACE"))
GET_META = compiled(select(META.c.value).where(META.c.key == bindparam("key")))


def create_statements(tables: Iterable[Table] = METADATA.sorted_tables) -> list[str]:
    """Return the DDL of `tables` and their indexes."""
    ddl: list[str] = []
    for table in tables:
        ddl.append(str(CreateTable(table).compile(dialect=_DIALECT)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        ddl += [str(CreateIndex(index).compile(dialect=_DIALECT)) for index in indexes]
    return ddl
