"""Bundles (离线安装包): every wheel that a board of one architecture needs, and an installer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.release.archive import pack
from tools.release.lock import Pin
from tools.release.source import Source, Unreleasable
from tools.release.sums import sign, write_sums

PYTHONS = ("3.11", "3.13")  # of Debian 12 and 13, and Raspberry Pi OS made of them
GLIBCS = tuple(f"2_{minor}" for minor in range(36, 16, -1))  # Debian 12 has 2.36
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}  # as Debian, and as the kernel says it
INSTALL = Path(__file__).with_name("maintainer") / "install"


def download(lock: Path, machine: str, cache: Path) -> list[Path]:
    """Return every wheel of the lock for that machine, by pip, with the hash that is locked."""
    cache.mkdir(parents=True, exist_ok=True)
    platforms = [f"--platform=manylinux_{glibc}_{machine}" for glibc in GLIBCS]
    platforms += [f"--platform=manylinux2014_{machine}", f"--platform=linux_{machine}"]
    for python in PYTHONS:
        said = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check",
             "--no-deps", "--only-binary=:all:", "--require-hashes", f"--python-version={python}",
             "--implementation=cp", *platforms, "-r", str(lock), "-d", str(cache)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if said.returncode:
            raise Unreleasable(f"wheels of {machine}, Python {python}: {said.stderr.strip()}")
    return sorted(cache.glob("*.whl"))


def of_lock(wheels: Iterable[Path], locked: Sequence[Pin]) -> list[Path]:
    """Return the wheels that a board needs of those that were downloaded, by the lock's names."""
    wanted = {(pin.name.lower().replace("-", "_"), pin.version) for pin in locked}
    kept = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        if (name.lower().replace(".", "_"), version) in wanted:
            kept.append(wheel)
    there = {(w.name.split("-")[0].lower().replace(".", "_"), w.name.split("-")[1]) for w in kept}
    if missing := wanted - there:
        raise Unreleasable(f"expected wheels of {sorted(missing)}, got none")
    return kept


def lay_out(folder: Path, wheels: Iterable[Path], *, version: str, machine: str) -> Path:
    """Make a bundle's folder, without a signature."""
    (folder / "wheels").mkdir(parents=True)
    for wheel in wheels:
        shutil.copy(wheel, folder / "wheels" / wheel.name)
    (folder / "bundle.json").write_text(
        json.dumps({"version": version, "machine": machine}) + "\n", encoding="utf-8"
    )
    install = folder / "install"
    shutil.copyfile(INSTALL, install)
    install.chmod(0o755)
    write_sums(folder)
    return folder


def make_bundle(
    source: Source, wheels: Iterable[Path], out: Path, *, arch: str, machine: str, key: Path | None
) -> Path:
    """Write `gate-agent-VERSION-ARCH.bundle.tar.gz` into `out`."""
    name = f"gate-agent-{source.version}-{arch}"
    folder = lay_out(
        source.folder.parent / "bundles" / name, wheels, version=source.version, machine=machine
    )
    if key is not None:
        sign(folder, key)
    return pack(folder, out / f"{name}.bundle.tar.gz", epoch=source.epoch)
