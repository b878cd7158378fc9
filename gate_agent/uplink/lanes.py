"""Which event goes next: urgent, then live, then history; in order inside each lane. Pure.

The journal is the outbox. Live is what was committed since the connection began, history what
waited for it: a backlog of days delays neither a hold nor what happens now. A lane knows how far
it has gone; what it has not seen yet is read from the journal, unless it comes fresh from the
writer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gate_agent.contract.records import Severity

MOST_READY = 256  # events held in memory for one lane
# Of history without a receipt: a broker's queue and a collector stay short; shorter still while
# something happens at the door, so that it waits for little.
MOST_HISTORY, FEW_HISTORY = 400, 16
_NO_END = 2**63


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event to publish."""

    sequence: int
    severity: Severity
    body: bytes


@dataclass(slots=True)
class Lane:
    """Every event of this lane up to `gone` was handed out; it ends with `last`."""

    severity: Severity
    gone: int = 0
    last: int = _NO_END
    ready: deque[Outgoing] = field(default_factory=deque)
    behind: bool = False  # the journal may hold more than is ready

    def begin(self, after: int, last: int = _NO_END, *, behind: bool) -> None:
        """Begin again after this event."""
        self.gone, self.last = after, last
        self.ready.clear()
        self.behind = behind and after < last

    @property
    def seen(self) -> int:
        """The last event that was handed out or is ready."""
        return self.ready[-1].sequence if self.ready else self.gone


class Lanes:
    """The lanes of one connection."""

    def __init__(self, head: int) -> None:
        """`head` is the journal's last event."""
        self._urgent = Lane(Severity.URGENT)
        self._live = Lane(Severity.ROUTINE)
        self._history = Lane(Severity.ROUTINE)
        self._lanes = (self._urgent, self._live, self._history)
        self._unreceipted: deque[int] = deque()  # of history, handed out
        self._mark = head  # what is not after it is history
        self.is_busy = False  # something happens at the door now
        self._upto = 0
        self._beyond: tuple[tuple[int, int], ...] = ()
        self.rewind(head)

    @property
    def is_idle(self) -> bool:
        """Whether nothing can be taken, and only receipts can change that."""
        return self.wanted() is None and self._next(routine=True) is None

    def is_history(self, event: Outgoing) -> bool:
        """Whether this event waited for the connection."""
        return event.sequence <= self._mark

    def rewind(self, head: int) -> None:
        """Begin again after what is receipted: a new connection, or something was lost."""
        self._unreceipted.clear()
        self._mark = max(head, self._upto)
        self._urgent.begin(self._upto, behind=True)
        self._live.begin(self._mark, behind=False)
        self._history.begin(self._upto, self._mark, behind=True)

    def receipted(self, upto: int, beyond: Iterable[tuple[int, int]]) -> None:
        """Note that the collector has everything up to `upto` and in the ranges `beyond`."""
        self._upto, self._beyond = upto, tuple(beyond)
        for lane in self._lanes:
            lane.gone = max(lane.gone, min(upto, lane.last))
            while lane.ready and lane.ready[0].sequence <= upto:
                lane.ready.popleft()
        while self._unreceipted and self._unreceipted[0] <= upto:
            self._unreceipted.popleft()
        if self._history_waits:
            self._unreceipted = deque(n for n in self._unreceipted if not self._is_there(n))

    def fresh(self, event: Outgoing) -> None:
        """Note that an event was committed just now."""
        lane = self._urgent if event.severity is Severity.URGENT else self._live
        if event.sequence <= lane.seen:
            return  # read from the journal already
        if lane.behind or len(lane.ready) >= MOST_READY:
            lane.behind = True  # it is in the journal, behind others
        else:
            lane.ready.append(event)

    def wanted(self) -> Lane | None:
        """Return the lane that must be filled from the journal now, after its `seen`."""
        for lane in self._lanes:
            if lane is self._history and self._history_waits:
                return None
            if lane.ready:
                return None
            if lane.behind:
                return lane
        return None

    def fill(self, lane: Lane, events: Iterable[Outgoing], *, whole: bool) -> None:
        """Take what the journal holds for a lane; `whole` if it holds no more."""
        lane.behind = not whole
        for event in events:
            if event.sequence > lane.last:
                lane.behind = False
                return
            lane.ready.append(event)

    def take(self, *, routine: bool = True) -> Outgoing | None:
        """Return the next event to publish, None if none is ready; or the next urgent one."""
        while (lane := self._next(routine=routine)) is not None:
            event = lane.ready.popleft()
            lane.gone = event.sequence
            if event.sequence <= self._upto or self._is_there(event.sequence):
                continue
            if lane is self._history:
                self._unreceipted.append(event.sequence)
            return event
        return None

    @property
    def _history_waits(self) -> bool:
        return len(self._unreceipted) >= (FEW_HISTORY if self.is_busy else MOST_HISTORY)

    def _next(self, *, routine: bool) -> Lane | None:
        for lane in self._lanes if routine else (self._urgent,):
            if lane.ready and not (lane is self._history and self._history_waits):
                return lane
            if lane.behind:
                return None  # what it still has in the journal goes before the next lane's
        return None

    def _is_there(self, sequence: int) -> bool:
        return any(first <= sequence <= last for first, last in self._beyond)
