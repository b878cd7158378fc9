"""A bundle (离线安装包): all that one board needs in one file; first it is looked who signed it."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from platform import machine

from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.host.files import expect_room
from gate_agent.release import signature
from gate_agent.release.errors import ReleaseRefused

ABOUT = "bundle.json"
_MOST_BYTES = 1024 * 1024 * 1024
_SPARE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBundle:
    """One that is verified, in a folder."""

    folder: Path
    version: str
    machine: str  # as `uname -m` says it; any: nothing of it is compiled


@contextmanager
def opened(file: Path, *, signers: Path, beside: Path) -> Iterator[ReleaseBundle]:
    """Unpack a bundle for a while into a folder `beside`, verified. Raises ReleaseRefused."""
    folder = beside / ".bundle"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        expect_room(beside, file.stat().st_size + _SPARE_BYTES, "open the bundle", "make room")
        folder.mkdir(parents=True, mode=0o700)
        _unpack(file, folder)
        inner = list(folder.iterdir())
        if len(inner) != 1 or not inner[0].is_dir():
            raise ReleaseRefused(f"{file.name}: expected one folder in it")
        yield verified(inner[0], signers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def verified(folder: Path, signers: Path) -> ReleaseBundle:
    """Return the bundle in a folder, once it is known to be whole and of whom we trust."""
    signature.verify(folder, signers)
    return about(folder)


def about(folder: Path) -> ReleaseBundle:
    """Return what a bundle says of itself. Raises ReleaseRefused for another board's."""
    try:
        said = read_json((folder / ABOUT).read_bytes())
        version, board = str(said["version"]), str(said["machine"])
    except (OSError, ForeignJsonError, KeyError, TypeError) as exc:
        raise ReleaseRefused(f"{folder.name}: expected a bundle, got none") from exc
    if board not in ("any", machine()):
        raise ReleaseRefused(f"expected a bundle for {machine()}, got one for {board}")
    return ReleaseBundle(folder=folder, version=version, machine=board)


def _unpack(file: Path, folder: Path) -> None:
    """Unpack plain files and folders, and nothing that leads out of here."""
    size = 0
    try:
        with tarfile.open(file) as archive:
            for entry in archive:
                size += entry.size
                if not (entry.isfile() or entry.isdir()) or size > _MOST_BYTES:
                    raise ReleaseRefused(f"{file.name}: expected files of a bundle, got others")
                archive.extract(entry, folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, ValueError) as exc:
        if isinstance(exc, OSError) and exc.errno:  # the disk's: who looks after it is told
            raise
        raise ReleaseRefused(f"{file.name}: expected a bundle, got: {exc}") from exc
