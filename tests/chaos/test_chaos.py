"""Everything fails, again and again; nothing is missing, nothing is there twice.

`make test` runs a short form; `make chaos` the whole: 1,000 events, ten broker kills, ten line
faults, five kills of the collector and of each gate.
"""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from chaos.books import Witness, prove
from chaos.stormy_hall import Gate, hall
from chaos.weather import Weather

LONG = os.environ.get("CHAOS") == "long"
SEED = int(os.environ.get("CHAOS_SEED", "1"))
EVENTS = 1000 if LONG else 150
FORM = (
    {"broker_kills": 10, "line_faults": 12, "kills": 5}
    if LONG
    else {"broker_kills": 2, "line_faults": 6, "kills": 1}
)


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
        print(f"weather of seed {SEED}: {dict(weather.seen)}")
        prove(running, witness)
        assert all(gate.accepted >= EVENTS // 2 for gate in running.gates)
