"""`gate-agent journal …` as a process: its last line, its exit code, its exact bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import Said, command
from store.shelf import GATE, KEY, SITE, hold, open_journal, passage, proven, raw, write
from tree import ROOT

GATE_AGENT = str(Path(sys.executable).with_name("gate-agent"))
CONFIG = """\
[gate]
site = "{site}"
id = "{gate}"
name = "一层西门"
timezone = "Asia/Shanghai"

[thermometer]
driver = "gy-614v3"
port = "thermometer"
profile = "spot-forehead"

[id_reader]
driver = "sam-uart"
port = "id-reader"

[mqtt]
url = "mqtt://127.0.0.1:1883"

[journal]
path = "gate.db"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of a door whose journal has three events."""
    file = tmp_path / "gate.toml"
    file.write_text(CONFIG.format(site=SITE, gate=GATE), encoding="utf-8")
    (tmp_path / "store.key").write_text(KEY.hex(), encoding="ascii")
    (tmp_path / "store.key").chmod(0o600)
    with open_journal(tmp_path / "gate.db") as journal:
        write(journal, passage(1), hold(2), passage(3))
    return file


def journal(what: str, config: Path, *options: str) -> Said:
    """Run `gate-agent journal <what>`."""
    return command("gate-agent", "journal", what, "--config", config, *options)


def test_verify_ends_with_epoch_events_last_and_link(config: Path) -> None:
    path = config.parent / "gate.db"
    ((link,),) = raw(path, "SELECT link FROM event WHERE sequence = 3")
    ((epoch,),) = raw(path, "SELECT value FROM meta WHERE key = 'epoch'")

    done = journal("verify", config)

    last = done.out.splitlines()[-1]
    assert last == f"epoch {epoch} events 3 last 3 link {link.hex()}"
    assert done.code == 0


def test_verify_names_the_first_bad_event_and_exits_1(config: Path) -> None:
    raw(config.parent / "gate.db", "UPDATE event SET bootns = 7 WHERE sequence = 2")

    done = journal("verify", config)

    error = done.err.splitlines()[-1]
    assert error == "gate-agent: event 2: its column bootns says other than its body"
    assert (done.code, done.out) == (1, "")


def test_export_writes_ndjson_to_standard_output_and_nothing_else(config: Path) -> None:
    done = journal("export", config)

    bodies = [body or b"" for _, body in proven(config.parent / "gate.db")]
    assert done.out.encode() == b"".join(body + b"\n" for body in bodies)
    assert (done.code, done.err) == (0, "")


def test_export_whose_reader_goes_away_ends_quietly(config: Path) -> None:
    with open_journal(config.parent / "gate.db") as one:
        write(one, *(passage(number) for number in range(10, 500)))
    program = [GATE_AGENT, "journal", "export", "--config", str(config)]

    with subprocess.Popen(
        program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.readline()
        export.stdout.close()
        errors = export.stderr.read()

    assert errors == b""


def test_rebuild_says_equal_and_exits_0(config: Path) -> None:
    done = journal("rebuild", config)

    assert "views equal to the replay" in done.out
    assert done.code == 0


def test_rebuild_names_the_difference_and_exits_1(config: Path) -> None:
    raw(config.parent / "gate.db", "UPDATE day_count SET count = 5")

    done = journal("rebuild", config)

    assert "day_count ('2026-11-24', 'visitor', 'admit'): expected" in done.out
    assert "expected views equal to the replay" in done.err
    assert done.code == 1


def test_rebuild_says_when_people_do_not_open_with_this_key(config: Path) -> None:
    raw(config.parent / "gate.db", "INSERT INTO people VALUES ('ab', x'00', 1)")

    done = journal("rebuild", config)

    assert "people: 1 rows do not open with this store key" in done.out
    assert done.code == 1


def test_tail_shows_the_last_events_and_ends_when_not_asked_to_follow(config: Path) -> None:
    done = journal("tail", config, "--lines", "2", "--no-follow")

    first, second = done.out.splitlines()
    assert first.split()[0] == "2"
    assert "hold.opened.v1" in first
    assert "passage.decided.v1" in second
    assert done.code == 0


def test_tail_follows_what_is_committed_meanwhile(config: Path) -> None:
    program = [GATE_AGENT, "journal", "tail", "--config", str(config)]
    with subprocess.Popen(
        program,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONUNBUFFERED": "1", "PATH": ""},
    ) as tail:
        try:
            assert tail.stdout is not None
            seen = [tail.stdout.readline() for _ in range(3)]
            with open_journal(config.parent / "gate.db") as one:
                write(one, passage(4))
                seen.append(tail.stdout.readline())
        finally:
            tail.terminate()

    assert [line.split()[0] for line in seen] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("what", ["tail", "verify", "export", "rebuild"])
def test_a_journal_that_is_not_there_is_one_clear_line(config: Path, what: str) -> None:
    (config.parent / "gate.db").unlink()

    done = journal(what, config)

    lines = done.err.splitlines()
    assert [line for line in lines if "expected a journal, got: no such file" in line] == lines
    assert (done.code, len(lines)) == (1, 1)


def test_a_faulty_configuration_exits_2(config: Path) -> None:
    config.write_text("[gate]\nsite = 'x'\n", encoding="utf-8")

    done = journal("verify", config)

    assert done.code == 2
    assert "gate-agent: " in done.err


def test_a_missing_store_key_is_a_clear_error(config: Path) -> None:
    (config.parent / "store.key").unlink()

    done = journal("rebuild", config)

    assert done.code == 2
    assert "store.key" in done.err
