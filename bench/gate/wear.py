"""How much a passage writes to the disk: `python -m bench.gate.wear [PASSAGES] [FOLDER]`.

A real journal, each passage a commit of its own as at a door. The kernel counts (`host.wear`), so
that what SQLite, its -wal and the moves into the database cost is in it.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.gate.past import draft
from gate_agent.config.keyfile import make_key
from gate_agent.host.clock import SystemClock
from gate_agent.host.wear import written_bytes
from gate_agent.store.journal import Journal

_PASSAGES = 2000


def bytes_a_passage(folder: Path, passages: int) -> float:
    """Journal so many passages, one commit each; return what each wrote."""
    clock = SystemClock()
    now = clock.now()
    with Journal.open(
        folder / "journal.sqlite",
        site="hall-01",
        gate="west-1f",
        clock=clock,
        zone=ZoneInfo("Asia/Shanghai"),
        key=make_key(folder / "store.key"),
    ) as journal:
        before = written_bytes()
        for number in range(passages):
            durable = threading.Event()
            record = draft(number, passages, now)
            journal.append([record], lambda _, durable=durable: durable.set())  # type: ignore[misc]
            durable.wait()
    return (written_bytes() - before) / passages


def main(given: Sequence[str]) -> None:
    """Measure, and print a line."""
    passages = int(given[0]) if given else _PASSAGES
    beside = Path(given[1]) if len(given) > 1 else None
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        each = bytes_a_passage(Path(folder), passages)
    print(f"{passages} passages: {each:,.0f} bytes written a passage")


if __name__ == "__main__":
    main(sys.argv[1:])
