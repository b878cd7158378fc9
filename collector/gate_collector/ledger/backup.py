"""Backup and restore (备份与恢复) of the whole store, the same for SQLite and PostgreSQL.

One gzip file of JSON lines: a head, every row of every table, and an end that counts them; so a
backup of a desk's SQLite may be restored into a hall's PostgreSQL, and a cut file is refused. An
earlier version's goes into the tables of its time, which are then brought up.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    select,
    text,
)

from gate_agent import __version__
from gate_agent.contract.json_text import read_json
from gate_agent.errors import StorageError
from gate_collector.store import months, schema_office
from gate_collector.store.dialect import begin_writing, snapshot
from gate_collector.store.migrations import forget_views, upgrade
from gate_collector.store.schema import ABOUT, EVENT, HEAD, METADATA, REVISIONS

FORMAT = "gate-collector-backup/1"
_BATCH = 500
_LEFT_OUT = {schema_office.SESSION.name}  # nobody stays signed on over a restore


def backup(engine: Engine, out: Path) -> int:
    """Write every row, as of one moment, to a new file of mode 0600; return how many.

    The collector may run meanwhile. Raises StorageError.
    """
    draft = out.with_name(f".{out.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8") as lines:
                count = 0
                for line in _lines(engine):
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                    count += "row" in line
                lines.write(json.dumps({"end": count}) + "\n")
            raw.flush()
            os.fsync(raw.fileno())
        os.link(draft, out)  # refuses to replace an older backup
    except OSError as exc:
        raise StorageError(f"expected to write {out}, got: {exc.strerror}") from exc
    finally:
        draft.unlink(missing_ok=True)
    return count


def restore(engine: Engine, file: Path) -> int:
    """Fill an empty store from a backup, all of it or nothing; return how many rows.

    Raises StorageError: no backup, a cut one, a later version's, or a store that is not empty.
    """
    count, ended = 0, False
    try:
        with engine.begin() as connection, gzip.open(file, "rt", encoding="utf-8") as lines:
            begin_writing(connection)
            _refuse_unless_empty(connection)
            revision = _revision(read_json(next(lines, "{}")))
            tables = METADATA if revision == HEAD else _tables_of(connection, revision)
            waiting: list[dict[str, Any]] = []
            counted = ""
            for line in map(read_json, lines):
                if "end" in line:
                    ended = line["end"] == count
                    break
                if line["table"] != counted or len(waiting) == _BATCH:
                    _write(connection, tables, counted, waiting)
                    waiting, counted = [], line["table"]
                waiting.append(line["row"])
                count += 1
            _write(connection, tables, counted, waiting)
            if not ended:
                raise StorageError(f"expected a whole backup, got one cut after {count} rows")
            if revision != HEAD:
                upgrade(connection, HEAD)
            forget_views(connection)  # of whatever version made the backup
            _go_on_counting(connection)
    except (OSError, EOFError, zlib.error, ValueError) as exc:
        why = f"{type(exc).__name__} after {count} rows"
        raise StorageError(f"expected a whole backup in {file}, got: {why}") from exc
    return count


def _lines(engine: Engine) -> Iterator[dict[str, Any]]:
    with snapshot(engine) as connection:
        made = {"store": engine.dialect.name, "revision": HEAD, "program": __version__}
        yield {"format": FORMAT, **made}
        for table in METADATA.sorted_tables:
            if table.name not in _LEFT_OUT:
                for row in connection.execute(select(table)).mappings().yield_per(_BATCH):
                    yield {"table": table.name, "row": _plain(table, dict(row))}


def _plain(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    for column in table.columns:
        if isinstance(column.type, LargeBinary) and row[column.name] is not None:
            row[column.name] = base64.b64encode(bytes(row[column.name])).decode("ascii")
    return row


def _revision(head: dict[str, Any]) -> str:
    """Return the revision of the tables in a backup; StorageError for what is none of ours."""
    if head.get("format") != FORMAT:
        raise StorageError(f"expected a backup of {FORMAT}, got {head.get('format')}")
    revision = str(head.get("revision", REVISIONS[0]))
    if revision not in REVISIONS:
        made = f"gate-collector {head.get('program')} made it; install that version or a newer one"
        raise StorageError(
            f"expected a backup of revision {HEAD} or before, got {revision}: {made}"
        )
    return revision


def _tables_of(connection: Connection, revision: str) -> MetaData:
    """Put the tables of an earlier revision in the place of the empty ones; return them."""
    for tables in (METADATA, ABOUT):
        tables.drop_all(connection)
    upgrade(connection, revision)
    store_tables = MetaData()
    store_tables.reflect(connection)
    return store_tables


def _write(connection: Connection, tables: MetaData, name: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = tables.tables.get(name)
    if table is None:
        raise StorageError(f"expected a table of this version, got {name!r}")
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            for row in rows:
                if row[column.name] is not None:
                    row[column.name] = base64.b64decode(row[column.name])
    if name == EVENT.name and connection.dialect.name == "postgresql":
        months.make(connection, *sorted({row["stored"][:7] for row in rows}))
    connection.execute(table.insert(), rows)


def _refuse_unless_empty(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise StorageError(f"expected an empty store, got rows in {table.name}")


def _go_on_counting(connection: Connection) -> None:
    """Let PostgreSQL's counters go on behind the numbers that were restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        counted = table.autoincrement_column
        if counted is not None and isinstance(counted.type, Integer):
            highest = connection.execute(select(func.max(counted))).scalar()
            if highest is not None:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)"),
                    {"t": table.name, "c": counted.name, "n": highest},
                )
