"""What the commands say of themselves, and what `emulate` and `drivers` show."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from children import Child, program, wait_until
from cli.commands import command
from doorfiles import write_door
from gate_agent.version import program_version

COMMANDS = ("gate-agent", "gate-collector")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_version_is_one_line(name: str) -> None:
    said = command(name, "--version")

    assert (said.code, said.out, said.err) == (0, f"{program_version()}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_it_is_for_in_both_languages(name: str) -> None:
    said = command(name, "--help")

    assert said.code == 0
    assert "Usage: " + name in said.out
    assert re.search("[\u4e00-\u9fff]", said.out)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("wrong", [["frobnicate"], ["run"], ["run", "--confg", "x"], []])
def test_a_wrong_command_line_is_told_and_ends_with_2(name: str, wrong: list[str]) -> None:
    said = command(name, *wrong)

    assert said.code == 2
    assert said.out + said.err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("below", ["run", "check", "verify"])
def test_a_missing_file_is_one_line_and_ends_with_2(name: str, below: str, tmp_path: Path) -> None:
    words = ["journal", below] if (name, below) == ("gate-agent", "verify") else [below]

    said = command(name, *words, "--config", "nowhere.toml", folder=tmp_path)

    assert (said.code, said.out) == (2, "")
    expected = f"{name}: nowhere.toml: expected a readable file, got No such file or directory\n"
    assert said.err == expected


def test_drivers_are_listed_with_kind_line_maturity_and_options() -> None:
    said = command("gate-agent", "drivers")

    assert said.code == 0
    assert re.search(r"^gy-614v3 +thermometer +9600 8N1 +emulated$", said.out, re.MULTILINE)
    assert re.search(r"^sam-uart +id_reader +115200 8N1 +emulated$", said.out, re.MULTILINE)
    assert re.search(r"^ +option continual: ", said.out, re.MULTILINE)
    assert "居民身份证阅读器" in said.out


def test_emulated_devices_say_where_they_are_and_who_comes(tmp_path: Path) -> None:
    said = command(
        "gate-agent", "emulate", "--config", write_door(tmp_path), "--people", "1", "--pause", "0"
    )

    assert said.code == 0
    assert f"thermometer: gy-614v3 at {tmp_path}/ports/thermometer" in said.out
    assert re.search(r"^\w+ +\d\d\.\d\d °C$", said.out, re.MULTILINE)
    assert not re.search(r"\d{6}", said.out), "no card number, not even an invented one"
    assert not list((tmp_path / "ports").iterdir()), "the ports are gone with it"


def test_emulated_devices_end_at_ctrl_c(tmp_path: Path) -> None:
    playing = Child(
        tmp_path / "log", program("gate-agent"), "emulate", "--config", write_door(tmp_path)
    )

    with playing.start():
        wait_until(lambda: "°C" in playing.said, "somebody to come")

        assert playing.stop(signal.SIGINT) == 0

    assert "Traceback" not in playing.said


def test_emulate_names_an_unknown_driver_with_its_path(tmp_path: Path) -> None:
    config = write_door(tmp_path, {"thermometer": {"driver": "gy-614v4"}})

    said = command("gate-agent", "emulate", "--config", config)

    assert said.code == 2
    line = f"gate-agent: {config}:6: thermometer.driver: expected a driver ("
    assert said.err.startswith(line)


def test_a_faulty_script_of_people_is_refused_before_anything_starts(tmp_path: Path) -> None:
    script = tmp_path / "people.csv"
    script.write_text("who,skin\nwang,342\n", encoding="utf-8")

    said = command("gate-agent", "emulate", "--config", write_door(tmp_path), "--script", script)

    assert said.code == 2
    assert f"{script}:2: skin: expected 20 to 45, got 342" in said.err
