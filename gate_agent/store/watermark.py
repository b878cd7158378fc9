"""The mark (水位) beside a journal: the newest event that somebody was told to be durable.

It is written after each commit and never synced: a power cut may leave it behind the journal,
nothing leaves it ahead. A journal that ends before its mark has lost events, to a damaged
write-ahead file, to a disk that lies about syncing, or to an old copy put in its place.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from gate_agent.store.opening import Head

_CHECK = 16  # hex digits


def mark_of(path: Path) -> Path:
    """Return the mark's file of the journal at `path`."""
    return path.with_name(path.name + ".head")


class Watermark:
    """The mark, open for writing."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(mark_of(path), os.O_WRONLY | os.O_CREAT, 0o600)

    def write(self, head: Head) -> None:
        """Move the mark; where the disk refuses, it lags behind, and that is allowed."""
        with suppress(OSError):
            os.pwrite(self._file, _line(head), 0)

    def close(self) -> None:
        """Close the file; closing it twice does nothing."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def read_mark(path: Path) -> Head | None:
    """Return the mark of the journal at `path`; None if there is none that can be read."""
    try:
        line = mark_of(path).read_bytes()
        epoch, sequence, link, _ = line.decode("ascii").split()
        head = Head(epoch, int(sequence), bytes.fromhex(link))
    except (OSError, ValueError):
        return None
    return head if line == _line(head) else None


def _line(head: Head) -> bytes:
    """Return the mark as text: one length for all, so that a new one covers the one before."""
    text = f"{head.epoch} {head.sequence:020d} {head.link.hex()}".encode("ascii")
    return text + b" " + sha256(text).hexdigest()[:_CHECK].encode("ascii") + b"\n"
