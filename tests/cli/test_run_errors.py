"""`gate-agent run` that cannot start: one clear line, the right exit code, and nothing is lost."""

from __future__ import annotations

import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from children import free_port
from cli.commands import Said, command
from doorfiles import Changes, write_door
from gate_agent.contract.records import AgentStopped
from gate_agent.store.journal import Draft, Journal
from gate_agent.store.schema import VERSION
from gate_agent.testing import FakeClock

FILE = "journal/journal.sqlite"


def run(folder: Path, changes: Changes | None = None) -> Said:
    config = write_door(folder, {"web": {"port": free_port()}, **(changes or {})})
    said = command("gate-agent", "run", "--config", config)
    assert said.out == ""
    return said


def complaint(said: Said) -> str:
    """Return the one line that is the command's own, beside what it logged."""
    (line,) = [line for line in said.err.splitlines() if line.startswith("gate-agent: ")]
    return line


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The door's own journal, with one event, open."""
    journal = Journal.open(
        tmp_path / FILE,
        site="hall-01",
        gate="west-1f",
        clock=(clock := FakeClock()),
        zone=ZoneInfo("Asia/Shanghai"),
        key=bytes(32),
    )
    journal.append([Draft(record=AgentStopped(reason="test"), at=clock.now())])
    yield journal
    journal.close()


def events(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM event").fetchone()[0]
    connection.close()
    return count


def test_a_bad_configuration_ends_with_2_and_every_fault(tmp_path: Path) -> None:
    said = run(
        tmp_path, {"gate": {"id": "West"}, "thermometer": {"driver": "x"}, "keys": {"k": "v"}}
    )

    assert said.code == 2
    assert [line.split(": ")[2] for line in said.err.splitlines()] == [
        "gate.id",
        "keys.k",
        "thermometer.driver",
    ]
    assert list(tmp_path.iterdir()) == [tmp_path / "gate.toml"], "nothing was made"


def test_a_web_port_in_use_ends_with_2_before_anything_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        said = run(tmp_path, {"web": {"port": port}})

    assert said.code == 2
    assert said.err == (
        f"gate-agent: web.port: expected a free port at 127.0.0.1, got {port}: "
        "one that another program listens on\n"
    )
    assert not (tmp_path / "journal").exists()


def test_the_journal_of_another_gate_is_refused_and_left_alone(
    journal: Journal, tmp_path: Path
) -> None:
    journal.close()
    before = (tmp_path / FILE).read_bytes()

    said = run(tmp_path, {"gate": {"id": "central-2f"}})

    assert said.code == 1
    expected = "expected the journal of hall-01/central-2f, got hall-01/west-1f"
    assert complaint(said) == f"gate-agent: {tmp_path / FILE}: {expected}"
    assert (tmp_path / FILE).read_bytes() == before


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(
    journal: Journal, tmp_path: Path
) -> None:
    journal.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.close()

    said = run(tmp_path)

    assert said.code == 1
    assert f"expected schema version {VERSION}, got {VERSION + 1}" in complaint(said)
    assert events(tmp_path / FILE) == 1


def test_a_journal_that_a_running_daemon_holds_is_in_use(journal: Journal, tmp_path: Path) -> None:
    assert journal.healthy

    said = run(tmp_path)

    assert said.code == 1
    assert "expected it free, got: held by process" in complaint(said)


def test_a_journal_that_another_program_locks_is_said_to_be_locked(
    journal: Journal, tmp_path: Path
) -> None:
    journal.close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    said = run(tmp_path)
    other.close()

    assert said.code == 1
    assert "expected it free, got: locked by another program" in complaint(said)
    assert events(tmp_path / FILE) == 1


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / FILE).write_bytes(b"minutes of the leading group\n")

    said = run(tmp_path)

    assert said.code == 1
    assert "expected a SQLite file, got another kind" in complaint(said)
    assert (tmp_path / FILE).read_bytes() == b"minutes of the leading group\n"


def test_keys_that_are_made_are_said_and_nobody_else_reads_them(
    journal: Journal, tmp_path: Path
) -> None:
    journal.close()

    said = run(tmp_path, {"gate": {"id": "central-2f"}})

    made = ("site.key", "store.key", "registrations.key")
    for name in made:
        path = tmp_path / "journal" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text(encoding="ascii").strip() not in said.err
    assert said.code == 1


def test_a_key_in_the_journals_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal/site.key").write_text("5a" * 32, encoding="ascii")
    (tmp_path / "journal/site.key").chmod(0o640)

    said = run(tmp_path)

    assert said.code == 2
    assert complaint(said).endswith("site.key: expected mode 0600, got 0640")


_FORGETFUL = """
import gate_agent.web.app as web
from gate_agent.cli import main
from gate_agent.http.grants import Routes

made = web.visitor_routes

def visitor_routes(*given):
    routes = made(*given)
    forgotten = Routes()
    forgotten.add_api_route("/forgotten", lambda: None)
    routes.routes.extend(forgotten.routes)
    return routes

web.visitor_routes = visitor_routes
main()
"""


def test_a_route_that_is_open_to_nobody_in_particular_stops_the_start(tmp_path: Path) -> None:
    config = write_door(tmp_path, {"web": {"port": free_port()}})

    done = subprocess.run(
        [sys.executable, "-c", _FORGETFUL, "run", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    said = Said(code=done.returncode, out=done.stdout, err=done.stderr)
    assert said.code == 1
    assert complaint(said) == ("gate-agent: /forgotten: expected one grant beside the path, got 0")
    assert events(tmp_path / FILE) == 0, "expected nothing to be recorded of a start that was none"
