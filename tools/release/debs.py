"""Debian packages: the bundle inside, put in place by its own installer, and the files beside it.

`gate-agent` carries everything of an architecture; `gate-collector` is the centre's units and
command over the same release, so that both may stand on one machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.release.source import Source

SCRIPTS = Path(__file__).with_name("maintainer")
_UNITS = "usr/lib/systemd/system"
_COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
Copyright: the authors of Gate Agent
License: Apache-2.0
 On Debian systems: /usr/share/common-licenses/Apache-2.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deb:
    """One package: what it says of itself, and where its files go."""

    name: str
    depends: str
    about: str
    files: Mapping[str, str]  # target → source, from the tree
    links: Mapping[str, str]
    conffiles: tuple[str, ...]


AGENT = Deb(
    name="gate-agent",
    depends="python3 (>= 3.11), openssh-client, systemd, udev",
    about="entrance screening for a public hall: the daemon of a door\n"
    " Measures, registers, holds and records at an entrance, and proves to the centre\n"
    " that nothing was missed, concealed or late. Its environment is its own, below\n"
    " /opt/gate-agent; nothing is fetched from a net.",
    files={
        "usr/lib/udev/rules.d/70-gate-serial.rules": "systemd/70-gate-serial.rules",
        "usr/lib/sysusers.d/gate-agent.conf": "systemd/gate-agent.sysusers",
        "usr/lib/tmpfiles.d/gate-agent.conf": "systemd/gate-agent.tmpfiles",
        "etc/gate-agent/gate.toml.example": "config/gate.example.toml",
        "etc/gate-agent/policy.json.example": "config/policy.example.json",
        "usr/share/doc/gate-agent/changelog.upstream": "CHANGELOG.md",
        "usr/share/doc/gate-agent/README.md": "README.md",
    },
    links={"usr/bin/gate-agent": "/opt/gate-agent/bin/gate-agent"},
    conffiles=("/etc/gate-agent/gate.toml.example", "/etc/gate-agent/policy.json.example"),
)
COLLECTOR = Deb(
    name="gate-collector",
    depends="gate-agent (= {version})",
    about="entrance screening for a public hall: the centre\n"
    " Collects the events of every door, receipts them, makes the daily report,\n"
    " and shows what is missing.",
    files={
        "etc/gate-agent/collector.toml.example": "config/collector.toml",
    },
    links={"usr/bin/gate-collector": "/opt/gate-agent/bin/gate-collector"},
    conffiles=("/etc/gate-agent/collector.toml.example",),
)


def make_deb(deb: Deb, source: Source, out: Path, *, arch: str, bundle: Path | None) -> Path:
    """Write `NAME_VERSION_ARCH.deb`; the same bytes every time."""
    version = debian_version(source.version)
    stage = source.folder.parent / "debs" / f"{deb.name}_{arch}"
    for target, origin in {**deb.files, **_units(deb, source)}.items():
        _put(stage / target, (source.folder / origin).read_bytes())
    _put(stage / f"usr/share/doc/{deb.name}/copyright", _COPYRIGHT.encode())
    for name, target in deb.links.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).symlink_to(target)
    if bundle is not None:
        shutil.copytree(bundle, stage / "usr/lib/gate-agent/bundle")
    _control(deb, stage, version=version, arch=arch)
    for path in sorted(stage.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (source.epoch, source.epoch), follow_symlinks=False)
    stage.chmod(0o755)
    os.utime(stage, (source.epoch, source.epoch))
    made = out / f"{deb.name}_{version}_{arch}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", stage, made],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(source.epoch)},
        check=True,
        capture_output=True,
    )
    return made


def _units(deb: Deb, source: Source) -> dict[str, str]:
    """Return where this package's units go: the centre's are its own, all others the door's."""
    names = [path.name for path in (source.folder / "systemd").glob("*.service")]
    centres = COLLECTOR.name
    own = [name for name in names if name.startswith(centres) == (deb.name == centres)]
    return {f"{_UNITS}/{name}": f"systemd/{name}" for name in sorted(own)}


def debian_version(version: str) -> str:
    """Return a version as Debian sorts it: what comes before a release is before it there, too."""
    return version.replace(".dev", "~dev")


def _control(deb: Deb, stage: Path, *, version: str, arch: str) -> None:
    size = sum(path.stat().st_size for path in stage.rglob("*") if path.is_file()) // 1024
    _put(
        stage / "DEBIAN/control",
        f"Package: {deb.name}\nVersion: {version}\nArchitecture: {arch}\n"
        f"Maintainer: Gate Agent <release@gate-agent.example>\nInstalled-Size: {size}\n"
        f"Depends: {deb.depends.format(version=version)}\nSection: misc\nPriority: optional\n"
        f"Description: {deb.about}\n".encode(),
    )
    _put(stage / "DEBIAN/conffiles", "".join(f"{one}\n" for one in deb.conffiles).encode())
    for script in sorted((SCRIPTS / deb.name).iterdir()):
        _put(stage / "DEBIAN" / script.name, script.read_bytes())
        (stage / "DEBIAN" / script.name).chmod(0o755)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
