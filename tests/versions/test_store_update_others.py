"""A store is brought up beside what others keep there: their views, their roles, their sessions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from disks import fill, private_mounts, tmpfs
from gate_agent.errors import StorageError
from gate_agent.host.files import expect_room
from gate_collector.store import opening
from gate_collector.store.dialect import sqlite_file
from gate_collector.store.migrations import StoreInUse
from gate_collector.store.opening import migrate_store
from gate_collector.store.schema import HEAD
from postgres import Cluster
from versions.old_stores import revision, unpacked
from versions.released import FIRST


def quiet(_said: str) -> None:
    """Hear nothing."""


def test_a_view_and_a_trigger_of_somebody_else_outlive_the_update(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW v_quar AS SELECT count(*) n FROM quarantine")
        connection.exec_driver_sql(
            "CREATE TRIGGER keeps AFTER INSERT ON quarantine BEGIN SELECT 1; END"
        )

    migrate_store(url, quiet)

    assert revision(url) == HEAD
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM v_quar").scalar() is not None
        kept = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        assert kept.scalars().all() == ["keeps"]
    engine.dispose()


def test_a_disk_without_room_for_the_store_once_more_is_told_before_anything_is_done(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    monkeypatch.setattr(opening, "_SPARE_BYTES", 1 << 60)

    with pytest.raises(StorageError, match=r"expected \d+ MB free to update the store, got \d+ MB"):
        migrate_store(url, quiet)

    assert revision(url) is None


_HOLDS = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_who_writes_to_the_file_is_named_with_the_command_that_helps(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    holds = [sys.executable, "-c", _HOLDS, str(sqlite_file(url))]
    with subprocess.Popen(holds, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        with pytest.raises(StoreInUse) as refused:
            migrate_store(url, quiet, config_file=Path("/etc/gate-agent/collector.toml"))
        holder.communicate(b"")

    assert f"(process {holder.pid}) writes to " in str(refused.value)
    assert str(refused.value).endswith(
        "stop it, then gate-collector migrate --config /etc/gate-agent/collector.toml"
    )
    assert revision(url) is None


@pytest.mark.parametrize("leave", [0, 60_000])
@private_mounts
def test_a_disk_that_fills_up_in_the_middle_is_told_with_what_to_do(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, leave: int
) -> None:
    disk = tmpfs(tmp_path / "disk", "2m")
    url = unpacked(FIRST, "sqlite", disk, cluster)
    monkeypatch.setattr(opening, "expect_room", lambda *_: None)  # another took it since
    fill(disk, leave=leave)

    with pytest.raises(StorageError, match=r"got: the disk of .+ is full; .+: make room, then "):
        migrate_store(url, quiet)

    (disk / "ballast").unlink()
    assert revision(url) is None


def test_what_is_needed_and_what_is_there_never_read_the_same(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize

    with pytest.raises(StorageError) as refused:
        expect_room(tmp_path, free + (1 << 30), "go on", "make room")
    needed, there = map(int, re.findall(r"(\d+) MB", str(refused.value)))
    assert needed > there
    with pytest.raises(StorageError) as refused:
        expect_room(tmp_path, free + 4096 * 4096, "go on", "make room")
    needed, there = map(int, re.findall(r"(\d+) MB", str(refused.value)))
    assert needed > there


def test_who_does_not_own_the_tables_changes_none_and_who_writes_them_is_named(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "postgresql", tmp_path, cluster)
    owner = create_engine(url)
    with owner.begin() as connection:
        name = connection.execute(text("SELECT current_user")).scalar()
        connection.execute(text("CREATE ROLE hall LOGIN"))
        connection.execute(text("CREATE ROLE looks LOGIN"))
        connection.execute(text("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO hall"))
    owner.dispose()
    theirs = {role: create_engine(make_url(url).set(username=role)) for role in ("hall", "looks")}
    try:
        with pytest.raises(StorageError, match=f"the role that owns the tables, {name}, got hall"):
            migrate_store(theirs["hall"].url.render_as_string(hide_password=False), quiet)
        with theirs["hall"].connect() as worker:
            pid = worker.execute(text("SELECT pg_backend_pid()")).scalar()
            with pytest.raises(StoreInUse, match=rf"\(process {pid}\)"):
                migrate_store(url, quiet)
        assert revision(url) is None
        theirs["hall"].dispose()
        with theirs["looks"].connect():  # a monitor that may write nothing is in nobody's way
            migrate_store(url, quiet)
        assert revision(url) == HEAD
    finally:
        for engine in theirs.values():
            engine.dispose()
        with owner.begin() as connection:
            connection.execute(text("DROP OWNED BY hall, looks"))
            connection.execute(text("DROP ROLE hall, looks"))
        owner.dispose()
        cluster.drop(url)
