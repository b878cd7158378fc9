"""A hall whose doors are tormented: taken down, limited, starved; and what is true at the end."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chaos.books import Witness, prove
from chaos.stormy_hall import Gate, Hall, hall
from children import Child, program, wait_until

LONG = os.environ.get("TORTURE") == "long"
torture = pytest.mark.skipif(not LONG, reason="part of `make torture`")
TIMES = 20 if LONG else 2  # how often whatever is done again and again
_BACK_WITHIN_S = 90


@contextmanager
def tormented(folder: Path, *, store: str = "") -> Iterator[tuple[Hall, Gate]]:
    """Start a hall; at the end its first door must be back by itself, and nothing lost."""
    with hall(folder, store=store) as running, Witness(running.port) as witness:
        gate = running.gates[0]
        yield running, gate
        back(running, gate)
        # a drill would wait for the one before it, which nobody closes
        wait_until(lambda: gate.tick(1), "a door that works", _BACK_WITHIN_S)
        prove(running, witness)


def back(running: Hall, gate: Gate) -> None:
    """See that a door is up, as the service manager would: it starts what has ended."""
    if not gate.child.runs:
        gate.child.start()
    running.awake(gate)


def again_with(running: Hall, gate: Gate, *prefix: str) -> None:
    """Start a door anew under `prefix`, such as a limit."""
    if gate.child.runs:
        gate.child.stop()
    folder = running.folder / gate.name
    command = program("gate-agent"), "run", "--config", folder / "gate.toml"
    gate.child = Child(folder / "gate.log", *prefix, *command)
    gate.child.start()
    running.awake(gate)


@contextmanager
def ticking(gate: Gate) -> Iterator[None]:
    """Let a guard tick all the time; what is answered with a yes must never be lost."""
    over = threading.Event()

    def work() -> None:
        number = gate.accepted
        while not over.wait(0.01):
            number += 1
            gate.tick(number)

    guard = threading.Thread(target=work, name="guard")
    guard.start()
    try:
        yield
    finally:
        over.set()
        guard.join(_BACK_WITHIN_S)


def memory_mb(pid: int) -> int:
    """Return how much memory a process has resident."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    (kib,) = (int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kib // 1024
