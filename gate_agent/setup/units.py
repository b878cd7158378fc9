"""Lets systemd start what was set up; where it does not run here, the commands are said instead."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

from gate_agent.words import Lang, word

Say = Callable[[str], None]
KIOSK_PACKAGES = ("cage", "chromium", "fonts-noto-cjk", "libpam-systemd")  # the last: a seat
_NOT_HERE = ("", "offline", "unknown")


class Units:
    """The service manager of this machine."""

    def __init__(self, say: Say, lang: Lang) -> None:
        self._say, self._lang = say, lang
        self._runs = _answer("systemctl", "is-system-running") not in _NOT_HERE

    def begin(self, unit: str, *, anew: bool) -> bool:
        """Enable a unit and start it, `anew` if what it reads has changed; whether that went."""
        verb = "restart" if anew else "start"
        commands = (["systemctl", "daemon-reload"], ["systemctl", "enable", unit])
        return self._do([*commands, ["systemctl", verb, unit]])

    def is_at_work(self, unit: str) -> bool:
        """Whether a unit runs now: it holds its lines, and nobody else may ask there."""
        return self._runs and _answer("systemctl", "is-active", unit) == "active"

    def kiosk(self, unit: str) -> bool:
        """Install what a kiosk is made of, and start it; whether that went."""
        install = ["apt-get", "install", "-y", "--no-install-recommends", *KIOSK_PACKAGES]
        return self._do([install, ["systemd-sysusers"]]) and self.begin(unit, anew=True)

    def _do(self, commands: Sequence[Sequence[str]]) -> bool:
        if not self._runs:
            self._say(word("setup.run_yourself", self._lang))
            for command in commands:
                self._say(f"  sudo {' '.join(command)}")
            return True
        for command in commands:
            self._say(f"  {' '.join(command)}")
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            if _code(command, environment) != 0:
                self._say(word("setup.failed", self._lang, command=" ".join(command)))
                return False
        return True


def _code(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        return subprocess.run(command, check=False, env=environment).returncode
    except OSError:
        return 127


def _answer(*command: str) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip()
