"""The journal as it was before an update (升级前副本): the way back, kept until it is not needed.

It goes when a run of the new version has ended well, when anything personal is removed (a copy
would keep it), and when the disk is full.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from gate_agent.errors import StorageError
from gate_agent.host.files import expect_room, sync_folder

_SPARE_BYTES = 4 * 1024 * 1024  # for the write-ahead file's own frame, the mark, a log line
_PAGES_AT_ONCE = 1024
_NAME = ".schema-"

Progress = Callable[[int, int], None]


def file_of(connection: sqlite3.Connection) -> Path:
    """Return the file that a connection has open."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def copy_of(path: Path, version: int) -> Path:
    """Return where the journal at `path` is kept as it was in schema `version`."""
    return path.with_name(f"{path.name}{_NAME}{version}")


def keep_copy(connection: sqlite3.Connection, path: Path, version: int, progress: Progress) -> None:
    """Copy the journal, whole, write-ahead file included; durable on return.

    Raises StorageError, with nothing written, unless the disk has room for the copy and for as much
    again, which is what the update itself writes at the most.
    """
    discard_copies(path)  # of an update that did not come to its end
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    size: int = pages * connection.execute("PRAGMA page_size").fetchone()[0]
    otherwise = "make room, or install the version before this one"
    expect_room(path, 2 * size + _SPARE_BYTES, "update the journal", otherwise)
    copy = copy_of(path, version)
    draft = copy.with_name(f"{copy.name}.new")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode=OFF")  # a draft that is torn is made anew
            target.execute("PRAGMA synchronous=OFF")
            connection.backup(
                target,
                pages=_PAGES_AT_ONCE,
                progress=lambda _status, left, total: progress(total - left, total),
            )
        _sync(draft)
        draft.replace(copy)
        sync_folder(path.parent)
    except OSError as exc:
        discard_copies(path)
        raise StorageError(f"{copy}: expected to write it, got: {exc.strerror}") from exc
    except BaseException:
        discard_copies(path)
        raise


def discard_copies(path: Path) -> bool:
    """Remove what is kept of the journal at `path`; tell whether there was anything."""
    copies = [one for one in _beside(path) if one.name.startswith(path.name + _NAME)]
    for one in copies:
        with suppress(OSError):
            one.unlink()
    return bool(copies)


def _beside(path: Path) -> list[Path]:
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
