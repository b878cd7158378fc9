"""The way back of a journal: put what a newer release made of it aside, and bring its copy back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from gate_agent.release.errors import ReleaseRefused
from gate_agent.store.kept_copy import copy_of

_ASK = "from gate_agent.store.schema import VERSION; print(VERSION)"


def schema_of_release(place: Path) -> int:
    """Return which journals a release reads: of this schema, and every older one."""
    said = subprocess.run(
        [place / "bin/python", "-c", _ASK], capture_output=True, text=True, check=False
    )
    if said.returncode or not said.stdout.strip().isdigit():
        raise ReleaseRefused(f"{place}: expected a release that runs, got: {_last(said.stderr)}")
    return int(said.stdout)


def schema_of_journal(path: Path) -> int:
    """Return a journal's schema, 0 while there is none; its daemon may run."""
    if not path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as exc:
        raise ReleaseRefused(f"{path}: expected a journal, got: {exc}") from exc


def way_back(path: Path, schema: int) -> Path | None:
    """Return the copy that a release of `schema` reads; None where the journal itself will do.

    Raises ReleaseRefused where neither can be read.
    """
    newer = schema_of_journal(path)
    copies = (copy_of(path, version) for version in range(schema, 0, -1))
    copy = next((one for one in copies if one.is_file()), None)
    if 0 < newer <= schema or (newer == 0 and copy is None):
        return None
    if copy is None:
        raise ReleaseRefused(
            f"{path}: expected a journal of schema {schema} or older, got {newer}, and no copy of "
            "before the update is left: go on with the newer release"
        )
    return copy  # also where there is no journal: killed while it was brought back


def bring_back(path: Path, copy: Path) -> Path:
    """Put the journal aside, whole, and its copy in its place; nobody has it open.

    Killed in between, the next call goes on: what is aside stays there.
    """
    aside = _aside(path)
    aside.mkdir(mode=0o700, exist_ok=True)
    owner = copy.stat()
    os.chown(aside, owner.st_uid, owner.st_gid)
    for suffix in ("", "-wal", "-shm"):  # never a write-ahead file beside another journal
        part = path.with_name(f"{path.name}{suffix}")
        if part.exists():
            part.rename(aside / part.name)
    copy.rename(path)
    return aside


def _aside(path: Path) -> Path:
    """Return a folder that is not there yet; the newest where the journal lies in it already."""
    number = 1
    while _numbered(path, number).exists():
        number += 1
    return _numbered(path, number if path.exists() else max(number - 1, 1))


def _numbered(path: Path, number: int) -> Path:
    return path.parent / (f"newer-{number}" if number > 1 else "newer")


def _last(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "nothing"
