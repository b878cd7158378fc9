"""The whole gate on a card whose power is cut while people pass: it comes up by itself."""

from __future__ import annotations

import os
import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from children import Child, free_port, program, wait_until
from disks import private_mounts
from doorfiles import write_door
from gate_agent.store.verify import verify
from power.rig import Card, reason_not_to
from store.shelf import proven

CUTS = max(3, int(os.environ.get("CUTS", "3")) // 10)
_why = reason_not_to("mkfs.btrfs", "mkfs.ext4", "cp")
pytestmark = [
    pytest.mark.skipif(_why is not None, reason=_why or "all is there"),
    pytest.mark.timeout(60 + 60 * CUTS),
]


class Seen:
    """What `gate-agent journal tail` has shown: another process, and so the outside."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.sequence = 0
        self._lines = lines
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._lines:
            self.sequence = int(line.split()[0])


@contextmanager
def _living(config: Path, logs: Path) -> Iterator[Seen]:
    """Run the gate, its devices and people, and somebody who reads along."""
    gate = Child(logs / "gate.log", program("gate-agent"), "run", "--config", config)
    people = Child(
        logs / "people.log",
        *(program("gate-agent"), "emulate", "--config", config, "--pause", "0"),
    )
    tail = [str(program("gate-agent")), "journal", "tail", "--config", str(config)]
    with people.start(), gate.start():
        wait_until((config.parent / "gate.db.head").exists, "a journal")
        unbuffered = os.environ | {"PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(tail, stdout=subprocess.PIPE, text=True, env=unbuffered) as reader:
            try:
                assert reader.stdout is not None
                yield Seen(iter(reader.stdout))
            finally:
                reader.kill()


def _comes_up(home: Path, logs: Path) -> None:
    """Start a gate on what is left, until it says that it is up; stop it."""
    config = write_door(home, _places(free_port()))
    with Child(logs / "again.log", program("gate-agent"), "run", "--config", config) as gate:
        before = gate.said.count(" is up")
        gate.start()
        wait_until(lambda: gate.said.count(" is up") > before or not gate.runs, "a start")
        assert gate.stop() == 0, gate.said[-2000:]


def _places(port: int) -> dict[str, dict[str, object]]:
    return {
        "web": {"host": "127.0.0.1", "port": port},
        "journal": {"path": "gate.db"},
        "mqtt": {"url": f"mqtt://127.0.0.1:{free_port()}"},
        "thermometer": {"driver": "gy-614v3", "port": "thermometer", "profile": "spot-forehead"},
        "id_reader": {"driver": "sam-uart", "port": "id-reader"},
    }


@private_mounts
def test_a_gate_whose_power_was_cut_comes_up_with_every_event_it_had_shown(tmp_path: Path) -> None:
    card = Card(tmp_path)
    config = write_door(card.root, _places(free_port()))
    rng, pause = random.Random(CUTS), threading.Event()  # noqa: S311 moments, no secrets
    shown = 0

    with _living(config, tmp_path) as seen:
        wait_until(lambda: seen.sequence >= 5, "people who pass")
        for _ in range(CUTS):
            pause.wait(rng.uniform(0.2, 1.5))
            acknowledged = seen.sequence
            with card.cut() as after:
                before = proven(after / "gate.db")
                assert len(before) >= acknowledged
                assert before == proven(card.root / "gate.db")[: len(before)]
                _comes_up(after, tmp_path)
                head = verify(after / "gate.db", lambda _done, _total: None)
                assert head.sequence > len(before)
            shown += acknowledged

    print(f"whole gate: {CUTS} cuts, {shown} events shown, 0 lost, {CUTS} starts by itself")
    assert shown > 0
