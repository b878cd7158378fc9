"""Releases of a test's own: this tree as a wheel of any version, signed by a key made for it.

Dependencies come from the installation that runs the tests, by a wheel that only points there.
"""

from __future__ import annotations

import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tools.release.archive import pack
from tools.release.bundles import lay_out
from tools.release.packages import build_packages
from tools.release.source import Source, take
from tools.release.sums import sign, signers, write_sums
from tree import ROOT

EPOCH = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Shop:
    """A folder where releases are made."""

    folder: Path

    @property
    def key(self) -> Path:
        """The key that signs, made at the first use."""
        return key_in(self.folder / "release-key")

    @property
    def signers(self) -> Path:
        """Whom a board of this shop trusts."""
        path = self.folder / "release-signers"
        path.write_text(signers(self.key), encoding="utf-8")
        return path

    def source(self, version: str) -> Source:
        """Return this tree, with a version of the test's own."""
        taken = take(ROOT, self.folder / version / "gate-agent", version=version)
        return Source(folder=taken.folder, version=version, epoch=EPOCH)

    def wheel(self, version: str) -> Path:
        """Build this tree's wheel."""
        source = self.source(version)
        out = self.folder / version / "out"
        out.mkdir()
        (wheel,) = build_packages(source, out, "wheel")
        return wheel

    def laid_out(self, version: str, wheel: Path) -> Path:
        """Return a bundle's folder with that wheel, signed."""
        folder = self.folder / version / f"gate-agent-{version}-any"
        wheels = [wheel, pointer(self.folder / version)]
        lay_out(folder, wheels, version=version, machine="any")
        sign(folder, self.key)
        return folder

    def packed(self, version: str, wheel: Path) -> Path:
        """Return a bundle with that wheel, as a site gets it."""
        folder = self.laid_out(version, wheel)
        return pack(folder, folder.with_suffix(".tar.gz"), epoch=EPOCH)


def key_in(path: Path) -> Path:
    """Make an ssh key, unless it is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True
        )
    return path


def again(folder: Path, key: Path) -> None:
    """Sum and sign a folder anew."""
    write_sums(folder)
    sign(folder, key)


def pointer(folder: Path) -> Path:
    """Return a wheel by which a release sees what is installed beside these tests."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "beside-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("beside.pth", f"{sysconfig.get_path('purelib')}\n")
    return wheel


def small_wheel(folder: Path, version: str) -> Path:
    """Return a wheel that stands for a release where nobody runs it."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"gate_agent-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("gate_agent/__init__.py", f"__version__ = {version!r}\n" + "#" * 4096)
        data = f"gate_agent-{version}.data/data/share/gate-agent"
        for path in (ROOT / "systemd").iterdir():
            if path.is_file():
                archive.write(path, f"{data}/systemd/{path.name}")
    return wheel


def said_by(place: Path, *command: str) -> str:
    """Return what a program of a release prints."""
    return subprocess.run(
        [place / "bin" / command[0], *command[1:]],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
    ).stdout
