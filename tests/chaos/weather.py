"""What goes wrong: one fault after the other, drawn at random from a seed, each counted."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable

from chaos.stormy_hall import Gate, Hall
from children import wait_until
from line import Fault

_SLOW_BITS_PER_S = 64_000
_FAULTS: tuple[Fault, ...] = ("black_hole", "up_dead", "down_dead", "refuse")


class Weather:
    """Faults of a hall, on the caller's thread."""

    def __init__(self, hall: Hall, seed: int) -> None:
        self._hall = hall
        self._chance = random.Random(seed)  # noqa: S311 no secret
        self._never = threading.Event()
        self.seen: Counter[str] = Counter()

    def all_of(self, *, broker_kills: int, line_faults: int, kills: int) -> None:
        """Let as many of each happen, and each rare one once, in any order."""
        acts: list[Callable[[], None]] = [self.kill_broker] * broker_kills
        kinds = [*_FAULTS, "reset", "slow"]
        acts += [self._line_act(kinds[n % len(kinds)]) for n in range(line_faults)]
        acts += [self.kill_collector] * kills
        acts += [self._gate_act(n % len(self._hall.gates)) for n in range(2 * kills)]
        acts += [self.fill_the_queue, self.deny_events]
        self._chance.shuffle(acts)
        for act in acts:
            self.wait(0.2, 0.8)
            act()

    def wait(self, least_s: float, most_s: float) -> None:
        """Let things go on."""
        self._never.wait(self._chance.uniform(least_s, most_s))

    def kill_broker(self) -> None:
        """Kill the broker, and start it again with what it had stored."""
        self._hall.broker.kill()
        self.wait(0.1, 1.5)
        self._hall.start_broker()
        self.seen["broker kills"] += 1

    def kill_collector(self) -> None:
        """Kill the collector, and start it again."""
        self._hall.collector.kill()
        self.wait(0.1, 1.0)
        self._hall.collector.start()
        self.seen["collector kills"] += 1

    def fill_the_queue(self) -> None:
        """Stop the collector from reading until the broker throws messages away."""
        for gate in self._hall.gates:
            self._receipted(gate)  # the collector is there, and hears
        pid, said = self._hall.collector.pid, self._hall.broker.said
        os.kill(pid, signal.SIGSTOP)
        try:
            wait_until(
                lambda: "being dropped" in self._hall.broker.said[len(said) :],
                "the broker's queue to run over",
                60,
            )
        finally:
            os.kill(pid, signal.SIGCONT)
        self.seen["queue overflows"] += 1

    def deny_events(self) -> None:
        """Deny events, until both gates say so."""
        self._hall.allow(events=False)
        for gate in self._hall.gates:
            self._refused(gate)
        self._hall.allow(events=True)
        self.seen["denials"] += 1

    def _receipted(self, gate: Gate) -> None:
        before = gate.uplink["receipted"]

        def more() -> bool:
            return bool(gate.uplink.get("receipted", 0) > before)

        wait_until(more, f"a receipt of {gate.name}", 60)

    def _refused(self, gate: Gate) -> None:
        def told() -> bool:
            return bool(gate.uplink.get("state") == "refused")

        wait_until(told, f"{gate.name} to be refused", 60)

    def _line_act(self, kind: str) -> Callable[[], None]:
        def act() -> None:
            line = self._chance.choice(self._hall.lines)
            if kind == "reset":
                line.reset()
            elif kind == "slow":
                line.bits_per_s = _SLOW_BITS_PER_S
                self.wait(1.0, 4.0)
                line.bits_per_s = None
            else:
                line.fault = next(fault for fault in _FAULTS if fault == kind)
                if kind == "refuse":
                    line.reset()
                self.wait(0.5, 4.0)
                line.fault = ""
            self.seen["line faults"] += 1

        return act

    def _gate_act(self, number: int) -> Callable[[], None]:
        def act() -> None:
            gate = self._hall.gates[number]
            gate.child.kill()
            self.wait(0.1, 1.0)
            gate.child.start()
            self._hall.awake(gate)
            self.seen[f"kills of {gate.name}"] += 1

        return act
