"""The write-ahead file (预写文件), made long before it is needed.

A commit that overwrites costs the disk its data alone; one that makes the file longer costs its
file system's journal besides: a third of a sync on the bench's disk, and worn flash on a card.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from pathlib import Path

from gate_agent.store.kept_copy import file_of

_LOG = logging.getLogger("gate_agent.store.journal")
ROOM_BYTES = 2 * 1024 * 1024  # some 70 passages, each with its views
_SPILL_PAGES = 8  # SQLite writes what it cannot hold in memory into the -wal file


def make_room(connection: sqlite3.Connection) -> None:
    """Make the write-ahead file at least ROOM_BYTES long; a disk that is full makes it no longer.

    What is written for it is rolled back: it never becomes part of the database, and is overwritten
    by the next commits, whose chain of checksums it does not continue (sqlite.org/walformat.html).
    """
    path = file_of(connection)
    with suppress(OSError):
        if Path(f"{path}-wal").stat().st_size >= ROOM_BYTES:
            return
    connection.execute("BEGIN IMMEDIATE")
    held = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute(f"PRAGMA cache_size={_SPILL_PAGES}")
    try:
        connection.execute("CREATE TABLE room (filling BLOB)")
        connection.execute("INSERT INTO room VALUES (zeroblob(?))", (ROOM_BYTES,))
    except sqlite3.OperationalError as exc:
        _LOG.warning("journal: its -wal file could not be made longer beforehand: %s", exc)
    finally:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        connection.execute(f"PRAGMA cache_size={held}")
