"""A disk that fills up is told in time; a full one costs passages, counted, and never a hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from children import wait_until
from disks import ext4_image, fill, private_mounts, run, tmpfs
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import EventsDropped, Record, StoreChanged, StoreState
from gate_agent.errors import StorageError
from gate_agent.store.disk import LOOK_EVERY_S, Gauge, Reserve
from gate_agent.store.verify import verify
from gate_agent.store.writer import MOST_PASSAGES
from gate_agent.testing import FakeClock
from store.shelf import Waiter, draft, drafts, hold, open_journal, passage, proven, write

MB = 1024 * 1024
HOUR_NS = 3600 * NS_PER_S
MANY = 100  # more than are left in the -wal file before it is moved, fewer than fill it


def _records(path: Path) -> list[Record]:
    found = [parse_body(body or b"").record() for _, body in proven(path)]
    return [record for record in found if record is not None]


def _told(path: Path) -> list[StoreState]:
    return [record.state for record in _records(path) if isinstance(record, StoreChanged)]


@private_mounts
def test_a_full_disk_keeps_every_hold_and_counts_the_passages_it_dropped(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "24m")
    path = disk / "gate.db"
    never, after = Waiter(), Waiter()
    with open_journal(path, reserve_bytes=4 * MB) as journal:
        write(journal, passage(0))
        assert (disk / "gate.db.reserve").stat().st_size == 4 * MB
        ballast = fill(disk)
        for number in range(1, MANY):  # the -wal file has room for them
            write(journal, hold(number))
        wait_until(lambda: journal.full, "a full disk")
        assert not journal.healthy
        assert "full" in journal.cause
        assert not (disk / "gate.db.reserve").exists()

        for number in range(1000, 1010):
            journal.append(drafts([passage(number)]), never)
        write(journal, hold(MANY))
        assert not never.came
        assert journal.dropped == 10

        ballast.unlink()
        wait_until(lambda: journal.healthy, "room again")
        journal.append(drafts([passage(2000)]), after)
        after.wait()
        assert (disk / "gate.db.reserve").stat().st_size == 4 * MB

    verify(path, lambda _done, _total: None)
    records = _records(path)
    holds = [record.subject for record in records if record.TYPE == "gate.hold.opened.v1"]
    assert holds == [f"h-{number}" for number in range(1, MANY + 1)]
    assert _told(path) == [StoreState.FULL, StoreState.OK]
    dropped = [record for record in records if isinstance(record, EventsDropped)]
    assert sum(record.count for record in dropped) == 10
    assert dropped[0].types == {"gate.passage.decided.v1": dropped[0].count}
    assert "full" in dropped[0].cause


@private_mounts
def test_a_start_without_room_for_the_reserve_writes_holds_alone(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "6m")
    with open_journal(disk / "gate.db", reserve_bytes=4 * MB) as journal:
        write(journal, hold(1))
        wait_until(lambda: journal.full, "a full disk")
        journal.append(drafts([passage(2)]))
        assert journal.dropped == 1

    assert StoreState.FULL in _told(disk / "gate.db")
    assert sum(r.count for r in _records(disk / "gate.db") if isinstance(r, EventsDropped)) == 1


def test_too_many_waiting_passages_are_dropped_and_a_hold_still_finds_its_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gate.db"
    last = Waiter()
    with open_journal(path) as journal:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            many = [draft(passage(number)) for number in range(MOST_PASSAGES)]
            journal.append(many)
            journal.append(drafts([passage(9_001)]))
            journal.append(drafts([passage(9_002, hold_id="h-9002"), hold(9_002)]), last)
            assert journal.dropped == 1
        last.wait()

    records = _records(path)
    assert [r.count for r in records if isinstance(r, EventsDropped)] == [1]
    subjects = {record.subject for record in records}
    assert {"p-9002", "h-9002"} <= subjects
    assert "p-9001" not in subjects


def test_a_commit_that_hangs_is_trouble_after_two_seconds(tmp_path: Path) -> None:
    clock, done = FakeClock(), Waiter()
    path = tmp_path / "gate.db"
    with open_journal(path, clock=clock) as journal:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            journal.append(drafts([passage(1)]), done)
            wait_until(lambda: journal._writer._began_ns is not None, "a commit under way")
            clock.advance(3)
            wait_until(lambda: not journal.healthy, "trouble")
        done.wait()
        assert journal.healthy


def test_a_disk_that_fills_is_warned_of_with_its_hours(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "gate.db"
    with open_journal(path, clock=clock) as journal:
        write(journal, passage(0))
        gauge = journal._writer.room._gauge
        free = journal.free_bytes
        gauge.forget()
        gauge.look(clock.now().boot_ns - HOUR_NS, free + free // 10)  # a tenth an hour
        clock.advance(LOOK_EVERY_S)
        write(journal, passage(1))
        write(journal, passage(2))

    (warned,) = [record for record in _records(path) if isinstance(record, StoreChanged)]
    assert warned.state is StoreState.FILLING
    assert warned.hours_left is not None
    assert 5 < warned.hours_left < 15


def test_the_gauge_knows_a_rate_only_after_ten_minutes_of_decline() -> None:
    gauge = Gauge()

    assert gauge.look(0, 1000) is None
    assert gauge.look(300 * NS_PER_S, 900) is None
    assert gauge.look(HOUR_NS // 2, 500) == 0.5
    assert gauge.look(HOUR_NS, 1200) is None
    assert not gauge.due(HOUR_NS + NS_PER_S)
    assert gauge.due(HOUR_NS + 61 * NS_PER_S)
    assert gauge.look(20 * HOUR_NS, 100) is None  # what is older than six hours is forgotten
    gauge.forget()
    assert gauge.hours_left is None


def test_a_reserve_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "gate.db.reserve").mkdir()

    with pytest.raises(StorageError, match="expected to write it"):
        Reserve(tmp_path / "gate.db", MB).hold()


@private_mounts
def test_a_file_system_that_gives_up_is_told_and_what_was_durable_stays(tmp_path: Path) -> None:
    image, disk = tmp_path / "card.img", tmp_path / "card"
    ext4_image(image, disk, 48)
    path = disk / "gate.db"
    journal = open_journal(path, reserve_bytes=4 * MB)
    write(journal, passage(1), hold(2))
    never = Waiter()

    run("mount", "-o", "remount,abort", str(disk))
    journal.append(drafts([hold(3)]), never)
    wait_until(lambda: not journal.healthy, "trouble")
    with pytest.raises(StorageError, match="1 drafts were not written"):
        journal.close(timeout_s=1)
    assert not never.came
    run("umount", str(disk))

    run("mount", "-o", "loop", str(image), str(disk))
    with open_journal(path, reserve_bytes=4 * MB) as again:
        assert again.head.sequence >= 2
        write(again, hold(4))
    verify(path, lambda _done, _total: None)
    run("umount", str(disk))
