"""`gate-agent run` from READY to the last word, as systemd and a terminal see it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from children import Child, free_port, program, wait_until
from cli.commands import command
from doorfiles import write_door
from gate_agent.store.reader import JournalReader

READY_WITHIN_S = 30


class Manager:
    """The service manager's end of sd_notify(3)."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(READY_WITHIN_S)

    def hears(self) -> str:
        return self._socket.recv(256).decode()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


def daemon(folder: Path, port: int, **environment: str) -> Child:
    policy = folder / "policy.json"  # a report is due at once, whatever the hour
    policy.write_text(json.dumps({"version": 1, "daily_report_at": "00:00"}), encoding="utf-8")
    config = write_door(folder, {"web": {"port": port}, "policy": {"file": policy.name}})
    return Child(
        folder / "log", program("gate-agent"), "run", "--config", config, environment=environment
    )


def test_systemd_hears_ready_then_a_fed_watchdog_then_stopping(
    manager: Manager, tmp_path: Path
) -> None:
    watched = daemon(
        tmp_path, free_port(), NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="400000"
    )

    with watched.start():
        heard = [manager.hears() for _ in range(4)]
        code = watched.stop()
        while heard[-1] != "STOPPING=1":
            heard.append(manager.hears())

    assert code == 0
    assert heard[0] in ("READY=1", "WATCHDOG=1")
    assert heard.count("READY=1") == 1
    assert heard.count("WATCHDOG=1") >= 3
    assert set(heard) == {"READY=1", "WATCHDOG=1", "STOPPING=1"}


def test_when_it_is_ready_its_screen_answers(manager: Manager, tmp_path: Path) -> None:
    port = free_port()

    with daemon(tmp_path, port, NOTIFY_SOCKET=str(tmp_path / "notify")).start():
        assert manager.hears() == "READY=1"
        connection = HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN_S)
        connection.request("GET", "/api/v1/state")
        state = json.loads(connection.getresponse().read())
        connection.close()

    assert state["gate"]["id"] == "west-1f"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_and_its_last_word_is_in_the_journal(
    number: signal.Signals, manager: Manager, tmp_path: Path
) -> None:
    running = daemon(tmp_path, free_port(), NOTIFY_SOCKET=str(tmp_path / "notify"))

    with running.start():
        assert manager.hears() == "READY=1"
        assert running.stop(number) == 0

    assert "Traceback" not in running.said
    told = command("gate-agent", "journal", "export", "--config", tmp_path / "gate.toml").out
    last = json.loads(told.splitlines()[-1])
    assert last["type"] == "gate.agent.stopped.v1"
    assert last["data"]["reason"] == number.name


def test_a_killed_daemon_starts_again_on_its_journal(manager: Manager, tmp_path: Path) -> None:
    running = daemon(tmp_path, free_port(), NOTIFY_SOCKET=str(tmp_path / "notify"))
    config = tmp_path / "gate.toml"

    with running.start():
        assert manager.hears() == "READY=1"
        with JournalReader(tmp_path / "journal" / "journal.sqlite") as reader:
            wait_until(lambda: reader.head().sequence >= 4, "start, policy and two lost devices")
        running.kill()
        running.start()
        assert manager.hears() == "READY=1"
        running.stop()

    told = command("gate-agent", "journal", "export", "--config", config).out
    types = [json.loads(line)["type"] for line in told.splitlines()]
    assert types.count("gate.agent.started.v1") == 2
    assert types.count("gate.agent.stopped.v1") == 1, "a kill leaves none"
    assert types.count("gate.mode.applied.v1") == 1, "the same policy is no change"
    verified = command("gate-agent", "journal", "verify", "--config", config)
    assert verified.out.startswith("epoch ")
    assert f" events {len(types)} last {len(types)} link " in verified.out
    rebuilt = command("gate-agent", "journal", "rebuild", "--config", config)
    assert (rebuilt.code, rebuilt.out) == (0, "views equal to the replay 视图与重放一致\n")
