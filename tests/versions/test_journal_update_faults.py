"""Killed or without disk at any moment of an update, a journal is the old one whole or the new."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from disks import fill, private_mounts, tmpfs
from gate_agent.errors import StorageError
from gate_agent.store.migrations import STEPS, MigrationStep
from gate_agent.store.schema import VERSION
from store.writers import needs_strace
from versions.faults import WRITES, Point, Strace, points
from versions.old_journals import (
    Rows,
    bring_up,
    configured,
    others,
    proven,
    rows,
    schema,
    unpacked,
    version,
)
from versions.released import FIRST

MB = 1024 * 1024
pytestmark = pytest.mark.timeout(1200)


def updating(path: Path) -> Strace:
    return Strace(path.parent, "gate-agent", "journal", "migrate", "--config", configured(path))


def whole(path: Path, before: Rows, was: int) -> int:
    """Check that it is whole, and return its schema."""
    found = version(path)
    assert found in (was, VERSION)
    now = rows(path)
    assert {name: now[name] for name in now if name != "meta"} == {
        name: before[name] for name in before if name != "meta"
    }
    assert dict(before["meta"]).items() <= dict(now["meta"]).items()
    return found


@needs_strace
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    before, was, old = rows(path), version(path), schema(path)
    calls = updating(path).calls()
    assert version(path) == VERSION
    found = set()

    for point in [*points(calls), Point("rename", 1), Point("unlink", calls["unlink"])]:
        path = unpacked(FIRST, tmp_path / f"{point}")
        updating(path).killed_at(point)
        found.add(whole(path, before, was))
        assert (schema(path) == old) is (version(path) == was), "half of each"
        bring_up(path)
        assert whole(path, before, was) == VERSION
        assert not [left for left in others(path) if "new" in left]
        assert proven(path) == len(before["event"])

    assert found == {was, VERSION}


@needs_strace
def test_a_disk_that_is_full_from_any_write_on_leaves_the_old_file(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    before, was = rows(path), version(path)
    calls = updating(path).calls()
    ends = set()

    for point in points(calls, WRITES):
        path = unpacked(FIRST, tmp_path / f"{point}")
        code, said = updating(path).full_from(point)
        ends.add(code)
        assert "Traceback" not in said
        assert (code == 0) is (whole(path, before, was) == VERSION), said
        if code:
            assert "full" in said or "No space left on device" in said
            assert others(path) == [], "the copy would fill the disk for good"
        bring_up(path)
        assert proven(path) == len(before["event"])

    assert 1 in ends


@private_mounts
def test_a_real_disk_that_fills_up_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "24m")
    path = unpacked(FIRST, disk)
    before, was = rows(path), version(path)

    def too_much(connection: sqlite3.Connection) -> None:
        STEPS[0].change(connection)
        fill(disk, leave=MB)
        connection.execute("CREATE TABLE more (filling BLOB)")
        connection.execute("PRAGMA cache_size=8")  # it goes to the disk before the commit
        connection.execute("INSERT INTO more VALUES (zeroblob(?))", (4 * MB,))

    with pytest.raises(StorageError, match="full"):
        bring_up(path, MigrationStep(to=VERSION, what="too much", change=too_much))

    assert whole(path, before, was) == was
    assert others(path) == []
    (disk / "ballast").unlink()
    bring_up(path)
    assert whole(path, before, was) == VERSION
    assert proven(path) == len(before["event"])
