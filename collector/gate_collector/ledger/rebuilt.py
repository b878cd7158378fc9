"""The views of one gate made anew from its events, beside those that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Table, create_engine, select

from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import parse_utc
from gate_agent.errors import ContractError
from gate_collector.ingest.arrival import Arrived, ArrivedMessage, read_event
from gate_collector.ingest.corrected_times import shifted
from gate_collector.ingest.views import apply
from gate_collector.store.schema import EVENT, HOLD, METADATA, NOTABLE, PASSAGE, REPORT

_BATCH = 500
_VIEWS = (PASSAGE, HOLD, REPORT, NOTABLE)
_BY_ARRIVAL = ("id",)  # given as they come: of no meaning
_MOST_TOLD = 20  # of one view
_COMPILED: dict[Any, Any] = {}  # statements, for every replay of this process
Key = tuple[Any, ...]


def differences(connection: Connection, gate: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield which rows of a gate's views are missing, too many or other than a replay's."""
    replay = create_engine("sqlite://")
    try:
        with replay.begin() as views:
            views.execution_options(compiled_cache=_COMPILED)
            METADATA.create_all(views, tables=[*_VIEWS], checkfirst=False)
            for arrived in _events(connection, gate):
                apply(views, arrived, zone)
            for table in _VIEWS:
                yield from _compared(
                    table, _rows(connection, table, gate), _rows(views, table, gate)
                )
    finally:
        replay.dispose()


def _events(connection: Connection, gate: str) -> Iterator[list[Arrived]]:
    """Yield the events as they came, with the times that count now."""
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(EVENT)
        .where(EVENT.c.gate == gate, EVENT.c.body.is_not(None))
        .order_by(EVENT.c.stored, EVENT.c.epoch, EVENT.c.sequence)
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


def _rows(connection: Connection, table: Table, gate: str) -> dict[Key, dict[str, Any]]:
    key = [column.name for column in table.primary_key if column.name not in _BY_ARRIVAL]
    key = key or ["gate", "epoch", "sequence"]
    kept_rows = connection.execute(table.select().where(table.c.gate == gate)).mappings()
    return {tuple(row[name] for name in key): _values(row) for row in kept_rows}


def _values(row: Mapping[Any, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in _BY_ARRIVAL}
    if "data" in values:  # written by the version that stored it: later fields have their defaults
        values["data"] = read_json(values["data"])
    return values


def _compared(table: Table, kept: dict[Key, Any], due: dict[Key, Any]) -> Iterator[str]:
    wrong = [
        *(f"expected no {key}, got one" for key in kept.keys() - due.keys()),
        *(f"expected {key}, got none" for key in due.keys() - kept.keys()),
        *(
            f"expected what its events say of {key}, got another"
            for key in kept.keys() & due.keys()
            if not _same(kept[key], due[key])
        ),
    ]
    yield from (f"view {table.name}: {one}" for one in sorted(wrong)[:_MOST_TOLD])


def _same(kept: dict[str, Any], due: dict[str, Any]) -> bool:
    if "data" in kept:
        said, owed = kept["data"], due["data"]
        if not isinstance(said, dict) or {name: owed.get(name) for name in said} != said:
            return False
        due = due | {"data": said}
    return kept == due
