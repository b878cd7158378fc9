"""What one promise costs on this disk: a page appended and synced, as a commit does it."""

from __future__ import annotations

import os
import time
from pathlib import Path

_PAGE = 4096 + 24


def sync_us(folder: Path) -> float:
    """Append a page and sync it; return how long that took, in microseconds."""
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        began = time.perf_counter_ns()
        os.write(descriptor, bytes(_PAGE))
        os.fdatasync(descriptor)
        return (time.perf_counter_ns() - began) / 1000
    finally:
        os.close(descriptor)
