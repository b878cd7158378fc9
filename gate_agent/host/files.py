"""Files that are whole or as they were, whenever the power goes, and room for them on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from gate_agent.errors import StorageError

_MB = 1024 * 1024


def write_whole(path: Path, content: bytes, *, synced: bool = True) -> None:
    """Put `content` into a file that only its owner reads, durably, or leave it as it was.

    Not `synced`: a power cut may cost the last seconds of it, and nobody waits for the disk.

    Raises OSError, with no draft left behind.
    """
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            if synced:
                os.fsync(descriptor)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder has: a rename counts only then. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def expect_room(beside: Path, needed: int, what_for: str, otherwise: str) -> None:
    """Raise StorageError, which says `otherwise`, where the disk has not so many bytes free."""
    disk = os.statvfs(beside if beside.is_dir() else beside.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:  # rounded away from each other: they never read the same
        expected = f"expected {-(-needed // _MB)} MB free to {what_for}"
        raise StorageError(f"{beside}: {expected}, got {free // _MB} MB: {otherwise}")


def who_has_open(path: Path) -> str:
    """Return which other programs have a file open, as far as we may see; empty for nobody."""
    there = path.resolve()
    holders = [
        f"{_name(process)} (process {process.name})"
        for process in sorted(Path("/proc").glob("[0-9]*"))
        if process.name != str(os.getpid()) and _has_open(process, there)
    ]
    return ", ".join(holders)


def _has_open(process: Path, path: Path) -> bool:
    try:
        return any(one.readlink() == path for one in (process / "fd").iterdir())
    except OSError:  # it ended, or is another user's
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"
