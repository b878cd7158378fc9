"""Everything fails, again and again; nothing is missing, nothing is there twice.

`make test` runs a short form; `make chaos` the whole: 1,000 events, ten broker kills, ten line
faults, five kills of the collector and of each gate.
"""

from __future__ import annotations

import os
import random
import threading
from functools import partial
from pathlib import Path

import pytest

from chaos.books import Witness, collected, faults_of, is_told, journalled
from chaos.stormy_hall import Gate, Hall, hall
from chaos.weather import Weather
from children import wait_until
from gate_agent.store.verify import verify as verify_journal
from gate_collector.ledger.verify import verify as verify_collected
from gate_collector.store.opening import open_store
from gate_collector.store.schema import ALARM, EVENT, QUARANTINE

LONG = os.environ.get("CHAOS") == "long"
SEED = int(os.environ.get("CHAOS_SEED", "1"))
EVENTS = 1000 if LONG else 150
FORM = (
    {"broker_kills": 10, "line_faults": 12, "kills": 5}
    if LONG
    else {"broker_kills": 2, "line_faults": 6, "kills": 1}
)
_FALSE = {"mismatch", "rewound", "refused"}


def _guard(gate: Gate, until: threading.Event, events: int, seed: int) -> None:
    """Tick until the weather is over and enough was accepted."""
    chance, number = random.Random(seed), 0  # noqa: S311 no secret
    while not (until.is_set() and gate.accepted >= events):
        number += 1
        gate.tick(number)
        until.wait(chance.uniform(0.0, 0.1)) if not until.is_set() else None


@pytest.mark.system
@pytest.mark.timeout(1200 if LONG else 400)
def test_nothing_is_missing_twice_or_wrongly_receipted(tmp_path: Path) -> None:
    with hall(tmp_path) as running, Witness(running.port) as witness:
        over = threading.Event()
        guards = [
            threading.Thread(target=_guard, args=(gate, over, EVENTS // 2, number))
            for number, gate in enumerate(running.gates)
        ]
        for guard in guards:
            guard.start()
        weather = Weather(running, SEED)
        try:
            weather.all_of(**FORM)
        finally:
            over.set()
            for guard in guards:
                guard.join(120)
        for gate in running.gates:
            running.settle(gate)
            assert gate.child.stop() == 0
        _settled(running, witness)
        assert running.collector.stop() == 0

        print(f"weather of seed {SEED}: {dict(weather.seen)}")
        _prove(running, witness)


def _settled(running: Hall, witness: Witness) -> None:
    """Wait until the last words of both gates are receipted."""
    for gate in running.gates:
        if not is_told(gate, witness):  # stopped before it was: the next start brings it
            gate.child.start()
            running.settle(gate)
            gate.child.stop()
        wait_until(partial(is_told, gate, witness), f"the last receipt of {gate.name}", 30)


def _prove(running: Hall, witness: Witness) -> None:
    engine = open_store(running.store)
    late_ms: list[int] = []
    for gate in running.gates:
        epoch, events = journalled(gate.journal)
        head = verify_journal(gate.journal, lambda _done, _all: None)
        rows = collected(engine, EVENT, gate=gate.name)
        assert {row.epoch for row in rows} == {epoch}
        assert sorted(row.sequence for row in rows) == list(range(1, head.sequence + 1))
        for row in rows:
            assert bytes(row.body) == events[row.sequence].body
        (line,) = verify_collected(engine, gate.name)
        assert line.endswith(f"last {head.sequence} link {head.link.hex()}")
        assert len(events) >= gate.accepted >= EVENTS // 2
        receipts = [told for name, told in witness.receipts if name == gate.name]
        assert receipts
        assert [fault for told in receipts for fault in faults_of(told, epoch, events)] == []
        late_ms += [row.late_ms for row in rows if row.late_ms is not None]
        print(f"{gate.name}: {len(events)} events, {len(receipts)} receipts, all right")
    assert collected(engine, QUARANTINE) == []
    assert [row for row in collected(engine, ALARM) if row.kind in _FALSE] == []
    engine.dispose()
    late_ms.sort()
    if late_ms:  # a machine whose clock nobody set does not know
        p50, p95 = late_ms[len(late_ms) // 2], late_ms[len(late_ms) * 95 // 100]
        most, count = late_ms[-1], len(late_ms)
        print(f"lateness: p50 {p50} ms, p95 {p95} ms, max {most} ms of {count} events")
