"""systemd/ holds units that systemd accepts, closed as far as a gate allows."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from gate_agent.setup import drop_ins
from tree import ROOT, text

UNITS = (
    "gate-agent@.service", "gate-collector.service", "gate-collector-worker@.service",
    "gate-clock.service",
)  # fmt: skip
WATCHED = UNITS[:3]
BINARY = re.compile(r"^ExecStart=(/opt/gate-agent/bin/\S+)", re.MULTILINE)


def _as_installed(unit: str, folder: Path) -> Path:
    """Copy a unit with its program there: verify asks whether it can be executed."""
    source = text(f"systemd/{unit}")
    program = folder / "program"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    copy = folder / unit
    assert BINARY.search(source)
    copy.write_text(BINARY.sub(lambda _: f"ExecStart={program}", source), encoding="utf-8")
    return copy


def _analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_the_unit_without_a_word(unit: str, tmp_path: Path) -> None:
    verdict = _analyze("verify", "--man=no", _as_installed(unit, tmp_path))

    assert verdict.stdout + verdict.stderr == ""
    assert verdict.returncode == 0


@pytest.mark.parametrize("unit", WATCHED)
def test_a_misspelt_setting_would_be_found(unit: str, tmp_path: Path) -> None:
    copy = _as_installed(unit, tmp_path)
    copy.write_text(
        copy.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSeconds="),
        encoding="utf-8",
    )

    verdict = _analyze("verify", "--man=no", copy)

    assert "WatchdogSeconds" in verdict.stderr


@pytest.mark.parametrize(
    ("unit", "most"), [(UNITS[0], 12), (UNITS[1], 11), (UNITS[2], 11), (UNITS[3], 5)]
)
def test_the_sandbox_is_at_most_this_exposed(unit: str, most: int, tmp_path: Path) -> None:
    # tenths of systemd's exposure level: 12 is 1.2 of 10
    copy = _as_installed(unit, tmp_path)

    verdict = _analyze("security", "--offline=yes", f"--threshold={most}", copy)

    assert verdict.returncode == 0, verdict.stdout


def test_the_gate_is_watched_restarted_and_may_open_serial_lines() -> None:
    unit = text("systemd/gate-agent@.service")

    for line in (
        "Type=notify",
        "WatchdogSec=30",
        "Restart=always",
        "StartLimitIntervalSec=0",
        "StateDirectory=gate-agent",
        "MemoryMax=256M",
        "ConditionPathExists=/etc/gate-agent/%i.toml",  # no file, no door, and nothing for ever
        "DeviceAllow=char-ttyUSB rw",
        "DeviceAllow=char-ttyACM rw",
        "DeviceAllow=char-ttyAMA rw",
        "DeviceAllow=char-ttyS rw",
    ):
        assert f"\n{line}\n" in unit
    assert "\nm gate           dialout\n" in text("systemd/gate-agent.sysusers")
    assert "\nPrivateDevices=" not in unit  # the lines are devices


def test_one_process_asks_the_kernel_for_its_clock_and_may_do_nothing_else() -> None:
    door, clock = (text(f"systemd/{name}").splitlines() for name in (UNITS[0], UNITS[3]))

    assert {"ProtectClock=yes", "ProcSubset=pid", "Wants=gate-clock.service"} <= {*door}
    assert not any("adjtimex" in line for line in door)
    assert [line for line in clock if line.startswith("SystemCallFilter=")][-1] == (
        "SystemCallFilter=adjtimex clock_adjtime"
    )
    nothing = {"PrivateNetwork=yes", "RestrictAddressFamilies=none", "PrivateDevices=yes"}
    assert nothing <= {*clock}
    for lines in (door, clock):
        assert {"CapabilityBoundingSet=", "AmbientCapabilities=", "DevicePolicy=closed"} <= {*lines}
        assert not any("rtc" in line for line in lines if line.startswith("DeviceAllow="))


@pytest.mark.parametrize("drop_in", [one.name for one in drop_ins.DROP_INS])
def test_what_a_door_needs_beside_serial_lines_opens_that_and_no_more(
    drop_in: str, tmp_path: Path
) -> None:
    (one,) = [it for it in drop_ins.DROP_INS if it.name == drop_in]
    copy = _as_installed(UNITS[0], tmp_path)
    drop_ins.write(tmp_path / f"{copy.name}.d", [one])

    verified = _analyze("verify", "--man=no", copy)
    exposed = _analyze("security", "--offline=yes", "--threshold=14", copy)

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    assert exposed.returncode == 0, exposed.stdout
    (allowed,) = re.findall(r"^DeviceAllow=(\S+) rw$", one.text, re.MULTILINE)
    assert allowed in exposed.stdout


def test_the_programs_the_units_start_are_the_ones_the_project_installs() -> None:
    scripts = set(re.findall(r"^(gate-[a-z]+) = ", text("pyproject.toml"), re.MULTILINE))

    started = {BINARY.findall(text(f"systemd/{unit}"))[0].rsplit("/", 1)[1] for unit in UNITS}

    assert started - {"python"} <= scripts


def test_sysusers_and_tmpfiles_name_the_users_the_units_run_as(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    users = {re.findall(r"^User=(.*)$", text(f"systemd/{unit}"), re.MULTILINE)[0] for unit in UNITS}

    made = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", "-"],
        input=text("systemd/gate-agent.sysusers"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stderr
    names = {
        line.split(":")[0]
        for line in (tmp_path / "etc/passwd").read_text(encoding="utf-8").splitlines()
    }
    assert users <= names
    owners = set(
        re.findall(r"^d /etc/\S+ +\d+ +(\S+)", text("systemd/gate-agent.tmpfiles"), re.MULTILINE)
    )
    assert owners - {"root"} == users


def test_the_board_is_installed_where_the_units_start_it() -> None:
    prefix = re.findall(r"^PREFIX=(.*)$", (ROOT / "tools/setup").read_text(), re.MULTILINE)

    for unit in UNITS:
        assert BINARY.findall(text(f"systemd/{unit}"))[0].startswith(f"{prefix[0]}/bin/")
