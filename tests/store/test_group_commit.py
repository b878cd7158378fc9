"""One sync serves many that wait, and none is saved where each waits alone. Counted by strace."""

from __future__ import annotations

import re
from pathlib import Path

from store.shelf import proven
from store.writers import needs_strace, write_all

EVENTS = 200


def _syncs(path: Path, crowd: int) -> int:
    """Return how often the writer process synced its data for all events."""
    trace = path.parent / "trace"
    strace = ("strace", "-f", "-qq", "-c", "-e", "trace=fdatasync", "-o", str(trace))
    told = write_all(path, EVENTS, "--crowd", str(crowd), under=strace)
    assert told == [sequence for sequence, _ in proven(path)]
    counted = re.search(r"(\d+)\s+fdatasync$", trace.read_text(), re.MULTILINE)
    assert counted is not None
    return int(counted[1])


@needs_strace
def test_every_commit_is_synced_when_each_caller_waits_for_the_one_before(tmp_path: Path) -> None:
    assert _syncs(tmp_path / "gate.db", crowd=1) >= EVENTS


@needs_strace
def test_many_that_wait_share_one_sync(tmp_path: Path) -> None:
    assert _syncs(tmp_path / "gate.db", crowd=50) <= EVENTS / 5
