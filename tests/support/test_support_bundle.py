"""A support bundle helps, and tells of nobody: what is planted everywhere is nowhere in it."""

from __future__ import annotations

import json
import logging
import socket
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from children import Child, program
from doorfiles import write_collector, write_door
from gate_agent.config.keyfile import make_key
from gate_agent.contract.records import AgentStopped, ShiftNoted
from gate_agent.host.clock import SystemClock
from gate_agent.host.log_lines import JournalLines, encoded, fields_of, nobodys
from gate_agent.store.journal import Draft, Journal

NUMBER, NAME, LATIN = "11010119900307721X", "欧阳娜娜", "Zhang Wei"
PHONE, KEY = "13800138000", "5a" * 32
CANARIES = (NUMBER, NAME, LATIN, PHONE, KEY, NUMBER[:-1], "zhangwei")


def _line(record: logging.LogRecord) -> dict[str, str]:
    return {**fields_of(record, record.getMessage()), "__REALTIME_TIMESTAMP": "1764000000000000"}


def _record(sentence: object, *values: object) -> logging.LogRecord:
    return logging.LogRecord("gate_agent.x", logging.WARNING, "x.py", 1, sentence, values, None)


def _log() -> list[dict[str, Any]]:
    """Return lines of a log with a person in every place that a line has."""
    fault = ValueError(f"expected nobody, got {NAME} {PHONE}")
    return [
        _line(_record("a card of %s: %s", NAME, NUMBER)),
        _line(_record("%s rings %s", LATIN, int(PHONE))),
        _line(_record("the key %s fails: %s", KEY, fault)),
        _line(_record("device %s is %s after %d tries", "id_reader", "lost", 3)),
        _line(_record(fault)),
        {"MESSAGE": f"Traceback: {NAME} {NUMBER}", "PRIORITY": "3", "_CMDLINE": f"x {PHONE}"},
        {"MESSAGE": [80, 104], "PRIORITY": NAME, "GATE_SENTENCE": [NAME], "GATE_LOGGER": LATIN},
    ]


def _journalctl(folder: Path) -> Path:
    """Put a journal that says these lines where a program looks for one."""
    (folder / "lines").write_text("".join(f"{json.dumps(one)}\n" for one in _log()), "utf-8")
    stand_in = folder / "bin" / "journalctl"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\nexec cat '{folder / 'lines'}'\n", encoding="utf-8")
    stand_in.chmod(0o755)
    return stand_in.parent


def _bundle(path: Path) -> Mapping[str, Any]:
    with zipfile.ZipFile(path) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    whole = "\n".join([*texts, *texts.values()])
    assert [one for one in CANARIES if one in whole] == []
    assert [one for one in CANARIES if json.dumps(one)[1:-1] in whole] == []
    return {name.removesuffix(".json"): json.loads(text) for name, text in texts.items()}


def _made(folder: Path, command: str, config: Path) -> Mapping[str, Any]:
    out, path = folder / "bundle.zip", f"{_journalctl(folder)}:/usr/bin:/bin"
    asked = (program(command), "support-bundle", "--config", config, "--out", out)
    with Child(folder / "log", *asked, environment={"PATH": path}) as child:
        child.start().ended()
    assert out.is_file(), child.said
    assert out.stat().st_mode & 0o777 == 0o600
    return _bundle(out)


def _journal(folder: Path) -> None:
    """Keep a journal with a person in what is free text."""
    clock = SystemClock()
    with Journal.open(
        folder / "journal.sqlite",
        site="hall-01",
        gate="west-1f",
        clock=clock,
        zone=ZoneInfo("Asia/Shanghai"),
        key=make_key(folder / "store.key"),
    ) as journal:
        at = clock.now()
        text = ShiftNoted(text=f"{NAME} {PHONE}", by=LATIN, at="2026-11-23T06:12:31.482Z")
        stopped = AgentStopped(reason=f"{NAME} {NUMBER}")
        journal.append([Draft(record=text, at=at), Draft(record=stopped, at=at)], lambda _: None)


def test_a_doors_bundle_tells_what_helps_and_of_nobody(tmp_path: Path) -> None:
    home = tmp_path / f"{NAME} {NUMBER}"  # the folder's own name, too
    (home / "journal").mkdir(parents=True)
    _journal(home / "journal")
    key = home / f"{PHONE}.key"
    key.write_text(KEY, encoding="utf-8")
    key.chmod(0o600)
    config = write_door(
        home,
        {
            "gate": {"name": NAME},
            "thermometer": {"port": f"ports/{LATIN}"},
            "mqtt": {"url": f"mqtt://{NUMBER}.hall.example"},
            "keys": {"site_key_file": key},
        },
    )

    told = _made(tmp_path, "gate-agent", config)

    assert set(told) == {"about", "clock", "settings", "devices", "figures", "journal", "log"}
    assert told["about"]["packages"]["pydantic"]
    assert told["settings"]["gate"] == {
        "site": "hall-01", "id": "west-1f", "name": "text of 4 characters",
        "timezone": "Asia/Shanghai",
    }  # fmt: skip
    assert told["settings"]["keys"]["site_key_file"]["mode"] == "0600"
    assert told["devices"]["id_reader"]["driver"] == "sam-uart"
    assert told["journal"]["last"] == 2
    types = [event["type"] for event in told["journal"]["newest"]]
    assert types == ["gate.shift.noted.v1", "gate.agent.stopped.v1"]
    assert set(told["figures"]) == {"unread"}  # no daemon runs here
    assert told["log"][3] | {"at": None} == {
        "at": None, "level": "4", "logger": "gate_agent.x",
        "says": "device %s is %s after %d tries", "values": ["id_reader", "lost", 3],
    }  # fmt: skip
    assert told["log"][2]["values"] == ["text of 64 characters", "exception ValueError"]
    assert [one.get("of") for one in told["log"][5:]] == [
        "another program, or an earlier version", "another program, or an earlier version"
    ]  # fmt: skip


def test_a_broken_configuration_has_a_bundle_too(tmp_path: Path) -> None:
    config = write_door(tmp_path, {"gate": {"id": f"{NAME} {NUMBER}"}, "mqtt": None})

    told = _made(tmp_path, "gate-agent", config)

    assert told["settings"] == {"faults": 2}


def test_the_centres_bundle_tells_of_nobody(tmp_path: Path) -> None:
    config = write_collector(
        tmp_path,
        {"collector": {"name": NAME, "unit": LATIN}, "mqtt": {"url": "mqtt://127.0.0.1:1"}},
    )

    told = _made(tmp_path, "gate-collector", config)

    assert set(told) == {"about", "clock", "settings", "figures", "store", "log"}
    assert told["store"]["dialect"] == "sqlite"
    assert told["store"]["events"] == 0


@pytest.mark.parametrize(
    "value", [*CANARIES[:-1], int(PHONE), -int(PHONE), float(PHONE), [NAME], {NAME: 1}]
)
def test_no_value_says_more_than_its_type_where_it_may_be_somebodys(value: object) -> None:
    assert str(value) not in str(nobodys(value))


def test_a_line_goes_to_systemds_journal_with_its_fields(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "socket"))
        handler = JournalLines(tmp_path / "socket")
        handler.handle(_record("uplink %s: %s", "refused", "two\nlines"))
        handler.close()
        datagram = journal.recv(4096)

    assert b"GATE_SENTENCE=uplink %s: %s\n" in datagram
    assert b'GATE_VALUES=["refused", "text of 9 characters"]\n' in datagram
    message = b"uplink refused: two\nlines"
    assert datagram.startswith(b"MESSAGE\n" + struct.pack("<Q", len(message)) + message + b"\n")
    assert encoded({"A": "b"}) == b"A=b\n"


def test_a_journal_that_is_gone_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = JournalLines(tmp_path / "no socket")
    handler.handle(_record("a line"))
    handler.close()

    assert "Logging error" in capsys.readouterr().err  # the line is lost, and that is said
