"""What one promise costs on this disk: a page appended and synced, as a commit does it."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

_PAGE, _TIMES = 4096 + 24, 300


def sync_us(folder: Path) -> float:
    """Return the median of an append and fdatasync, in microseconds."""
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    took = []
    try:
        for _ in range(_TIMES):
            began = time.perf_counter_ns()
            os.write(descriptor, bytes(_PAGE))
            os.fdatasync(descriptor)
            took.append(time.perf_counter_ns() - began)
    finally:
        os.close(descriptor)
    return statistics.median(took) / 1000
