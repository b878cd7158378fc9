"""Does what becomes due at the centre by itself: every few seconds, one duty after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from gate_agent.host.supervision import KeptThread, Parts

Duty = Callable[[], object]


class Schedule:
    """One thread; a duty that fails is told, and tried again after a while, the others at once."""

    def __init__(
        self, name: str, duties: Mapping[str, Duty], *, every_s: float, parts: Parts
    ) -> None:
        self._duties = duties
        self._every_s = every_s
        self._parts = parts
        self._closing = threading.Event()
        self._thread = KeptThread(name, self._run, parts, self._closing)
        parts.expect(*duties)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End after the duty under way."""
        self._closing.set()
        self._thread.join(10)

    def round(self) -> None:
        """Do every duty once."""
        for name, duty in self._duties.items():
            if not self._parts.may_begin(name):
                continue
            try:
                with self._parts.at_work(name):
                    duty()
            except Exception as exc:  # noqa: BLE001 whatever it is, it is told
                self._parts.failed(name, exc)
            else:
                self._parts.well(name)

    def _run(self) -> None:
        while not self._closing.is_set():
            self.round()
            self._closing.wait(self._every_s)
