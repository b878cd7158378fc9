"""Killed, without disk or without server in the middle of an update: the old store or the new."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from children import wait_until
from disks import private_mounts, run, tmpfs
from gate_collector.store.dialect import begin_writing
from gate_collector.store.migrations import FOLDER, upgrade
from gate_collector.store.opening import migrate_store, open_store
from gate_collector.store.schema import HEAD
from postgres import Cluster
from store.writers import needs_strace
from versions.faults import CALLS, WRITES, Point, Strace, points
from versions.old_stores import Rows, configured, proven, revision, rows, schema, unpacked
from versions.released import FIRST

SENT = ("sendto", "write", "close")  # what a client does, as PostgreSQL sees it
TROUBLE = """
revision, down_revision = "trouble", "{head}"
branch_labels = depends_on = None

from pathlib import Path
from alembic import op

def upgrade():
    op.execute("CREATE TABLE half (x int)")
    {trouble}
    op.create_index("event_more", "event", ["type", "time", "stored"])
"""
pytestmark = pytest.mark.timeout(1200)


def quiet(_said: str) -> None:
    return


def updating(url: str, folder: Path, kinds: tuple[str, ...] = CALLS) -> Strace:
    config = configured(url, folder)
    return Strace(folder, "gate-collector", "migrate", "--config", config, kinds=kinds)


def whole(url: str, before: Rows, old: dict[str, object]) -> str | None:
    """Check that it is whole, and return its revision."""
    found = revision(url)
    assert found in (None, HEAD)
    assert rows(url) == before
    assert (schema(url) == old) is (found is None), "half of each"
    return found


def finish(url: str, before: Rows) -> None:
    """Bring it up undisturbed, and prove it."""
    migrate_store(url, quiet)
    engine = open_store(url)
    assert {len(lines) for lines in proven(engine).values()} == {1}
    engine.dispose()
    assert (revision(url), rows(url)) == (HEAD, before)


def upgraded(url: str, folder: Path, trouble: str) -> None:
    """Run a revision in the middle of which something happens, in one transaction."""
    scripts = folder / "revisions"
    shutil.copytree(FOLDER, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    script = TROUBLE.format(head=HEAD, trouble=trouble)
    (scripts / "versions" / "trouble.py").write_text(script, encoding="utf-8")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            begin_writing(connection)
            upgrade(connection, "trouble", folder=scripts)
    finally:
        engine.dispose()


@needs_strace
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_kill_at_any_moment_leaves_the_old_store_or_the_new(
    kind: str, tmp_path: Path, cluster: Cluster
) -> None:
    kinds = CALLS if kind == "sqlite" else SENT
    url = unpacked(FIRST, kind, tmp_path, cluster)
    before, old = rows(url), schema(url)
    calls = updating(url, tmp_path, kinds).calls()
    assert revision(url) == HEAD
    last = max(kinds, key=lambda call: (calls[call] > 0, call == "close", call == "unlink"))
    found = set()

    for point in [*points(calls, kinds), Point(kinds[0], 2), Point(last, calls[last])]:
        folder = tmp_path / f"{point}"
        url = unpacked(FIRST, kind, folder, cluster)
        updating(url, folder, kinds).killed_at(point)
        found.add(whole(url, before, old))
        finish(url, before)
        if kind == "postgresql":
            cluster.drop(url)

    assert found == {None, HEAD}


@needs_strace
def test_a_disk_that_is_full_from_any_write_on_leaves_the_old_store(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "sqlite", tmp_path, cluster)
    before, old = rows(url), schema(url)
    calls = updating(url, tmp_path).calls()
    ends = set()

    for point in points(calls, WRITES):
        folder = tmp_path / f"{point}"
        url = unpacked(FIRST, "sqlite", folder, cluster)
        code, said = updating(url, folder).full_from(point)
        ends.add(code)
        assert "Traceback" not in said
        assert (code == 0) <= (whole(url, before, old) == HEAD), said
        assert code == 0 or "full" in said or "disk I/O error" in said
        finish(url, before)

    assert 1 in ends


@private_mounts
def test_postgresql_on_a_disk_that_fills_up_keeps_the_old_store(tmp_path: Path) -> None:
    disk = tmpfs(Path(tempfile.mkdtemp(prefix="gate-disk-")), "160m")  # where its user may go
    disk.chmod(0o755)
    with Cluster(below=disk) as cluster:
        url = unpacked(FIRST, "postgresql", tmp_path, cluster)
        before = rows(url)
        finish(url, before)
        made = schema(url)

        with pytest.raises(OperationalError, match="No space left on device"):
            upgraded(url, tmp_path, f"from disks import fill; fill(Path({str(disk)!r}))")

        (disk / "ballast").unlink()
        assert (revision(url), rows(url), schema(url)) == (HEAD, before, made)
    run("umount", str(disk))
    disk.rmdir()


def test_a_server_that_dies_in_the_middle_keeps_the_old_store(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = unpacked(FIRST, "postgresql", tmp_path, cluster)
    before = rows(url)
    finish(url, before)
    made = schema(url)
    engine = create_engine(url)
    sleeping = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")

    def is_in_the_middle() -> bool:
        with engine.connect() as connection:
            return bool(connection.execute(sleeping).scalar())

    with ThreadPoolExecutor(1) as pool:
        update = pool.submit(upgraded, url, tmp_path, 'op.execute("SELECT pg_sleep(600)")')
        wait_until(is_in_the_middle, "the update to be in the middle")
        engine.dispose()
        cluster.stop()
        try:
            with pytest.raises(OperationalError):
                update.result()
        finally:
            cluster.start()

    assert (revision(url), rows(url), schema(url)) == (HEAD, before, made)
    cluster.drop(url)
