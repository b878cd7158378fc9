"""Derives the views anew from the events (重建视图): to prove them, or to make them again.

Everything streams: memory does not grow with the journal.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import parse_utc
from gate_agent.errors import ContractError
from gate_agent.store.errors import BrokenChain
from gate_agent.store.schema import EVENT, VIEWS, compiled, create_statements
from gate_agent.store.views import SHOWN, Place, apply, local_day

TELL_EVERY = 1000  # events
_BATCH = 256
_COLUMNS = ("sequence", "severity", "type", "time", "boot", "bootns", "body", "bodysha256", "link")
_KINDS = (int, str, str, str, str, int, bytes | None, bytes, bytes)  # SQLite itself keeps any
_ALL = compiled(select(*(EVENT.c[name] for name in _COLUMNS)).order_by(EVENT.c.sequence))

Progress = Callable[[int, int], None]
_LOG = logging.getLogger("gate_agent.store.journal")


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as it lies in the file."""

    sequence: int
    severity: str
    type: str
    time: str
    boot: str
    bootns: int
    body: bytes | None
    bodysha256: bytes
    link: bytes

    def check(self) -> None:
        """Raise BrokenChain where a column holds a kind of value that we never write."""
        for name, kind in zip(_COLUMNS, _KINDS, strict=True):
            if not isinstance(getattr(self, name), kind):
                raise BrokenChain(self.sequence, f"its column {name} holds another kind of value")


def every_event(connection: sqlite3.Connection) -> Iterator[EventRow]:
    """Yield every event in order, as it is: nothing is checked yet."""
    cursor = connection.execute(_ALL.sql)
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield EventRow(*row)


def last_sequence(connection: sqlite3.Connection) -> int:
    """Return the number of the newest event."""
    sequence: int = connection.execute("SELECT coalesce(max(sequence), 0) FROM event").fetchone()[0]
    return sequence


def make_views(connection: sqlite3.Connection) -> None:
    """Make the views' tables, empty."""
    for statement in create_statements(VIEWS):
        connection.execute(statement)


def replay(views: sqlite3.Connection, row: EventRow, zone: ZoneInfo) -> None:
    """Let one event change the views. Raises BrokenChain, ContractError."""
    row.check()
    if row.type not in SHOWN or row.body is None:
        return
    envelope = parse_body(row.body)
    record = envelope.record()
    if record is None:
        return
    place = Place(
        sequence=row.sequence,
        time=row.time,
        day=local_day(parse_utc(row.time), zone),
        boot=row.boot,
        boot_ns=row.bootns,
        drill=envelope.drill,
    )
    apply(views, place, record, row.body)


def make_views_again(connection: sqlite3.Connection, zone: ZoneInfo, progress: Progress) -> None:
    """Put a replay in the place of the views, inside the caller's transaction.

    An event that cannot be read is left out and told: one bad event must not keep a door shut.
    """
    for table in VIEWS:
        connection.execute(f"DROP TABLE IF EXISTS {table.name}")
    make_views(connection)
    total = last_sequence(connection)
    for row in every_event(connection):
        try:
            replay(connection, row, zone)
        except (BrokenChain, ContractError) as exc:
            _LOG.error("journal: event %s is left out of the views: %s", row.sequence, exc)
        if row.sequence % TELL_EVERY == 0:
            progress(row.sequence, total)
    progress(total, total)
