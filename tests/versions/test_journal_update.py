"""A journal of every earlier version is brought up at the start with all it held, or refused."""

from __future__ import annotations

import logging
import re
import shutil
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from children import Child, free_port, program, wait_until
from cli.commands import command
from disks import private_mounts, tmpfs
from doorfiles import write_door
from gate_agent.contract.records import AgentStopped, DataPurged, PurgeCause
from gate_agent.errors import StorageError
from gate_agent.host import systemd
from gate_agent.store.errors import OlderSchema, OtherSchema
from gate_agent.store.journal import Draft, Journal
from gate_agent.store.migrations import PROGRAM, STEPS, MigrationProgress, MigrationStep
from gate_agent.store.purge import Purge
from gate_agent.store.reader import JournalReader
from gate_agent.store.schema import VERSION
from gate_agent.testing import FakeClock
from store.shelf import passage, raw, write
from tree import ROOT
from versions.old_journals import (
    GATE,
    SITE,
    STORE_KEY,
    ZONE,
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
from versions.released import FIRST, KEPT

COPY = "journal.sqlite.schema-1"
every_journal = pytest.mark.parametrize("name", KEPT)


def opened(path: Path, *, zone: str = ZONE) -> Journal:
    return Journal.open(
        path, site=SITE, gate=GATE, clock=FakeClock(), zone=ZoneInfo(zone), key=STORE_KEY
    )


def without_meta(found: Rows) -> Rows:
    return {name: table for name, table in found.items() if name != "meta"}


def _told_once(found: Rows) -> dict[str, str]:
    """Return what a journal says of itself, but for the version that made its tables."""
    return {key: value for key, value in found["meta"] if key not in (PROGRAM, "updated_at")}


@every_journal
def test_nothing_is_lost_and_nothing_is_changed(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    before, was = rows(path, name), version(path)
    assert all(before.values())
    assert was == KEPT[name].journal

    with opened(path) as journal:
        assert journal.head.sequence == len(before["event"])
        kept = [f"journal.sqlite.schema-{was}"] if was < VERSION else []
        assert others(path) == kept, "one that is up to date is left as it is"

    after = rows(path, name)
    assert version(path) == VERSION
    assert without_meta(after) == without_meta(before)
    assert dict(after["meta"]).items() >= _told_once(before).items()
    assert was < VERSION or after == before
    assert proven(path) == len(before["event"])


@every_journal
def test_it_is_made_as_a_new_one_is(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    bring_up(path)
    bring_up(tmp_path / "new.sqlite")

    assert schema(path) == schema(tmp_path / "new.sqlite")


def test_the_file_before_it_is_kept_until_a_run_has_ended_well(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    before, was = rows(path), version(path)
    stopped = Draft(record=AgentStopped(reason="SIGTERM"), at=FakeClock().now())

    with opened(path) as journal:
        assert others(path) == [f"journal.sqlite.schema-{was}"]
        write(journal, passage(900))
    copy = tmp_path / f"journal.sqlite.schema-{was}"
    assert (version(copy), rows(copy)) == (was, before)
    assert copy.stat().st_mode & 0o777 == 0o600

    with opened(path) as journal:  # the run before ended without its last word
        write(journal, stopped)
        assert copy.exists()
    with opened(path):
        assert others(path) == []
    assert proven(path) == len(before["event"]) + 2


@pytest.mark.parametrize("document", ["docs/operations.en.md", "docs/operations.zh-CN.md"])
def test_the_way_back_as_it_is_written_holds_after_a_crash_too(
    document: str, tmp_path: Path
) -> None:
    path = unpacked(FIRST, tmp_path / "board")
    path = path.rename(path.with_name("west-1f.sqlite"))
    before, home = rows(path), tmp_path / "crashed"
    with opened(path) as journal:
        write(journal, passage(900))
        shutil.copytree(path.parent, home)  # what a kill -9 leaves: its -wal was not folded in
    assert (home / "west-1f.sqlite-wal").stat().st_size > 0
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)
    (commands,) = [block for block in blocks if ".schema-1" in block]
    written = commands.replace("sudo ", "").replace("/var/lib/gate-agent", str(home))

    subprocess.run(["/bin/sh", "-ec", written], check=True)

    back = home / "west-1f.sqlite"
    assert (version(back), rows(back)) == (1, before)
    assert raw(back, "PRAGMA integrity_check") == [("ok",)]


def test_a_real_daemon_starts_on_it(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    events = len(rows(path)["event"])
    config = write_door(tmp_path, {"journal": {"path": path}, "web": {"port": free_port()}})
    daemon = Child(tmp_path / "log", program("gate-agent"), "run", "--config", config)

    with daemon.start():
        wait_until(lambda: "is up" in daemon.said, "the door")
        assert daemon.stop() == 0

    assert f"update from schema 1 to {VERSION} begins" in daemon.said
    assert proven(path) > events
    assert command("gate-agent", "journal", "verify", "--config", config).code == 0
    with daemon.start():
        wait_until(lambda: daemon.said.count("is up") == 2, "the door")
        assert others(path) == []
        daemon.stop()


def test_a_command_that_reads_is_told_how_and_then_reads(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    before = path.read_bytes()
    config = configured(path)

    refused = command("gate-agent", "journal", "verify", "--config", config)
    with pytest.raises(OlderSchema):
        JournalReader(path)
    assert (refused.code, path.read_bytes() == before) == (1, True)
    assert f"gate-agent journal migrate --config {config}" in refused.err

    moved = command("gate-agent", "journal", "migrate", "--config", config)
    again = command("gate-agent", "journal", "migrate", "--config", config)
    verified = command("gate-agent", "journal", "verify", "--config", config)
    assert (moved.code, again.code, verified.code) == (0, 0, 0)
    assert f"schema {VERSION}" in moved.out


def test_the_command_makes_no_journal_and_takes_none_from_a_daemon(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    config = configured(path)
    with opened(path):
        held = command("gate-agent", "journal", "migrate", "--config", config)
    path.unlink()
    missing = command("gate-agent", "journal", "migrate", "--config", config)

    assert (held.code, missing.code) == (1, 1)
    assert "held by process" in held.err
    assert "no such file" in missing.err
    assert not path.exists()


def test_steps_lead_from_the_first_schema_to_this_one() -> None:
    assert [step.to for step in STEPS] == list(range(2, VERSION + 1))
    assert {f"journal.sqlite.schema-{number}" for number in range(1, VERSION)} >= {COPY}


def test_a_newer_journal_says_what_to_install_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with opened(path) as journal:
        write(journal, passage(1))
    raw(path, "UPDATE meta SET value = '7.1.0' WHERE key = 'program'")
    raw(path, f"PRAGMA user_version={VERSION + 1}")
    before = path.read_bytes()

    for opening in (lambda: opened(path), lambda: JournalReader(path)):
        with pytest.raises(OtherSchema, match=r"gate-agent 7\.1\.0 wrote it.* install that or"):
            opening()

    assert path.read_bytes() == before
    assert others(path) == []


def test_the_newest_and_unknown_to_us_needs_no_table_that_we_know(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    opened(path).close()
    raw(path, "DROP TABLE meta")
    raw(path, f"PRAGMA user_version={VERSION + 1}")

    with pytest.raises(OtherSchema, match="of another version wrote it"):
        opened(path)


def test_what_is_purged_is_in_no_copy_either(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    with opened(path) as journal:
        assert others(path) == [COPY]
        purge = Purge(upto=journal.head.sequence, receipted=journal.head.sequence)
        record = DataPurged(cause=PurgeCause.WIPE, request="r" * 32)
        write(journal, Draft(record=record, at=FakeClock().now(), purge=purge))
        assert others(path) == []

    assert rows(path)["people"] == []
    proven(path)


@private_mounts
def test_without_room_the_update_is_refused_and_the_journal_is_as_it_was(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "5m")
    path = unpacked(FIRST, disk)
    before = path.read_bytes()

    with pytest.raises(StorageError, match="expected 6 MB free to update the journal, got 4 MB"):
        opened(path)

    assert path.read_bytes() == before
    assert others(path) == []


@private_mounts
def test_a_disk_that_fills_up_takes_the_copy_before_any_passage(tmp_path: Path) -> None:
    disk = tmpfs(tmp_path / "disk", "20m")
    path = unpacked(FIRST, disk)
    with opened(path) as journal:
        assert others(path) == [COPY]
        journal._writer.room.fill_up("the disk is full")
        assert others(path) == []


def test_views_that_a_step_cannot_keep_are_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = unpacked(FIRST, tmp_path)
    before = rows(path)
    torn = before["event"][0][0]

    def forget(connection: sqlite3.Connection) -> None:
        STEPS[0].change(connection)
        connection.execute("DROP TABLE passage")
        connection.execute("DELETE FROM hold")
        connection.execute("UPDATE event SET body = ? WHERE sequence = ?", (b"{", torn))

    bring_up(path, MigrationStep(to=VERSION, what="without views", change=forget, views_again=True))

    after = rows(path)
    passage_of_torn = [row for row in before["passage"] if row[0] == torn]
    assert len(passage_of_torn) == 1
    assert after["passage"] == [row for row in before["passage"] if row[0] != torn]
    assert after["hold"] == before["hold"]
    assert f"event {torn} is left out of the views" in caplog.text


def test_a_torn_journal_is_set_aside_with_the_holds_it_still_shows(tmp_path: Path) -> None:
    path = unpacked(FIRST, tmp_path)
    before = rows(path)
    held = {row[0] for row in before["hold"] if row[8] != "closed"}
    content = path.read_bytes()
    page = content.index(before["event"][100][6]) // 4096 * 4096
    path.write_bytes(content[:page] + bytes(4096) + content[page + 4096 :])

    with Journal.open(
        path, site=SITE, gate=GATE, clock=FakeClock(), zone=ZoneInfo(ZONE), key=STORE_KEY,
        replace_damaged=True,
    ):  # fmt: skip
        pass

    assert held
    assert {row[0] for row in rows(path)["hold"]} == held
    assert version(path.with_name("journal.sqlite.damaged-1")) == 1
    assert others(path) == ["journal.sqlite.damaged-1", "journal.sqlite.damaged-1.head"]
    proven(path)


@every_journal
def test_another_time_zone_moves_the_days_of_the_views(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    bring_up(path, zone="America/Los_Angeles")

    days = {row[2] for row in rows(path, name)["passage"]}
    assert days != {row[2] for row in rows(unpacked(name, tmp_path / "again"), name)["passage"]}
    proven(path)


def test_a_long_update_is_told_and_the_manager_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    caplog.set_level(logging.INFO)
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        told = MigrationProgress(clock)
        told("terminal.views", 0, 4000)
        told("terminal.views", 1000, 4000)  # at once: nobody needs it
        clock.advance(2)
        told("terminal.views", 3000, 4000)
        heard = [manager.recv(256).decode() for _ in range(2)]
        manager.settimeout(0)
        with pytest.raises(BlockingIOError):
            manager.recv(256)

    assert all(one.startswith("EXTEND_TIMEOUT_USEC=600000000\nSTATUS=") for one in heard)
    assert [record.message.split()[-2] for record in caplog.records] == ["0", "75"]


def test_work_that_tells_no_progress_asks_for_time_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with systemd.takes_longer("store: update 升级"):
            asked = manager.recv(256).decode()
        ended = manager.recv(256).decode()

    assert asked == "EXTEND_TIMEOUT_USEC=600000000\nSTATUS=store: update 升级"
    assert ended == "STATUS="
