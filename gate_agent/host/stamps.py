"""Numbers what a door says of itself, so that nothing that was said before can be said again.

The number is the wall clock's milliseconds where that goes on, else one more than the last: it
never goes back, whatever the clock does. A file keeps how far it may have come, written ahead: a
restart goes on from there, and ten minutes of heartbeats cost one write.
"""

from __future__ import annotations

import logging
from pathlib import Path

from gate_agent.contract.signed import Stamp
from gate_agent.host.clock import Clock
from gate_agent.host.files import write_whole
from gate_agent.host.trouble import Trouble

_AHEAD_MS = 600_000  # a write every ten minutes
_FEW = 100  # behind a clock that stands: so that many restarts do not run ahead of it
_LOG = logging.getLogger(__name__)


class StampCounter:
    """Counts over restarts; used by one thread."""

    def __init__(self, kept: Path, clock: Clock) -> None:
        self._kept = kept
        self._clock = clock
        self._newest = self._room = _read(kept)
        self._connection = 0
        self._trouble = Trouble(_LOG, "how much was said is kept again")

    def connect(self) -> Stamp:
        """Return the stamp of a new connection's will: what is said over it has the same."""
        self._connection = self._next()
        return Stamp(at=self._connection, connection=self._connection)

    def next(self) -> Stamp:
        """Return the stamp of what is said now."""
        return Stamp(at=self._next(), connection=self._connection)

    def _next(self) -> int:
        now_ms = round(self._clock.now().utc.timestamp() * 1000)
        self._newest = max(self._newest + 1, now_ms)
        if self._newest >= self._room:
            self._reserve(_AHEAD_MS if self._newest == now_ms else _FEW)
        return self._newest

    def _reserve(self, room: int) -> None:
        """Keep that it may come so far; a full disk silences no door."""
        self._room = self._newest + room
        try:
            write_whole(self._kept, b"%d" % self._room)
        except OSError as exc:
            self._trouble.met("how much was said cannot be kept: %s", type(exc).__name__)
        else:
            self._trouble.well()


def _read(kept: Path) -> int:
    try:
        return max(0, int(kept.read_bytes()))
    except (OSError, ValueError):
        return 0
