"""A board of a test's own: releases, a service manager, a door that runs, and its guard."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from children import free_port, wait_until
from doorfiles import write_door
from gate_agent.demo.robot import ask
from gate_agent.release.doors import DoorLook, RunningDoor
from gate_agent.release.house import House
from gate_agent.release.services import Systemctl
from gate_agent.release.update import Update, UpdatePatience
from release import service_manager

UNIT = "gate-agent@west-1f.service"
SOON = UpdatePatience(quiet_s=30, up_s=30, watch_s=1, looks_every_s=0.1)


@dataclass(slots=True)
class Board:
    """Everything below one folder; `said` is what an update told."""

    root: Path
    signers: Path
    said: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Configure the door."""
        (self.root / "units").mkdir(parents=True)
        self.house.etc.mkdir(parents=True)
        shutil.copy(self.signers, self.house.signers)
        made = write_door(self.root / "var", {"web": {"port": self.port}})
        config = made.read_text(encoding="utf-8")
        for name in ("journal/", "ports/"):
            config = config.replace(f'"{name}', f'"{made.parent}/{name}')
        self.config.write_text(config, encoding="utf-8")
        made.unlink()

    @classmethod
    def again(cls, root: Path, port: int) -> Board:
        """Return a board that was made by another process."""
        board = cls.__new__(cls)
        board.root, board.signers, board.said, board.port = root, root, [], port
        return board

    @property
    def house(self) -> House:
        """Its releases."""
        return House(root=self.root)

    @property
    def config(self) -> Path:
        """The door's configuration."""
        return self.root / "etc/gate-agent/west-1f.toml"

    @property
    def journal(self) -> Path:
        """The door's journal."""
        return self.root / "var/journal/journal.sqlite"

    @property
    def manager(self) -> Systemctl:
        """Its service manager."""
        return Systemctl((sys.executable, service_manager.__file__, str(self.root)))

    @property
    def asked(self) -> list[str]:
        """What the service manager was asked to change."""
        lines = (self.root / "asked").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.split()[0] in ("start", "stop", "restart")]

    def update(self, patience: UpdatePatience = SOON) -> Update:
        """Return an update of this board."""
        return Update(
            house=self.house, say=self.said.append, manager=self.manager, patience=patience
        )

    @property
    def door(self) -> RunningDoor:
        """The door, as an update asks it."""
        return RunningDoor.of_unit(UNIT, self.config)

    def now(self) -> DoorLook | None:
        """Ask the door how it is."""
        return self.door.now()

    def tap(self, path: str, body: dict[str, object]) -> dict[str, object]:
        """Do something at the guard's screen."""
        return ask(self.port, path, body)

    @contextmanager
    def runs(self) -> Iterator[None]:
        """Let the door run; whatever runs at the end is ended."""
        self.manager.start(UNIT)
        try:
            wait_until(self.now, f"the door to be up: {self.log}")
            yield
        finally:
            self.manager.stop(UNIT)

    @property
    def log(self) -> str:
        """What the door said."""
        log = self.root / "units" / UNIT / "log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
