"""What somebody planted in a journal is named, and taken out before the door writes (植入的 SQL).

The door works alone: it screens on, and its first event tells. What was taken out is kept beside
the journal, in words, for whoever looks into it.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from gate_agent.host.files import write_whole
from gate_agent.host.planted import SCHEMA, Planted, SchemaRow, planted_in
from gate_agent.store.schema import create_statements

_REMOVED = {"trigger": "TRIGGER", "view": "VIEW", "index": "INDEX"}  # tables lie still
_LOG = logging.getLogger("gate_agent.store.journal")


def planted(connection: sqlite3.Connection) -> list[Planted]:
    """Return what a journal has that this version does not make."""
    return planted_in(_schema(connection), _ours())


def take_out(connection: sqlite3.Connection, path: Path) -> tuple[Planted, ...]:
    """Take out what works by itself, triggers, views, indexes; return all that was planted.

    What cannot be taken out is told all the same: it keeps nobody from being screened.
    """
    there = tuple(planted(connection))
    for one in there:
        _LOG.error("journal: expected this version's schema, got %s", one)
    if not there:
        return ()
    said = "".join(f"-- {one}\n{one.sql};\n" for one in there)
    try:
        write_whole(path.with_name(f"{path.name}.planted"), said.encode(errors="replace"))
    except OSError as exc:
        _LOG.warning("journal: the text of what was planted is not kept: %s", exc.strerror)
    try:
        for one in there:
            if kind := _REMOVED.get(one.kind):
                quoted = one.name.replace('"', '""')
                connection.execute(f'DROP {kind} "{quoted}"')
    except sqlite3.Error as exc:
        _LOG.warning("journal: what was planted stays for now: %s", type(exc).__name__)
    return there


@cache
def _ours() -> dict[str, SchemaRow]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in create_statements():
            fresh.execute(statement)
        return {row.name: row for row in _schema(fresh)}


def _schema(connection: sqlite3.Connection) -> list[SchemaRow]:
    return [SchemaRow(*row) for row in connection.execute(SCHEMA)]
