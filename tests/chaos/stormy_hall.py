"""A hall in bad weather: broker, collector and both gates as processes, a faulty line to each."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from children import Child, broker, free_port, listens, program, wait_until
from doorfiles import write_collector, write_door
from line import Line

SITE, GATES = "hall-01", ("west-1f", "central-2f")
_QUEUE = 60  # messages the broker keeps for a slow collector: soon full
_OPEN = ("topic readwrite #",)
_DENIED = ("topic read #", "topic write gate/v1/+/+/state", "topic write gate/v1/+/+/receipt")
_WITHIN_S = 90


@dataclass(slots=True)
class Gate:
    """One daemon without devices: what a guard ticks at the screen is its events."""

    name: str
    child: Child
    line: Line
    web_port: int
    journal: Path
    accepted: int = 0  # requests that were answered with a yes

    def tick(self, number: int) -> bool:
        """Count supplies, or begin a drill now and then; return whether it was accepted."""
        path, body = "duties/supplies", {"item": "医用口罩", "counted": number}
        if number % 20 == 0:
            path, body = "drills", {}
        url = f"http://127.0.0.1:{self.web_port}/api/v1/{path}"
        try:
            answer = httpx.post(url, json=body | {"by": "guard-1"}, timeout=5)
        except httpx.TransportError:
            return False
        if path == "drills" and answer.status_code == 409:
            return False  # the one before is open still, and becomes overdue: urgent as well
        assert answer.status_code < 300, answer.text
        self.accepted += 1
        return True

    @property
    def uplink(self) -> dict[str, Any]:
        """What the gate says of its way to the centre; {} while it does not answer."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.web_port}/api/v1/state", timeout=5)
        except httpx.TransportError:
            return {}
        found: dict[str, Any] = answer.json()["uplink"] if answer.status_code == 200 else {}
        return found


@dataclass(slots=True)
class Hall:
    """All of it; `port` is the broker's own, without a line in between."""

    folder: Path
    port: int
    broker: Child
    collector: Child
    collector_line: Line
    collector_port: int
    store: str
    gates: list[Gate] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The line of each gate, and of the collector."""
        return [gate.line for gate in self.gates] + [self.collector_line]

    def allow(self, *, events: bool) -> None:
        """Let the broker take events, or deny them."""
        self._rules(_OPEN if events else _DENIED)
        os.kill(self.broker.pid, signal.SIGHUP)

    def start_broker(self) -> None:
        """Start it, and wait until it listens."""
        self.broker.start()
        wait_until(lambda: listens(self.port), "the broker to listen")

    def settle(self, gate: Gate) -> None:
        """Wait until a gate has a receipt for every event."""
        wait_until(lambda: gate.uplink.get("pending") == 0, f"receipts of {gate.name}", _WITHIN_S)

    def awake(self, gate: Gate) -> None:
        """Wait until a gate answers."""
        wait_until(lambda: gate.uplink, f"{gate.name} to be up", _WITHIN_S)

    def overview(self) -> dict[str, Any]:
        """What the collector shows of each gate, by its name."""
        url = f"http://127.0.0.1:{self.collector_port}/api/v1/overview"
        told = httpx.get(url, timeout=60).json()
        return {gate["gate"]: gate for gate in told["gates"]}

    def _rules(self, rules: tuple[str, ...]) -> None:
        (self.folder / "acl").write_text("\n".join(rules) + "\n", encoding="utf-8")


@contextmanager
def hall(folder: Path, *, store: str = "") -> Iterator[Hall]:
    """Start a hall; everything of it ends with the context. `store`: the centre's, SQLite else."""
    store = store or f"sqlite:///{folder / 'collector.sqlite'}"
    with ExitStack() as stack:
        port, collector_port = free_port(), free_port()
        rules = f"acl_file {folder / 'acl'}\nmax_queued_messages {_QUEUE}\n"
        (folder / "acl").write_text(_OPEN[0] + "\n", encoding="utf-8")
        mosquitto = stack.enter_context(broker(folder / "broker", port, more=rules))
        line = stack.enter_context(Line(port))
        config = write_collector(
            folder,
            {"mqtt": _mqtt(line), "web": {"port": collector_port}, "store": {"url": store}},
        )
        run = program("gate-collector"), "run", "--config", config
        collector = stack.enter_context(Child(folder / "collector.log", *run))
        made = Hall(
            folder=folder,
            port=port,
            broker=mosquitto,
            collector=collector,
            collector_line=line,
            collector_port=collector_port,
            store=store,
        )
        made.gates += [_gate(stack, folder / name, name, port) for name in GATES]
        made.start_broker()
        for child in (collector, *(gate.child for gate in made.gates)):
            child.start()
        wait_until(lambda: listens(collector_port), "the collector", _WITHIN_S)
        for gate in made.gates:
            made.awake(gate)
        yield made


def _gate(stack: ExitStack, folder: Path, name: str, port: int) -> Gate:
    line, web_port = stack.enter_context(Line(port)), free_port()
    config = write_door(
        folder,
        {"gate": {"id": name}, "mqtt": _mqtt(line), "web": {"port": web_port}},
    )
    run = program("gate-agent"), "run", "--config", config
    child = stack.enter_context(Child(folder / "gate.log", *run))
    return Gate(name, child, line, web_port, folder / "journal" / "journal.sqlite")


def _mqtt(line: Line) -> dict[str, object]:
    return {"url": f"mqtt://127.0.0.1:{line.port}", "keepalive_s": 5}
