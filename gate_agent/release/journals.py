"""The way back of a journal: put what a newer release made of it aside, and bring its copy back."""

from __future__ import annotations

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
    if newer <= schema:
        return None
    for version in range(schema, 0, -1):
        if (copy := copy_of(path, version)).is_file():
            return copy
    raise ReleaseRefused(
        f"{path}: expected a journal of schema {schema} or older, got {newer}, and no copy of "
        "before the update is left: go on with the newer release"
    )


def bring_back(path: Path, copy: Path) -> Path:
    """Put the journal aside, whole, and its copy in its place; nobody has it open.

    Killed in between, the next call goes on: what is aside stays there.
    """
    aside = path.parent / "newer"
    number = 1
    while aside.exists() and path.exists():
        number += 1
        aside = path.parent / f"newer-{number}"
    aside.mkdir(mode=0o700, exist_ok=True)
    owner = copy.stat()
    _own(aside, owner.st_uid, owner.st_gid)
    for suffix in ("-wal", "-shm", ""):  # the journal last: with it the newer one is gone
        part = path.with_name(f"{path.name}{suffix}")
        if part.exists():
            part.rename(aside / part.name)
    copy.rename(path)
    return aside


def _own(path: Path, user: int, group: int) -> None:
    import os  # noqa: PLC0415 this one call

    os.chown(path, user, group)


def _last(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "nothing"
