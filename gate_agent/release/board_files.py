"""What a release has outside its folder: units, rules, users, folders, the way to its commands.

A Debian package brings its own; a bundle's installation lays them down and takes them away.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gate_agent.host.files import write_whole
from gate_agent.release.house import House

PACKAGED = "usr/lib/gate-agent/bundle"  # there while a Debian package is installed
PROGRAMS = ("gate-agent", "gate-collector")
_NAMED = {
    "gate-agent.sysusers": "etc/sysusers.d/gate-agent.conf",
    "gate-agent.tmpfiles": "etc/tmpfiles.d/gate-agent.conf",
}
_MAKES = (
    ("systemd-sysusers", "gate-agent.conf"),
    ("systemd-tmpfiles", "--create", "gate-agent.conf"),
)
_READS = (
    ("systemctl", "daemon-reload"),
    ("udevadm", "control", "--reload"),
    ("udevadm", "trigger", "--subsystem-match=tty"),
)
_KINDS = {".service": "etc/systemd/system", ".timer": "etc/systemd/system",
          ".rules": "etc/udev/rules.d"}  # fmt: skip


def is_packaged(house: House) -> bool:
    """Whether a Debian package looks after this board's files."""
    return (house.root / PACKAGED).is_dir()


def lay(house: House) -> None:
    """Put the files of the release that counts where the system looks for them."""
    for source, target in _files(house):
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, source.read_bytes())
        target.chmod(0o644)
    for name in PROGRAMS:
        link = house.root / "usr/local/bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(f"/opt/gate-agent/bin/{name}")


def make_known(house: House) -> None:
    """Let the system make the users and folders, and read the rules, of what was laid down."""
    if house.root != Path("/"):
        return
    for command in _MAKES if not Path("/run/systemd/system").is_dir() else (*_MAKES, *_READS):
        if shutil.which(command[0]):  # an image has none of it, and makes its users itself
            subprocess.run(command, check=False)


def take_away(house: House) -> None:
    """Remove what `lay` put there."""
    for _, target in _files(house):
        target.unlink(missing_ok=True)
    for name in PROGRAMS:
        (house.root / "usr/local/bin" / name).unlink(missing_ok=True)


def _files(house: House) -> Iterator[tuple[Path, Path]]:
    current = house.version_at("current")
    if current is None:
        return
    for source in sorted((house.place(current) / "share/gate-agent/systemd").glob("*")):
        if source.name in _NAMED:
            yield source, house.root / _NAMED[source.name]
        elif source.suffix in _KINDS:
            yield source, house.root / _KINDS[source.suffix] / source.name
