"""Which event goes next: urgent before routine, in order inside each lane. Pure.

The journal is the outbox. A lane knows how far it has gone; what it has not seen yet is read
from the journal, unless it comes fresh from the writer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gate_agent.domain.records import Severity

MOST_READY = 256  # events held in memory for one lane


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event to publish."""

    sequence: int
    severity: Severity
    body: bytes


@dataclass(slots=True)
class _Lane:
    gone: int = 0  # every event of this lane up to here was handed out
    ready: deque[Outgoing] = field(default_factory=deque)
    behind: bool = True  # the journal may hold more than is ready


class Lanes:
    """Both lanes of one connection, and what is under way."""

    def __init__(self, window: int) -> None:
        self.window = window
        self._lanes = {Severity.URGENT: _Lane(), Severity.ROUTINE: _Lane()}
        self._under_way: set[int] = set()
        self._upto = 0
        self._beyond: tuple[tuple[int, int], ...] = ()

    @property
    def under_way(self) -> int:
        """How many events were published and are not acknowledged by the broker."""
        return len(self._under_way)

    @property
    def is_drained(self) -> bool:
        """Whether nothing is ready, behind or under way: all was handed to the broker."""
        idle = all(not lane.ready and not lane.behind for lane in self._lanes.values())
        return idle and not self._under_way

    def rewind(self) -> None:
        """Begin again after what is receipted: a new connection, or something was lost."""
        self._under_way.clear()
        for lane in self._lanes.values():
            lane.gone = self._upto
            lane.ready.clear()
            lane.behind = True

    def receipted(self, upto: int, beyond: Iterable[tuple[int, int]]) -> None:
        """Everything up to `upto` and in the ranges `beyond` is at the collector."""
        self._upto, self._beyond = upto, tuple(beyond)
        for lane in self._lanes.values():
            lane.gone = max(lane.gone, upto)
            while lane.ready and lane.ready[0].sequence <= upto:
                lane.ready.popleft()

    def fresh(self, event: Outgoing) -> None:
        """An event was committed just now."""
        lane = self._lanes[event.severity]
        if lane.behind or len(lane.ready) >= MOST_READY:
            lane.behind = True  # it is in the journal, behind others
        else:
            lane.ready.append(event)

    def wanted(self) -> tuple[Severity, int] | None:
        """Return the lane that must be read from the journal now, and after which event."""
        if len(self._under_way) >= self.window:
            return None
        for severity, lane in self._lanes.items():
            if lane.ready:
                return None
            if lane.behind:
                return severity, lane.gone
        return None

    def fill(self, severity: Severity, events: Iterable[Outgoing], *, whole: bool) -> None:
        """Take what the journal holds for a lane; `whole` if it holds no more."""
        lane = self._lanes[severity]
        lane.ready.extend(events)
        lane.behind = not whole

    def take(self) -> Outgoing | None:
        """Return the next event to publish; None while the window is full or none is ready."""
        while len(self._under_way) < self.window:
            lane = next((lane for lane in self._lanes.values() if lane.ready), None)
            if lane is None:
                return None
            event = lane.ready.popleft()
            lane.gone = event.sequence
            if event.sequence <= self._upto or self._is_there(event.sequence):
                continue
            self._under_way.add(event.sequence)
            return event
        return None

    def acknowledged(self, sequence: int) -> None:
        """The broker has it; the collector's receipt is another matter."""
        self._under_way.discard(sequence)

    def _is_there(self, sequence: int) -> bool:
        return any(first <= sequence <= last for first, last in self._beyond)
