"""`gate-collector` as the centre's IT staff meets it: faults, start, stop, an unknown door."""

from __future__ import annotations

import json
import signal
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from children import Child, free_port, program, wait_until
from cli.commands import Said, command
from doorfiles import Changes, write_collector
from gate_agent.errors import ConfigurationError
from gate_collector.config import load_collector
from security.secured_hall import provision


def run(folder: Path, changes: Changes | None = None, what: str = "run") -> Said:
    return command("gate-collector", what, "--config", write_collector(folder, changes))


@pytest.mark.parametrize("what", ["run", "check"])
def test_every_fault_is_told_at_once(what: str, tmp_path: Path) -> None:
    said = run(
        tmp_path,
        {
            "collector": {"site": "Hall 1", "timezone": "Mars/Olympus"},
            "mqtt": {"url": "mqtts://broker", "ca_file": "ca.crt"},
            "store": {"url": "mysql://db"},
            "web": {"host": "10.0.0.1", "port": 0},
            "stroe": {"url": "x"},
        },
        what,
    )

    assert (said.code, said.out) == (2, "")
    assert [line.split(": ")[2] for line in said.err.splitlines()] == [
        "collector.site",
        "collector.timezone",
        "store.url",
        "web.host",
        "web.port",
        "stroe",
        "mqtt.ca_file",
    ]


_POLICIES = {
    '{"version": 1,\n "hall_mode": "opne"}': "policy.json:2: hall_mode: expected 'emergency'",
    '{"version": 1,\n "version": 2}': "policy.json:2: version: expected each key once, got",
    '{"roster": [{"person_ref": "张三110101199001011234"}': "policy.json: expected JSON, got",
    '["张三110101199001011234"]': "policy.json: file: ",
    '{"hold": ["张三110101199001011234"]}': "policy.json:1: hold: ",
    '{"张三": 1, "110101199001011234": 1}': "policy.json:1: ?: expected a known key",
}


@pytest.mark.parametrize("content", _POLICIES)
def test_a_broken_policy_is_no_sound_configuration_and_no_word_of_it_is_told(
    content: str, tmp_path: Path
) -> None:
    (tmp_path / "policy.json").write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_collector(write_collector(tmp_path, {"policy": {"file": "policy.json"}}))

    told = "\n".join(refused.value.faults)
    assert f"policy.file: {tmp_path / _POLICIES[content]}" in told
    assert "张三" not in told
    assert "110101" not in told


def test_a_web_port_in_use_ends_with_2_before_the_store_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        said = run(tmp_path, {"web": {"port": port}})

    assert said.code == 2
    assert said.err == (
        f"gate-collector: web.port: expected a free port at 127.0.0.1, got {port}: "
        "one that another program listens on\n"
    )
    assert not (tmp_path / "collector.sqlite").exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///collector.toml", "file is not a database"),
        ("postgresql+psycopg://collector:hidden@127.0.0.1:1/gates", "connection failed"),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_line_without_its_password(
    url: str, expected: str, tmp_path: Path
) -> None:
    said = run(tmp_path, {"store": {"url": url}, "web": {"port": free_port()}})

    assert said.code == 1
    (line,) = said.err.splitlines()
    assert line.startswith("gate-collector: expected to open the store, got: ")
    assert expected in line
    assert "hidden" not in line


@pytest.mark.parametrize("what", ["run", "check"])
def test_workers_need_postgresql_and_their_own_certificates(what: str, tmp_path: Path) -> None:
    on_sqlite = run(tmp_path, {"ingest": {"workers": 2}}, what)
    papers = provision(tmp_path / "site") / "collector"
    (papers / "collector-w1.crt").unlink()
    names = {"ca_file": "ca.crt", "cert_file": "collector.crt", "key_file": "collector.key"}
    files = {setting: papers / name for setting, name in names.items()}
    without = run(
        tmp_path,
        {
            "ingest": {"workers": 1},
            "mqtt": {"url": "mqtts://broker", **files},
            "store": {"url": "postgresql+psycopg://collector@127.0.0.1:1/gates"},
        },
        what,
    )

    assert (on_sqlite.code, without.code) == (2, 2)
    assert on_sqlite.err == (
        f"gate-collector: {tmp_path}/collector.toml:6: store.url: expected PostgreSQL for workers, "
        "got SQLite, which has one writer\n"
    )
    assert without.err == (
        f"gate-collector: {tmp_path}/collector.toml:6: mqtt.cert_file: expected a file, "
        f"got nothing at {papers}/collector-w1.crt\n"
    )


def test_a_worker_on_sqlite_or_with_another_name_is_refused(tmp_path: Path) -> None:
    config = write_collector(tmp_path)

    on_sqlite = command("gate-collector", "work", "--config", config)
    named = command("gate-collector", "work", "--config", config, "--name", "W/1")

    assert (on_sqlite.code, named.code) == (2, 2)
    store, ingest = on_sqlite.err.splitlines()
    assert "store.url: expected PostgreSQL for workers" in store
    assert "ingest.workers: expected 1 or more beside a worker, got 0" in ingest
    assert "expected a-z, 0-9 and -, got 'W/1'" in named.err


def test_a_relative_store_lies_beside_the_configuration(tmp_path: Path) -> None:
    said = run(tmp_path, {"store": {"url": "sqlite:///centre.sqlite"}}, "check")

    assert said.code == 0
    assert "collector.toml: sound 配置无误: site hall-01" in said.out
    assert (tmp_path / "centre.sqlite").exists()


def test_an_unknown_door_is_no_empty_door(tmp_path: Path) -> None:
    config = write_collector(tmp_path)

    everything = command("gate-collector", "verify", "--config", config)
    verified = command("gate-collector", "verify", "--config", config, "--gate", "wst-1f")
    exported = command("gate-collector", "export", "--config", config, "--gate", "wst-1f")

    assert (everything.code, everything.out) == (0, "no gate was heard yet 尚未收到任何出入口\n")
    for said in (verified, exported):
        assert (said.code, said.out) == (1, "")
        expected = "expected a gate that was heard (none yet), got 'wst-1f'"
        assert said.err == f"gate-collector: {expected}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_a_broker_and_stops_when_asked(
    number: signal.Signals, tmp_path: Path
) -> None:
    port = free_port()
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(30)
    running = Child(
        tmp_path / "log",
        program("gate-collector"),
        "run",
        "--config",
        write_collector(tmp_path, {"web": {"port": port}}),
        environment={"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"},
    )

    with running.start(), manager:
        heard = [manager.recv(99).decode() for _ in range(4)]
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/api/v1/overview")
        overview = json.loads(connection.getresponse().read())
        connection.close()
        wait_until(lambda: running.runs, "it to go on without a broker")
        code = running.stop(number)
        while heard[-1] != "STOPPING=1":
            heard.append(manager.recv(99).decode())

    assert overview["site"] == "hall-01"
    assert code == 0
    assert set(heard) == {"READY=1", "WATCHDOG=1", "STOPPING=1"}
    assert "Traceback" not in running.said
