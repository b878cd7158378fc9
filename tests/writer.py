"""A process that appends to a journal, and says on its standard output what is durable.

    python tests/writer.py PATH [--events N] [--crowd K] [--pace S] [--synchronous NORMAL]

Each line is `sequence link`, written only after the journal's callback: whoever reads it has been
promised that event. `--crowd` drafts wait at a time, `--pace` seconds apart. `--synchronous`
breaks the promise on purpose, to show that a test would see it.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import threading
from pathlib import Path

from gate_agent.contract.records import Record
from gate_agent.host.clock import SystemClock
from gate_agent.store.journal import Draft, Stored
from store.shelf import hold, open_journal, passage


def main() -> None:
    """Append until `--events` are durable, or until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--events", type=int)
    parser.add_argument("--crowd", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0)
    parser.add_argument("--holds", type=int, default=10)
    parser.add_argument("--synchronous")
    options = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody listens any more: end
    clock = SystemClock()
    room, pause = threading.Semaphore(options.crowd), threading.Event()

    def tell(stored: tuple[Stored, ...]) -> None:
        for event in stored:
            os.write(1, b"%d %s\n" % (event.sequence, event.link.hex().encode()))
        room.release()

    with open_journal(options.path, clock=clock) as journal:
        if options.synchronous:
            connection = journal._writer.ledger._connection
            connection.execute(f"PRAGMA synchronous={options.synchronous}")
        first = journal.head.sequence + 1
        last = range(first, first + options.events) if options.events else itertools.count(first)
        for number in last:
            room.acquire()
            pause.wait(options.pace)
            record: Record = passage(number) if number % options.holds else hold(number)
            journal.append([Draft(record=record, at=clock.now())], tell)


if __name__ == "__main__":
    main()
