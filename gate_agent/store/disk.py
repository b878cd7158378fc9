"""The disk under a journal: how long it lasts, and a reserve, so that a full one takes holds."""

from __future__ import annotations

import errno
import os
from collections import deque
from pathlib import Path

from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import StorageError
from gate_agent.store.kept_copy import discard_copies

RESERVE_BYTES = 8 * 1024 * 1024  # some thousand events of a hold, their write-ahead file included
LOOK_EVERY_S = 60.0
WARN_BELOW_H, WELL_ABOVE_H = 72.0, 96.0  # apart, so that a warning does not flutter
_SHORTEST_S, _LONGEST_S = 600.0, 6 * 3600.0  # of what a rate is measured over


class Reserve:
    """A file of real blocks beside the journal; given up when the disk is full (预留空间)."""

    def __init__(self, path: Path, size: int) -> None:
        self._journal = path
        self._path = path.with_name(path.name + ".reserve")
        self._size = size

    @property
    def free_bytes(self) -> int:
        """What the disk has left for us."""
        try:
            disk = os.statvfs(self._path.parent)
        except OSError:
            return 0
        return disk.f_bavail * disk.f_frsize

    @property
    def held(self) -> bool:
        """Whether it is there, whole."""
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def hold(self) -> bool:
        """Take the blocks, if as many are left over afterwards; tell whether it is held."""
        if self.held:
            return True
        if self.free_bytes < 2 * self._size:
            return False
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(file, 0, self._size)
            finally:
                os.close(file)
        except OSError as exc:
            self.release()
            if exc.errno in (errno.ENOSPC, errno.EDQUOT):
                return False
            raise StorageError(f"{self._path}: expected to write it, got: {exc.strerror}") from exc
        return True

    def release(self) -> bool:
        """Give the blocks back to the disk, and those of a copy; tell whether there were any."""
        had_copy = discard_copies(self._journal)
        try:
            self._path.unlink()
        except OSError:
            return had_copy
        return True


class Gauge:
    """Tells from the free bytes of the last hours how many hours are left."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()
        self.hours_left: float | None = None

    def due(self, boot_ns: int) -> bool:
        """Whether it is time to look again."""
        return not self._seen or boot_ns - self._seen[-1][0] >= LOOK_EVERY_S * NS_PER_S

    def look(self, boot_ns: int, free_bytes: int) -> float | None:
        """Take in what is free now; return the hours left, None while the disk is not filling."""
        self._seen.append((boot_ns, free_bytes))
        while boot_ns - self._seen[0][0] > _LONGEST_S * NS_PER_S:
            self._seen.popleft()
        since_ns, before = self._seen[0]
        seconds, used = (boot_ns - since_ns) / NS_PER_S, before - free_bytes
        measured = seconds >= _SHORTEST_S and used > 0
        self.hours_left = round(free_bytes / used * seconds / 3600, 1) if measured else None
        return self.hours_left

    def forget(self) -> None:
        """Begin anew: the reserve came or went."""
        self._seen.clear()
        self.hours_left = None
