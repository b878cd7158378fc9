"""The service manager as an update needs it: which doors run here, start, stop, how they are."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gate_agent.release.errors import ReleaseRefused

_PATTERNS = ("gate-agent@*.service", "gate-collector*.service")
_SYSTEMCTL = ("systemctl",)
_BOOTED = Path("/run/systemd/system")  # sd_booted(3)
_WITHIN_S = 90 * 60  # a journal that is brought up, however long it is


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """How a unit is."""

    active: str  # as `systemctl is-active` says it
    restarts: int  # by itself, since it was started by hand


@dataclass(frozen=True, slots=True)
class Systemctl:
    """systemd, asked by its own command."""

    command: Sequence[str] = _SYSTEMCTL

    def running(self, *patterns: str) -> list[str]:
        """Return the units that run or are starting: doors and centre, or those of `patterns`."""
        wanted = patterns or _PATTERNS
        said = self._ask("list-units", "--plain", "--no-legend", "--full", *wanted)
        lines = [line.split() for line in said.splitlines()]
        return [
            line[0]
            for line in lines
            if len(line) > 2 and line[2] in ("active", "activating")  # noqa: PLR2004 unit, loaded, active
        ]

    def reload(self) -> None:
        """Let it read the units anew."""
        self._ask("daemon-reload")

    def start(self, unit: str) -> None:
        """Start a unit and wait until it says that it is ready, or is not."""
        self._ask("start", unit, may_fail=True)

    def stop(self, unit: str) -> None:
        """Stop a unit and wait for its end."""
        self._ask("stop", unit)

    def restart(self, unit: str) -> None:
        """Stop and start a unit in one job, which goes on if we end meanwhile."""
        self._ask("restart", unit, may_fail=True)

    def state(self, unit: str) -> UnitState:
        """Return how a unit is."""
        said = self._ask("show", unit, "--property=ActiveState,NRestarts")
        told_of = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        restarts = told_of.get("NRestarts", "0")
        return UnitState(
            active=told_of.get("ActiveState", "inactive"),
            restarts=int(restarts) if restarts.isdigit() else 0,
        )

    def _ask(self, *words: str, may_fail: bool = False) -> str:
        if tuple(self.command) == _SYSTEMCTL and not _BOOTED.is_dir():
            return ""  # an image that is made: nothing runs here
        try:
            said = subprocess.run(
                [*self.command, *words],
                capture_output=True,
                text=True,
                check=False,
                timeout=_WITHIN_S,
            )
        except OSError as exc:
            raise ReleaseRefused(f"expected systemctl, got: {exc.strerror}") from exc
        if said.returncode and not may_fail:
            raise ReleaseRefused(f"systemctl {' '.join(words)}: {said.stderr.strip()}")
        return said.stdout


def door(unit: str) -> str | None:
    """Return the door's name in a unit's, None for a unit of the centre."""
    name, _, rest = unit.partition("@")
    return rest.removesuffix(".service") if name == "gate-agent" else None
