"""Proves a journal: the chain from the first event to the last, and the views against a replay.

Everything streams: memory does not grow with the journal.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from gate_agent.contract.messages import (
    LINK_0,
    ContractError,
    Envelope,
    Receipt,
    link_after,
    parse_body,
)
from gate_agent.contract.moment import parse_utc
from gate_agent.errors import StorageError
from gate_agent.store.errors import BrokenChain
from gate_agent.store.opening import About, Head, open_for_reading, read_receipt, typed_errors
from gate_agent.store.people import unreadable_people
from gate_agent.store.schema import EVENT, VIEWS, compiled, create_statements
from gate_agent.store.seal import StoreBox
from gate_agent.store.views import SHOWN, Place, apply, local_day
from gate_agent.store.watermark import read_mark

_BATCH = 256
_TELL_EVERY = 1000
_MOST_DIFFERENCES = 20
_COLUMNS = ("sequence", "severity", "type", "time", "boot", "bootns", "body", "bodysha256", "link")
_KINDS = (int, str, str, str, str, int, bytes | None, bytes, bytes)  # SQLite itself keeps any
_AFTER = compiled(select(*(EVENT.c[name] for name in _COLUMNS)).order_by(EVENT.c.sequence))

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Whether the views equal a replay; `differences` names tables and keys, the first few."""

    equal: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    sequence: int
    severity: str
    type: str
    time: str
    boot: str
    bootns: int
    body: bytes | None
    bodysha256: bytes
    link: bytes


def verify(path: Path, progress: Progress) -> Head:
    """Return the head of a journal whose whole chain holds.

    Raises BrokenChain at the first bad event: a gap, a body that was changed, a link that does
    not follow, a column that says other than its body, an end before what was durable already.
    Raises StorageError for a bad file.
    """
    mark = read_mark(path)  # first: a running gate is ahead of what it was
    connection, about = open_for_reading(path)
    with closing(connection), typed_errors(path):
        for problem, *_ in connection.execute("PRAGMA quick_check(1)"):
            if problem != "ok":
                raise StorageError(f"{path}: expected a sound database, got: {problem}")
        promised = _promised(mark, read_receipt(connection), about.epoch)
        total = _total(connection)
        sequence, link = 0, LINK_0
        for row in _rows(connection):
            sequence += 1
            if row.sequence != sequence:
                raise BrokenChain(sequence, f"it is missing, the next is {row.sequence}")
            _check(row, link, about)
            link = row.link
            if any(at == sequence and told != link for at, told in promised):
                raise BrokenChain(sequence, "it was another when it was told to be durable")
            if sequence % _TELL_EVERY == 0:
                progress(sequence, total)
        progress(sequence, total)
        if (last := max((at for at, _ in promised), default=0)) > sequence:
            raise BrokenChain(sequence + 1, f"it is missing, and {last} was durable already")
        return Head(about.epoch, sequence, link)


def _promised(mark: Head | None, receipt: Receipt | None, epoch: str) -> list[tuple[int, bytes]]:
    """Return what was told of this journal elsewhere: sequence and link."""
    told: list[tuple[int, bytes]] = []
    if receipt is not None and receipt.epoch == epoch:
        told.append((receipt.upto, bytes.fromhex(receipt.link)))
    if mark is not None and mark.epoch == epoch:
        told.append((mark.sequence, mark.link))
    return told


def export(path: Path, out: BinaryIO) -> None:
    """Write every body as one line, in order: the exact bytes, or that it was redacted."""
    connection, _ = open_for_reading(path)
    with closing(connection), typed_errors(path):
        for row in _rows(connection):
            line = row.body
            if line is None:
                line = json.dumps(
                    {
                        "redacted": True,
                        "sequence": row.sequence,
                        "bodysha256": row.bodysha256.hex(),
                    },
                    separators=(",", ":"),
                ).encode()
            out.write(line + b"\n")


def rebuild(path: Path, key: bytes, progress: Progress) -> RebuildResult:
    """Replay the bodies into fresh views, and compare them with the journal's."""
    connection, about = open_for_reading(path)
    with closing(connection), typed_errors(path), closing(sqlite3.connect("")) as replay:
        replay.isolation_level = None
        for statement in create_statements(VIEWS):
            replay.execute(statement)
        connection.execute("BEGIN")  # one state of the journal, whatever a running gate appends
        total = _total(connection)
        replay.execute("BEGIN")
        for row in _rows(connection):
            if row.type in SHOWN and row.body is not None:
                _replay(replay, row, ZoneInfo(about.zone))
            if row.sequence % _TELL_EVERY == 0:
                progress(row.sequence, total)
        replay.execute("COMMIT")
        progress(total, total)
        differences = [line for table in VIEWS for line in _differences(connection, replay, table)]
        if unreadable := unreadable_people(connection, StoreBox(key)):
            differences.append(f"people: {unreadable} rows do not open with this store key")
        connection.execute("ROLLBACK")
    return RebuildResult(not differences, tuple(differences[:_MOST_DIFFERENCES]))


def _replay(replay: sqlite3.Connection, row: _Row, zone: ZoneInfo) -> None:
    envelope = parse_body(row.body or b"")
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
    apply(replay, place, record)


def _check(row: _Row, link: bytes, about: About) -> None:
    """Raise BrokenChain unless this event follows `link`."""
    if row.body is not None:
        if sha256(row.body).digest() != row.bodysha256:
            raise BrokenChain(row.sequence, "its body is not the one that was linked")
        try:
            told = parse_body(row.body)
        except ContractError as exc:
            raise BrokenChain(row.sequence, str(exc)) from exc
        if told.prevlink != link.hex():
            raise BrokenChain(row.sequence, "its body names another event before it")
        if fault := _contradiction(row, told, about):
            raise BrokenChain(row.sequence, f"its column {fault} says other than its body")
    if link_after(link, row.bodysha256) != row.link:
        raise BrokenChain(row.sequence, "its link does not follow from the one before")


def _contradiction(row: _Row, told: Envelope, about: About) -> str | None:
    pairs = {
        "sequence": (row.sequence, told.number),
        "severity": (row.severity, told.severity),
        "type": (row.type, told.type),
        "time": (row.time, told.time),
        "boot": (row.boot, told.boot),
        "bootns": (row.bootns, told.boot_ns),
        "epoch": (about.epoch, told.epoch),
        "site": (about.site, told.site),
        "gate": (about.gate, told.gate),
    }
    return next((name for name, (kept, said) in pairs.items() if kept != said), None)


def _rows(connection: sqlite3.Connection) -> Iterator[_Row]:
    """Yield every event. BrokenChain where a column holds a kind of value that we never write."""
    cursor = connection.execute(_AFTER.sql)
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            kinds = zip(_COLUMNS, row, _KINDS, strict=True)
            if fault := next((name for name, it, kind in kinds if not isinstance(it, kind)), None):
                raise BrokenChain(row[0], f"its column {fault} holds another kind of value")
            yield _Row(*row)


def _total(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT coalesce(max(sequence), 0) FROM event").fetchone()[0]
    return found


def _differences(kept: sqlite3.Connection, replay: sqlite3.Connection, table: Table) -> list[str]:
    """Name the rows of a view that are missing, too many or other than the replay's."""
    columns = ", ".join(column.name for column in table.c)
    keys = [at for at, column in enumerate(table.c) if column.primary_key]
    sql = (
        f"SELECT {columns} FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"  # noqa: S608 names of our own tables
    )
    found: list[str] = []
    ours, theirs = iter(kept.execute(sql)), iter(replay.execute(sql))
    mine, due = next(ours, None), next(theirs, None)
    while (mine, due) != (None, None) and len(found) < _MOST_DIFFERENCES:
        at_mine = None if mine is None else tuple(mine[n] for n in keys)
        at_due = None if due is None else tuple(due[n] for n in keys)
        if at_mine == at_due:
            if mine != due:
                found.append(f"{table.name} {at_mine}: expected the replay's row, got another")
            mine, due = next(ours, None), next(theirs, None)
        elif at_due is None or (at_mine is not None and at_mine < at_due):
            found.append(f"{table.name} {at_mine}: expected no such row, got one")
            mine = next(ours, None)
        else:
            found.append(f"{table.name} {at_due}: expected a row, got none")
            due = next(theirs, None)
    return found
