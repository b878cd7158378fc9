"""A board to be set up: a folder for each place, devices on real lines, a systemctl that notes."""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest

from children import wait_until
from cli.commands import Said, command, devices
from doorfiles import write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig

BOTH = ("thermometer", "id_reader")
_SYSTEMCTL = """#!/bin/sh
case "$1" in
is-system-running) echo STATE; exit 0 ;;
is-active) echo ACTIVE; exit 0 ;;
esac
echo "$(basename "$0") $*" >>NOTED
case "$*" in *refused*) exit 1 ;; esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board."""

    root: Path

    @property
    def file(self) -> Path:
        return self.root / "etc/west-1f.toml"

    @property
    def config(self) -> GateConfig:
        return load_config(self.file, GateConfig)

    @property
    def noted(self) -> list[str]:
        """What was run."""
        log = self.root / "noted"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def set_up(self, *options: str | Path, typed: Sequence[str] = ()) -> Said:
        places = [f"--{name}={self.root / name}" for name in ("etc", "state", "units", "dev")]
        own = f"--owner={pwd.getpwuid(os.geteuid()).pw_name}"
        said = "".join(f"{line}\n" for line in typed)
        return command("gate-agent", "setup", *places, own, *options, typed=said)

    def answers(self, text: str) -> tuple[str, Path]:
        path = self.root / "answers.toml"
        path.write_text(text, encoding="utf-8")
        return "--answers", path


@contextmanager
def board(root: Path, *plugged: str) -> Iterator[Board]:
    """A board with these devices on their lines, named by their sockets as udev does."""
    lines = root / "lines"
    config = write_door(lines)
    sockets = root / "dev/serial/by-path"
    sockets.mkdir(parents=True)
    ports = {"thermometer": "ports/thermometer", "id_reader": "ports/id-reader"}
    for name in plugged:
        (sockets / f"usb-{name}").symlink_to(lines / ports[name])
    ready, over = Event(), Event()

    async def speak() -> None:
        async with devices(config, *plugged):
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=lambda: asyncio.run(speak()), name="devices")
    thread.start()
    try:
        wait_until(ready.is_set, "the devices")
        yield Board(root=root)
    finally:
        over.set()
        thread.join(60)


def systemd_runs(
    one: Board, patch: pytest.MonkeyPatch, state: str = "running", door: str = "inactive"
) -> None:
    """Put programs on the path that note what they are asked, as if systemd ran here."""
    folder = one.root / "path"
    folder.mkdir()
    script = _SYSTEMCTL.replace("STATE", state).replace("ACTIVE", door)
    script = script.replace("NOTED", str(one.root / "noted"))
    for name in ("systemctl", "apt-get", "systemd-sysusers"):
        (folder / name).write_text(script, encoding="ascii")
        (folder / name).chmod(0o755)
    patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
