"""Files that are whole or as they were, whenever the power goes, and room for them on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from gate_agent.errors import StorageError


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` into a file that only its owner reads, durably, or leave it as it was.

    Raises OSError, with no draft left behind.
    """
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def expect_room(beside: Path, needed: int, what_for: str, otherwise: str) -> None:
    """Raise StorageError, which says `otherwise`, where the disk has not so many bytes free."""
    disk = os.statvfs(beside if beside.is_dir() else beside.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise StorageError(
            f"{beside}: expected {_mb(needed)} free to {what_for}, got {_mb(free)}: {otherwise}"
        )


def _mb(count: int) -> str:
    return f"{count / 1024 / 1024:.0f} MB"
