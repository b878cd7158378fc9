"""What so many gates take of the collector: its memory, its time for an event, its receipts."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, func, select

from bench.collector.centre import broker, centre
from bench.collector.doors import SITE, together
from bench.collector.wire import Receipts, feed
from bench.uplink.peers import wait_for
from gate_agent.contract.messages import parse_receipt
from gate_collector.store.schema import STREAM

_WITHIN_S = 300.0  # for one run


@dataclass(frozen=True, slots=True)
class Carried:
    """What one run took, through a real broker and the real collector."""

    gates: int
    workers: int
    events: int
    took_s: float
    cpu_us: float  # of the collector's processes, for an event
    receipts: int
    idle_mb: float
    pss_mb: float

    @property
    def rate(self) -> float:
        """Events a second, from the first sent to the last stored."""
        return self.events / self.took_s


def carried(store: str, *, gates: int, events: int, workers: int = 1) -> Carried:
    """Let so many gates say so many events to a collector over an empty store."""
    messages = [event.message for event in together(events, gates)]
    engine = create_engine(store)

    def stored() -> bool:
        with engine.connect() as connection:
            return connection.execute(select(func.sum(STREAM.c.upto))).scalar() == events

    with tempfile.TemporaryDirectory(prefix="bench-collector-") as name:
        folder = Path(name)
        with broker(folder) as port, centre(folder, port, store, workers) as running:
            receipts = Receipts(port, SITE)
            idle_mb, cpu_before = running.pss_mb, running.cpu_s
            began = time.perf_counter()
            feed(port, messages)
            wait_for(stored, "every event in the store", _WITHIN_S)
            took = time.perf_counter() - began
            wait_for(lambda: _covered(receipts) == events, "a receipt of every event", _WITHIN_S)
            cpu_s, pss = running.cpu_s - cpu_before, running.pss_mb
            receipts.close()
    engine.dispose()
    return Carried(
        gates=gates,
        workers=workers,
        events=events,
        took_s=took,
        cpu_us=cpu_s / events * 1e6,
        receipts=receipts.count,
        idle_mb=idle_mb,
        pss_mb=pss,
    )


def _covered(receipts: Receipts) -> int:
    return sum(parse_receipt(payload).upto for payload in [*receipts.newest.values()])
