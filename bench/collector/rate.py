"""Events a second into a store: the collector's own path beside bare ones, in turn, one machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.collector import bare
from bench.collector.doors import SITE, ZONE, Event
from bench.resources import machine_s
from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import format_utc
from gate_agent.host.clock import SystemClock
from gate_collector.alarms.watch import Hearing
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.writer import Ingest, collect_rarely
from gate_collector.store.months import Months
from gate_collector.store.opening import open_store

COPY, BARE, OURS = "copy", "bare", "ours"
_WITHIN_S = 600
NewStore = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Run:
    """One run over all events. `busy` counts the machine's cores, the server's work included."""

    took_s: float
    own_cpu_s: float
    busy: float

    def rate(self, events: int) -> float:
        """Return events a second."""
        return events / self.took_s


def compare(new_store: NewStore, events: Sequence[Event], rounds: int) -> dict[str, list[Run]]:
    """Run each way in turn, into an empty store of its own, so that load meets all alike."""
    now = SystemClock().now().utc
    messages = [event.message for event in events]
    rows = [row_of(event, format_utc(now)) for event in events]
    ways: dict[str, Callable[[str], None]] = {OURS: lambda url: collected(url, messages)}
    if new_store().startswith("sqlite"):
        ways[BARE] = lambda url: bare.upserted_sqlite(url, rows)
    else:
        ways[BARE] = lambda url: bare.upserted(url, rows)
        ways[COPY] = lambda url: bare.copied(url, rows)
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            url = new_store()
            engine = open_store(url)
            Months(engine).ready(now)
            engine.dispose()
            gc.collect()
            collect_rarely()  # as the collector does; nor is what the bench holds its work
            runs[name].append(_timed(lambda way=way, url=url: way(url)))  # type: ignore[misc]
    return runs


def row_of(event: Event, stored: str) -> bare.Row:
    """Return an event's row, in the order of the table's columns."""
    record, at = event.record, format_utc(event.at)
    return (
        event.gate, event.epoch, event.sequence, record.TYPE, record.severity.value, at,
        stored, 0, False, event.body, event.digest, event.prevlink, event.link,
    )  # fmt: skip


def collected(url: str, messages: Sequence[ArrivedMessage]) -> None:
    """Let the collector take the messages, and see that its receipts cover every one of them."""
    engine = open_store(url)
    receipts: dict[str, Receipt] = {}
    clock = SystemClock()
    hearing = Hearing(connected=True, since=clock.now().utc)

    def publish(gate: str, receipt: Receipt) -> Callable[[], bool]:
        receipts[gate] = receipt
        return lambda: True

    ingest = Ingest(
        engine,
        site=SITE,
        zone=ZONE,
        clock=clock,
        publish=publish,
        hearing=lambda: hearing,
    )
    ingest.start()
    try:
        for message in messages:
            ingest.offer(message)
        ingest.write(lambda _: None).result(_WITHIN_S)
    finally:
        ingest.close()
        engine.dispose()
    covered = sum(receipt.upto for receipt in receipts.values())
    if covered != len(messages):
        raise AssertionError(f"expected receipts for {len(messages)} events, got {covered}")


def _timed(work: Callable[[], None]) -> Run:
    began, own, machine = time.perf_counter(), time.process_time(), machine_s()
    work()
    took = time.perf_counter() - began
    return Run(took, time.process_time() - own, (machine_s() - machine) / took)
