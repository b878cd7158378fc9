"""Many rows at once, by the quickest way each database has: inside SQLAlchemy's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, LargeBinary, Table, Text
from sqlalchemy.exc import DBAPIError, IntegrityError

_FEW = 8  # rows for which a COPY does not pay
_BINARY = {
    Text: "text",
    BigInteger: "int8",
    Integer: "int4",
    Float: "float8",
    Boolean: "bool",
    LargeBinary: "bytea",
}
Row = tuple[Any, ...]
_T = TypeVar("_T")
_AT_ONCE = 500


def in_parts(items: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield `items`, as many at once as one transaction or question takes."""
    listed = list(items)
    yield from (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))


def append(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows, in the order of the table's columns, which nobody else can add meanwhile.

    One that is there stays as it is, if it comes alone; among many it is an IntegrityError.
    """
    if _is_copied(connection, rows):
        _copy(connection, table, rows)
    elif rows:
        connection.exec_driver_sql(f"{_insert(connection, table)} ON CONFLICT DO NOTHING", [*rows])


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows, or put them in the place of those of the same key; no key may come twice."""
    if rows:
        _put(connection, table, rows, _instead(table))


def put_newest(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows, or put them in the place of those of the same key and a lower `sequence`.

    Two journals of one door may count alike: then the epoch's name decides, not who came first.
    """
    if _is_copied(connection, rows):
        with suppress(IntegrityError), connection.begin_nested():
            _copy(connection, table, rows)  # most are new: it costs half as much
            return
    if rows:
        of_both = (f"({name}.sequence, {name}.epoch)" for name in (table.name, "excluded"))
        newest = f"{_instead(table)} WHERE {' < '.join(of_both)}"
        _put(connection, table, rows, newest)


def _is_copied(connection: Connection, rows: Sequence[Row]) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) > _FEW


def _instead(table: Table) -> str:
    key = ", ".join(column.name for column in table.primary_key)
    others = [column.name for column in table.columns if not column.primary_key]
    changed = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"ON CONFLICT ({key}) DO UPDATE SET {changed}"


def _put(connection: Connection, table: Table, rows: Sequence[Row], conflict: str) -> None:
    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(f"{_insert(connection, table)} {conflict}", [*rows])
        return
    names = [column.name for column in table.columns]
    said = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    listed = ", ".join(names)
    # One statement for all takes a third of what as many in a pipeline take.
    insert = (
        f"INSERT INTO {table.name} ({listed}) SELECT {listed} "  # noqa: S608 names of ours
        f"FROM json_populate_recordset(NULL::{table.name}, %s)"
    )
    connection.exec_driver_sql(f"{insert} {conflict}", (said,))


def _insert(connection: Connection, table: Table) -> str:
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    names = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([mark] * len(table.columns))})"  # noqa: S608 names of ours


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    names = ", ".join(column.name for column in table.columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
    from psycopg.types.string import BytesBinaryDumper  # noqa: PLC0415 only this database needs it

    raw: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.dbapi
    try:
        with raw.cursor() as cursor:
            cursor.adapters.register_dumper(bytes, BytesBinaryDumper)  # else one in Python
            with cursor.copy(statement) as taken:
                taken.set_types([_BINARY[type(column.type)] for column in table.columns])
                for row in rows:
                    taken.write_row(row)
    except errors.Error as exc:
        raise DBAPIError.instance(
            statement, None, exc, errors.Error, dialect=connection.dialect
        ) from exc
