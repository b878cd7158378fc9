"""Journals that earlier versions left, unpacked beside a configuration, and what is in them."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from doorfiles import write_door
from gate_agent.store.migrations import STEPS, MigrationStep
from gate_agent.store.opening import open_for_writing
from gate_agent.store.verify import rebuild, verify
from versions.released import FIRST

_FILES = Path(__file__).parent / "stores"
STORE_KEY = b"t" * 32  # what they were recorded with
SITE, GATE, ZONE = "hall-01", "west-1f", "Asia/Shanghai"
Rows = dict[str, list[tuple[Any, ...]]]


def unpacked(name: str, folder: Path) -> Path:
    """Put the journal of version `name`, its mark and its key into `folder`; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "journal.sqlite"
    for end, file in (("sqlite", path), ("head", path.with_name(f"{path.name}.head"))):
        file.write_bytes(gzip.decompress((_FILES / f"journal-{name}.{end}.gz").read_bytes()))
        file.chmod(0o600)
    (folder / "store.key").write_text(STORE_KEY.hex(), encoding="ascii")
    (folder / "store.key").chmod(0o600)
    return path


def configured(path: Path) -> Path:
    """Return the configuration of the door whose journal lies at `path`."""
    return write_door(path.parent, {"journal": {"path": path}})


@cache
def columns_of(name: str) -> dict[str, str]:
    """Return the tables that version `name` made, and of each its columns, as SQL."""
    columns: dict[str, str] = {}
    with (
        TemporaryDirectory() as folder,
        closing(sqlite3.connect(unpacked(name, Path(folder)))) as connection,
    ):
        made = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
        for table, column in connection.execute(f"{made} WHERE t.type = 'table' ORDER BY 1, c.cid"):
            columns[table] = f'{columns[table]}, "{column}"' if table in columns else f'"{column}"'
    return columns


def rows(path: Path, name: str = FIRST) -> Rows:
    """Return every row of every table that version `name` made, in the columns it had.

    It is read without our code.
    """
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(
                f"SELECT {columns} FROM {table} ORDER BY {columns}"  # noqa: S608
            ).fetchall()
            for table, columns in columns_of(name).items()
        }


def version(path: Path) -> int:
    """Return the schema that the file says it has."""
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return found


def schema(path: Path) -> dict[str, str]:
    """Return how each table and index is made, blanks evened out."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in made}


def others(path: Path) -> list[str]:
    """Return what lies beside a journal and is neither it nor always there."""
    known = ("", "-wal", "-shm", ".head", ".lock", ".reserve", ".days")
    usual = {f"{path.name}{end}" for end in known}
    return sorted(one.name for one in path.parent.glob(f"{path.name}*") if one.name not in usual)


def bring_up(path: Path, *steps: MigrationStep, zone: str = ZONE) -> None:
    """Open it for writing once, as the daemon does; `steps` in the place of ours."""
    connection, _ = open_for_writing(
        path,
        site=SITE,
        gate=GATE,
        zone=zone,
        busy_wait_s=1,
        progress=lambda _what, _done, _total: None,
        steps=steps or STEPS,
    )
    connection.close()


def proven(path: Path) -> int:
    """Return how many events there are, once chain and views are proven."""
    told = rebuild(path, STORE_KEY, lambda _done, _total: None)
    assert told.differences == ()
    return verify(path, lambda _done, _total: None).sequence
