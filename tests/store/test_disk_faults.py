"""A disk that refuses, lies dead for a while or turns read-only delays events and loses none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate_agent.store.verify import verify
from store.shelf import proven
from store.writers import needs_strace, write_all

EVENTS = 40


@needs_strace
@pytest.mark.parametrize(
    "fault",
    [
        "fdatasync:error=EIO:when=10+7",  # every seventh sync fails
        "fdatasync:error=EIO:when=8..12",  # the disk is away for a while
        "pwrite64:error=EIO:when=50+61",
        "pwrite64:error=ENOSPC:when=50+61",
        "pwrite64:error=EROFS:when=60..70",
    ],
)
def test_commits_that_fail_are_tried_again_and_nothing_is_lost(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "gate.db"
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-qq", "-o", str(trace), "-e", f"inject={fault}")

    told = write_all(path, EVENTS, "--crowd", "3", "--holds", "1", under=strace)

    assert "INJECTED" in trace.read_text()
    events = [sequence for sequence, _ in proven(path)]
    assert [sequence for sequence in events if sequence in set(told)] == told
    holds_due = list(range(1, EVENTS + 1))
    bodies = b"\n".join(body or b"" for _, body in proven(path))
    assert [number for number in holds_due if b'"h-%d"' % number in bodies] == holds_due
    verify(path, lambda _done, _total: None)
