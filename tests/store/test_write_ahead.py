"""The -wal file is long before it is needed: a commit overwrites, and makes no file longer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_agent.store.opening import open_for_reading
from gate_agent.store.verify import verify
from gate_agent.store.wal import ROOM_BYTES, make_room
from store.shelf import open_journal, passage, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.db"


def _wal_bytes(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


def test_commits_overwrite_and_the_journal_holds_nothing_else(path: Path) -> None:
    with open_journal(path) as journal:
        long, small = _wal_bytes(path), path.stat().st_size
        for number in range(200):
            write(journal, passage(number))

        assert long >= ROOM_BYTES
        assert _wal_bytes(path) == long, "moved into the database before it was full"
        reader, _ = open_for_reading(path)
        with closing(reader):
            names = [row[0] for row in reader.execute("SELECT name FROM sqlite_schema")]
    assert "room" not in names
    assert small < ROOM_BYTES, "the room is not in the database"
    assert verify(path, lambda _done, _total: None).sequence == 200


def test_what_was_durable_is_there_after_a_kill(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with open_journal(path) as journal:
        for number in range(3):
            write(journal, passage(number))
        for part in ("", "-wal"):  # as a power cut leaves the files
            Path(f"{copy}{part}").write_bytes(Path(f"{path}{part}").read_bytes())

    with open_journal(copy) as journal:
        write(journal, passage(4))
    assert verify(copy, lambda _done, _total: None).sequence == 4


def test_a_file_that_cannot_grow_is_no_hindrance(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count=2")  # as a full disk: SQLITE_FULL

        make_room(connection)
        connection.execute("INSERT INTO t VALUES (1)")

        assert connection.execute("SELECT x FROM t").fetchall() == [(1,)]
        assert connection.execute("PRAGMA cache_size").fetchone()[0] != 8
    assert "could not be made longer" in caplog.text
