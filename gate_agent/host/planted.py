"""What somebody planted in a database of ours (植入的 SQL): it may alter or drop rows later. Pure.

SQLite keeps all that a file is made of in `sqlite_schema`: triggers, views, tables, indexes. What a
new file of this version does not have is named. An index counts as well: a unique one more makes
an insertion that knows its repeats leave out what is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
_KEPT_BY_SQLITE = "sqlite_"  # autoindex, sequence, stat
_CHANGES_ROWS = ("CONFLICT", "CHECK", "GENERATED", "AS", "DEFAULT", "COLLATE", "REFERENCES")
_WORD = re.compile(r"\w+|[^\w\s]")
_QUOTES = str.maketrans("", "", '"`[]')
_LONGEST = 60


class SchemaRow(NamedTuple):
    """One row of `sqlite_schema`."""

    kind: str
    name: str
    table: str
    sql: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Something that this version does not have."""

    kind: str
    name: str
    table: str
    sql: str = ""

    def __str__(self) -> str:
        """Say it on one line, whatever signs its names have."""
        where = f" on {_shown(self.table)}" if self.table not in ("", self.name) else ""
        return f"{self.kind} {_shown(self.name)}{where}"


def planted_in(kept: Iterable[SchemaRow], ours: Mapping[str, SchemaRow]) -> list[Planted]:
    """Return what a database has that `ours`, a new one of this version, has not."""
    return [
        Planted(kind=kind, name=row.name, table=row.table, sql=row.sql or "")
        for row in kept
        if not row.name.startswith(_KEPT_BY_SQLITE) and (kind := _fault(row, ours.get(row.name)))
    ]


def _fault(row: SchemaRow, own: SchemaRow | None) -> str:
    if own is None or own.kind != row.kind:
        return row.kind
    said, due = _words(row.sql), _words(own.sql)
    if row.kind == "index":
        return "" if (row.table, said) == (own.table, due) else "another index"
    more = [word for word in _CHANGES_ROWS if said.count(word) > due.count(word)]
    return f"{more[0]} in table" if more else ""


def _words(sql: str | None) -> list[str]:
    return _WORD.findall((sql or "").translate(_QUOTES).upper())


def _shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= _LONGEST else ascii(name[:_LONGEST])
