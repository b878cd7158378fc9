"""The views of one gate made anew from its events, beside those that are kept.

They are read side by side, in the order of their keys: memory does not grow with the store.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, Row, StaticPool, Table, Text, and_, create_engine, select

from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import parse_utc
from gate_agent.contract.records import PassageDecided, PersonRegistered
from gate_agent.errors import ContractError
from gate_collector.ingest.arrival import Arrived, ArrivedMessage, read_event
from gate_collector.ingest.corrected_times import shifted
from gate_collector.ingest.views import apply
from gate_collector.store.schema import EVENT, HOLD, METADATA, NOTABLE, PASSAGE, REPORT

_BATCH = 500
_BESIDE_PASSAGES = (HOLD, REPORT, NOTABLE)
_OF_PASSAGES = (PassageDecided.TYPE, PersonRegistered.TYPE)
_BY_ARRIVAL = ("id",)  # given as they come: of no meaning
_MOST_TOLD = 20  # of one view
_COMPILED: dict[Any, Any] = {}  # statements, for every replay of this process
Key = tuple[Any, ...]
Kept = Mapping[str, Any] | None


def differences(connection: Connection, gate: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield which rows of a gate's views are missing, too many or other than a replay's."""
    with _replay(connection, gate, zone, passages=True) as views:
        for table in (PASSAGE, *_BESIDE_PASSAGES):
            with closing(_unequal(connection, views, table, gate)) as wrong:
                for one in islice(wrong, _MOST_TOLD):
                    yield f"view {table.name}: {_said(*one)}"


def put_right(connection: Connection, gate: str, zone: ZoneInfo) -> Counter[str]:
    """Make a gate's views equal to a replay, in this transaction; return how many rows of which.

    Passages are left out: a later verdict always took an earlier one's place, and they are most of
    all events. The gate's chains are locked, or nobody else writes.
    """
    changed = Counter[str]()
    with _replay(connection, gate, zone, passages=False) as views:
        for table in _BESIDE_PASSAGES:
            for key, kept, due in list(_unequal(connection, views, table, gate)):
                changed[table.name] += 1
                columns = zip(_key_of(table), key, strict=True)
                of_key = and_(table.c.gate == gate, *(column == value for column, value in columns))
                values = {name: due[name] for name in due if name not in _BY_ARRIVAL} if due else {}
                if due is None:
                    connection.execute(table.delete().where(of_key))
                elif kept is None:
                    connection.execute(table.insert().values(values))
                else:
                    connection.execute(table.update().where(of_key).values(values))
    return changed


@contextmanager
def _replay(
    connection: Connection, gate: str, zone: ZoneInfo, *, passages: bool
) -> Iterator[Connection]:
    """Yield a database of its own, on disk where it is large, with a gate's views made anew."""
    replay = create_engine("sqlite://", creator=lambda: sqlite3.connect(""), poolclass=StaticPool)
    try:
        with replay.begin() as views:
            views.execution_options(compiled_cache=_COMPILED)
            METADATA.create_all(views, tables=[PASSAGE, *_BESIDE_PASSAGES], checkfirst=False)
            for arrived in _events(connection, gate, passages=passages):
                apply(views, arrived, zone)
            yield views
    finally:
        replay.dispose()


def _events(connection: Connection, gate: str, *, passages: bool) -> Iterator[list[Arrived]]:
    """Yield the events as they came, with the times that count now."""
    chosen = [] if passages else [EVENT.c.type.not_in(_OF_PASSAGES)]
    rows = connection.execute(
        select(EVENT)
        .where(EVENT.c.gate == gate, EVENT.c.body.is_not(None), *chosen)
        .order_by(EVENT.c.stored, EVENT.c.epoch, EVENT.c.sequence)
        .execution_options(yield_per=_BATCH)
    )
    for part in rows.partitions():
        yield [one for row in part if (one := _arrived(row)) is not None]


def _arrived(row: Row[Any]) -> Arrived | None:
    body = bytes(row.body)
    try:
        site = parse_body(body).site
        one = read_event(ArrivedMessage(f"gate/v1/{site}/{row.gate}/event/routine", body), site)
    except ContractError:
        return None  # the chain's fault, told there
    if row.time == one.told.time:
        return one
    envelope, record = shifted(one.told, one.record, parse_utc(row.time) - parse_utc(one.told.time))
    return one._replace(told=envelope, record=record)


def _unequal(
    connection: Connection, views: Connection, table: Table, gate: str
) -> Generator[tuple[Key, Kept, Kept], None, None]:
    """Yield key, kept row and due row where they differ; None for what is not there."""
    with (
        closing(_rows(connection, table, gate)) as ours,
        closing(_rows(views, table, gate)) as theirs,
    ):
        mine, due = next(ours, None), next(theirs, None)
        while mine is not None or due is not None:
            if mine is not None and (due is None or mine[0] < due[0]):
                yield mine[0], mine[1], None
                mine = next(ours, None)
            elif due is not None and (mine is None or due[0] < mine[0]):
                yield due[0], None, due[1]
                due = next(theirs, None)
            elif mine is not None and due is not None:
                if not _same(mine[1], due[1]):
                    yield mine[0], mine[1], due[1]
                mine, due = next(ours, None), next(theirs, None)


def _key_of(table: Table) -> list[Column[Any]]:
    key = [column for column in table.primary_key if column.name not in _BY_ARRIVAL]
    return key or [table.c[name] for name in ("gate", "epoch", "sequence")]


def _rows(
    connection: Connection, table: Table, gate: str
) -> Generator[tuple[Key, dict[str, Any]], None, None]:
    key, is_file = _key_of(table), connection.dialect.name == "sqlite"
    order = [
        column.collate("C") if isinstance(column.type, Text) and not is_file else column
        for column in key
    ]
    asked = table.select().where(table.c.gate == gate).order_by(*order)
    with closing(connection.execute(asked.execution_options(yield_per=_BATCH))) as rows:
        for row in rows.mappings():
            yield tuple(row[column.name] for column in key), {str(name): row[name] for name in row}


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in _BY_ARRIVAL}
    if "data" in values:  # written by the version that stored it: later fields have their defaults
        values["data"] = read_json(values["data"])
    return values


def _said(key: Key, kept: Kept, due: Kept) -> str:
    if due is None:
        return f"expected no {key}, got one"
    if kept is None:
        return f"expected {key}, got none"
    return f"expected what its events say of {key}, got another"


def _same(mine: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    try:
        kept, due = _values(mine), _values(other)
    except ContractError:
        return False  # somebody wrote what is no JSON
    if "data" in kept:
        said, owed = kept["data"], due["data"]
        if not isinstance(said, dict) or {name: owed.get(name) for name in said} != said:
            return False
        due = due | {"data": said}
    return kept == due
