"""Takes a board's installation away (卸载); with `purge` the site's journals too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from gate_agent.release import board_files
from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.house import House
from gate_agent.release.services import Systemctl

_DATA = ("etc/gate-agent", "var/lib/gate-agent", "var/lib/gate-collector")
_USERS = ("gate", "gate-collector", "gate-kiosk")


def remove(house: House, manager: Systemctl, *, purge: bool) -> None:
    """Stop and remove what was installed. Raises ReleaseRefused where Debian looks after it."""
    if board_files.is_packaged(house):
        raise ReleaseRefused("expected a bundle's installation, got Debian's: apt remove or purge")
    for unit in manager.running("gate-*.service"):  # screens and clock as well
        manager.stop(unit)
    for link in (house.root / "etc/systemd/system").glob("*.wants/gate-*.service"):
        link.unlink()
    board_files.take_away(house)
    shutil.rmtree(house.prefix, ignore_errors=True)
    if purge:
        for folder in _DATA:
            shutil.rmtree(house.root / folder, ignore_errors=True)
        for user in _USERS if house.root == Path("/") else ():
            subprocess.run(["userdel", user], check=False, capture_output=True)
    manager.reload()
