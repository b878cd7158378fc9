"""Tells what was not believed (签名不符): each door's once in a while, however much is brought."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from gate_agent.contract.moment import format_utc
from gate_agent.host.clock import Clock
from gate_collector.alarms.book import AlarmKind, raise_alarm
from gate_collector.ingest.arrival import gate_in
from gate_collector.store.doors import door_of

_EACH_S = 10.0
_MOST = 256  # doors; what speaks in further names is told as one
Write = Callable[[Callable[[Connection], None]], Any]


class Disbelieved:
    """Raises the alarm of a door in whose name something false was said; from any thread."""

    def __init__(self, write: Write, clock: Clock) -> None:
        """`write` lets the one writer do something, later."""
        self._write = write
        self._clock = clock
        self._again_ns: dict[str, int] = {}
        self._turn = threading.Lock()

    def tell(self, topic: str, fault: str) -> None:
        """Take that a message on `topic` was not believed, and why."""
        now, gate = self._clock.now(), gate_in(topic)
        with self._turn:
            if gate not in self._again_ns and len(self._again_ns) >= _MOST:
                waiting = self._again_ns.items()
                self._again_ns = {one: until for one, until in waiting if until > now.boot_ns}
                gate = gate if len(self._again_ns) < _MOST else ""
            if now.boot_ns < self._again_ns.get(gate, 0):
                return
            self._again_ns[gate] = now.plus_s(_EACH_S)
        at = format_utc(now.utc)
        self._write(
            lambda store: raise_alarm(store, AlarmKind.REFUSED, door_of(store, gate), fault, at)
        )
