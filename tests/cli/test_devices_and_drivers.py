"""`gate-agent devices` finds what is plugged in; `driver new` makes what passes its own test."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from pathlib import Path

from cli.commands import Said, command
from doorfiles import write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import find_model
from gate_agent.driver_api import Emulator
from gate_agent.emulation.pty import Pty, run_emulator


def devices(dev: Path, emulators: dict[str, Emulator], *arguments: str | Path) -> Said:
    async def main() -> Said:
        with ExitStack() as plugged:
            async with asyncio.TaskGroup() as group:
                speaking = [
                    group.create_task(
                        run_emulator(plugged.enter_context(Pty(dev / name)), emulator)
                    )
                    for name, emulator in emulators.items()
                ]
                said = await asyncio.to_thread(
                    command, "gate-agent", "devices", "--dev", dev, *arguments
                )
                for task in speaking:
                    task.cancel()
        return said

    return asyncio.run(main())


def test_what_is_plugged_in_is_named_and_proposed_by_the_name_that_stays(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    plugged: dict[str, Emulator] = {
        "serial/by-path/usb-1": find_model("gy-614v3").new_emulator(),
        "serial/by-path/usb-2": find_model("sam-uart").new_emulator(),
    }
    config = write_door(tmp_path)

    said = devices(tmp_path / "dev", plugged, "--write", config)

    assert said.code == 0, said.err
    assert "gy-614v3 @ 9600 (额温测温模块" in said.out
    assert "sam-uart @ 115200" in said.out
    block = tomllib.loads(said.out[said.out.index("[") :])
    assert block["thermometer"] == {
        "driver": "gy-614v3",
        "port": str(tmp_path / "dev/serial/by-path/usb-1"),
    }
    written = load_config(config, GateConfig)
    assert str(written.id_reader.port) == str(tmp_path / "dev/serial/by-path/usb-2")


def test_a_line_where_nobody_answers_is_told_as_such(tmp_path: Path) -> None:
    plugged: dict[str, Emulator] = {"ttyUSB0": find_model("rdm6300").new_emulator()}

    said = devices(tmp_path, plugged)

    assert said.code == 0
    assert f"{tmp_path}/ttyUSB0" in said.out
    assert "no answer 无应答" in said.out


def test_a_new_drivers_package_passes_its_own_test_and_is_found_by_the_agent(
    tmp_path: Path,
) -> None:
    made = command("gate-agent", "driver", "new", "my-sensor", "--folder", tmp_path)
    assert made.code == 0, made.err
    root = tmp_path / "my-sensor"
    path = os.pathsep.join([str(root), str(tmp_path)])
    env = {**os.environ, "PYTHONPATH": path}

    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", root / "tests"],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout
    assert "3 passed" in tested.stdout
    info = tmp_path / "my_sensor-0.1.0.dist-info"  # as pip would install it
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-sensor\nVersion: 0.1.0\n")
    points = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]
    (named,) = points["gate_agent.drivers"].items()
    (info / "entry_points.txt").write_text(f"[gate_agent.drivers]\n{named[0]} = {named[1]}\n")
    listed = subprocess.run(
        [Path(sys.executable).parent / "gate-agent", "drivers"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "my-sensor      thermometer" in listed.stdout


def test_a_driver_is_not_made_over_another_and_needs_a_plain_name(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    for name in ("there", "My Sensor", "../x"):
        said = command("gate-agent", "driver", "new", name, "--folder", tmp_path)
        assert said.code == 2
        assert "expected a n" in said.err
