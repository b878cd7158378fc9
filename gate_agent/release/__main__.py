"""`python3 -m gate_agent.release settle`: what a bundle's and a package's installer runs.

From the bundle's own wheel, before anything is installed: with the standard library alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from gate_agent.errors import GateError
from gate_agent.release import board_files, bundle, signature
from gate_agent.release.house import House
from gate_agent.release.services import Systemctl, door

_UNIT = "gate-agent-update"


def main(arguments: list[str]) -> int:
    """Run a command; what we raise on purpose is one line."""
    parser = argparse.ArgumentParser(prog="install")
    commands = parser.add_subparsers(required=True, dest="command")
    settling = commands.add_parser("settle", help="a verified bundle's folder")
    settling.add_argument("folder", type=Path)
    settling.add_argument("--signers", type=Path, help="kept as the site's, for the next update")
    counting = commands.add_parser("switch", help="a release that was put in place otherwise")
    counting.add_argument("version")
    for command in (settling, counting):
        command.add_argument("--root", type=Path, default=Path("/"))
    wanted = parser.parse_args(arguments)
    house = House(root=wanted.root)
    try:
        if wanted.command == "settle":
            settle(house, wanted.folder, wanted.signers)
        else:
            with house.alone():
                _let_count(house, wanted.version)
    except (GateError, OSError) as exc:
        print(f"install: {exc}", file=sys.stderr)  # noqa: T201 its answer
        return 1
    return 0


def settle(house: House, folder: Path, signers: Path | None) -> None:
    """Put a bundle's release in place; where doors run, leave the change to an update."""
    if signers is None:  # dpkg has vouched for what it unpacked
        signature.compare(folder, (folder / signature.SUMS).read_text(encoding="utf-8"))
        about = bundle.about(folder)
    else:
        about = bundle.verified(folder, signers)
    is_packaged = board_files.is_packaged(house)
    if is_packaged and house.root == Path("/"):  # one that waits still, for a quiet moment
        with suppress(GateError):
            Systemctl().stop(_UNIT)
    with house.alone():
        if signers is not None and signers.resolve() != house.signers.resolve():
            house.etc.mkdir(mode=0o755, parents=True, exist_ok=True)
            house.signers.write_bytes(signers.read_bytes())
        place = house.stage(folder, about.version)
        running = Systemctl().running() if house.root == Path("/") else []
        if not any(map(door, running)):  # the centre is restarted by hand, after a backup
            _let_count(house, about.version)
            return
    command = [str(place / "bin/gate-agent"), "update", "--staged", about.version]
    if is_packaged:  # dpkg waits for nobody: it goes on by itself
        subprocess.run(["systemd-run", "--collect", f"--unit={_UNIT}", *command], check=True)
    else:
        os.execv(command[0], command)  # noqa: S606 the release that was just put there


def _let_count(house: House, version: str) -> None:
    house.switch(version)
    if not board_files.is_packaged(house):
        board_files.lay(house)
        board_files.make_known(house)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
