"""Whatever is wrong with the file, it is a clear error of its own kind, and nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from disks import private_mounts, run, tmpfs
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import StoreChanged, StoreState
from gate_agent.errors import StorageError
from gate_agent.store.errors import (
    JournalForeign,
    JournalInUse,
    JournalLocked,
    NotAJournal,
    OtherSchema,
)
from gate_agent.store.reader import JournalReader
from gate_agent.store.schema import VERSION
from store.shelf import Waiter, drafts, open_journal, passage, proven, raw, write
from store.writers import writing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of the west door with two events."""
    path = tmp_path / "gate.db"
    with open_journal(path) as journal:
        write(journal, passage(1), passage(2))
    return path


def test_a_second_process_is_told_who_holds_the_journal(path: Path) -> None:
    with (
        writing(path) as child,
        pytest.raises(JournalInUse, match=f"held by process {child.pid}"),
    ):
        open_journal(path)


def test_a_killed_holder_leaves_no_lock_behind(path: Path) -> None:
    with writing(path):
        pass

    with open_journal(path) as journal:
        write(journal, passage(3))

    assert len(proven(path)) > 3


def test_the_same_process_cannot_open_it_twice_either(path: Path) -> None:
    with open_journal(path), pytest.raises(JournalInUse):
        open_journal(path)


def test_a_reader_reads_beside_a_writer_and_cannot_write(path: Path) -> None:
    with open_journal(path) as journal, JournalReader(path) as reader:
        write(journal, passage(3))

        assert [event.sequence for event in reader.after(0, 10)] == [1, 2, 3]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection.execute("DELETE FROM event")


def test_another_program_that_opens_and_closes_the_file_takes_nothing_away(path: Path) -> None:
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM event')"
    with open_journal(path) as journal, JournalReader(path):
        write(journal, passage(3))

        subprocess.run([sys.executable, "-c", look, str(path)], check=True)

        assert path.with_name("gate.db-wal").exists(), "the lock that protects it was given up"
        write(journal, passage(4))
        assert len(proven(path)) == 4


def test_another_programs_lock_is_waited_for_and_then_named(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(JournalLocked, match="locked by another program"):
            open_journal(path, busy_wait_s=0.2)

    assert len(proven(path)) == 2


def test_another_programs_lock_while_running_delays_the_event_and_loses_nothing(
    path: Path,
) -> None:
    health: list[tuple[bool, str]] = []
    told = Waiter()

    def hear(healthy: bool, cause: str) -> None:  # noqa: FBT001 the journal's own signature
        health.append((healthy, cause))
        told(())

    with open_journal(path) as journal:
        journal.on_health(hear)
        done = Waiter()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            journal.append(drafts([passage(3)]), done)
            told.wait()
            assert not journal.healthy
            assert not done.came
        done.wait()
        assert journal.healthy

    assert [state for state, _ in health] == [False, True]
    assert "SQLITE_BUSY" in health[0][1]
    again = parse_body(proven(path)[3][1] or b"").record()
    assert isinstance(again, StoreChanged)
    assert again.state is StoreState.OK
    assert "SQLITE_BUSY" in again.cause
    assert again.since is not None


def test_the_journal_of_another_gate_is_refused_and_left_as_it_was(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(JournalForeign, match="journal of hall-01/central-2f, got hall-01/west-1f"):
        open_journal(path, gate="central-2f")

    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, VERSION + 1, 99])
def test_another_schema_is_refused_by_writer_and_reader(path: Path, version: int) -> None:
    raw(path, f"PRAGMA user_version={version}")

    with pytest.raises(OtherSchema, match=f"version {VERSION}, got {version}"):
        open_journal(path)
    with pytest.raises(OtherSchema):
        JournalReader(path)

    assert len(proven(path)) == 2


def test_another_programs_database_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "contacts.db"
    raw(path, "CREATE TABLE contacts (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(NotAJournal, match="expected application id 0x47415445, got 0x0"):
        open_journal(path)
    with pytest.raises(NotAJournal):
        JournalReader(path)

    assert path.read_bytes() == before


def test_a_text_file_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("milk, bread", encoding="utf-8")

    with pytest.raises(NotAJournal, match="expected a SQLite file, got another kind"):
        open_journal(path)

    assert path.read_text(encoding="utf-8") == "milk, bread"


def test_a_journal_without_its_epoch_is_refused(path: Path) -> None:
    raw(path, "DELETE FROM meta WHERE key = 'epoch'")

    with pytest.raises(NotAJournal, match="expected its epoch in meta, got none"):
        open_journal(path)


def test_a_missing_file_is_an_error_for_a_reader_and_a_new_journal_for_a_writer(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotAJournal, match="no such file"):
        JournalReader(tmp_path / "gate.db")
    with open_journal(tmp_path / "a" / "b" / "gate.db") as journal:
        assert journal.head.sequence == 0


def test_a_folder_in_the_journals_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "gate.db").mkdir()

    with pytest.raises(StorageError, match="Is a directory"):
        open_journal(tmp_path / "gate.db")


@private_mounts
def test_a_read_only_disk_is_refused_at_the_start_and_left_as_it_was(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "32m")
    path = disk / "gate.db"
    with open_journal(path) as journal:
        write(journal, passage(1))
    run("mount", "-o", "remount,ro", str(disk))

    with pytest.raises(StorageError, match="Read-only file system"):
        open_journal(path)

    run("mount", "-o", "remount,rw", str(disk))
    assert len(proven(path)) == 1


@private_mounts
def test_a_full_disk_at_the_first_start_is_named(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "8k")

    with pytest.raises(StorageError, match="full"):
        open_journal(disk / "gate.db")
