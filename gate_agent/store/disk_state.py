"""Whether the disk has room for events, what is told about it, and what its lack costs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.contract.records import Record, StoreChanged, StoreState
from gate_agent.errors import StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.planted import Planted
from gate_agent.host.trouble import Trouble
from gate_agent.store.disk import WARN_BELOW_H, WELL_ABOVE_H, Gauge, Reserve
from gate_agent.store.dropping import Tally
from gate_agent.store.transaction import Draft

_TELL_DROPPED_S = 60.0
_NAMED = 5
_TOO_MANY = "too many events wait for the disk"

_LOG = logging.getLogger("gate_agent.store.journal")


class DiskState:
    """The state of the disk as the writer thread sees it; `news` is to be journalled."""

    def __init__(self, reserve: Reserve, clock: Clock) -> None:
        self.full = False
        self.tally = Tally()
        self.news: list[Draft] = []
        self._reserve = reserve
        self._clock = clock
        self._gauge = Gauge()
        self._filling = False
        self._cause = ""
        self._told_dropped_ns = 0
        self._unheld = Trouble(_LOG, "journal: there is a reserve again")

    @property
    def free_bytes(self) -> int:
        """What the disk has left for us."""
        return self._reserve.free_bytes

    @property
    def hours_left(self) -> float | None:
        """How long that lasts at the measured rate; None while it is unknown or not filling."""
        return self._gauge.hours_left

    def look(self) -> None:
        """Keep the reserve, and see how long the disk lasts. Cheap until something is due."""
        now = self._clock.now()
        if self.full:
            if self._hold():
                self.full = False
                self._gauge.forget()
                self._tell(self._changed(StoreState.OK, self._cause), now)
        elif self._gauge.due(now.boot_ns):
            if self._hold():
                self._see_filling(now)
            else:
                self.fill_up("expected room for the reserve, got none")

    def fill_up(self, cause: str) -> bool:
        """Give up the reserve: from now on only holds are written. Tell whether that helps."""
        released, news = self._reserve.release(), not self.full
        self.full, self._cause = True, cause
        self._gauge.forget()
        if released or news:
            self._tell(self._changed(StoreState.FULL, cause), self._clock.now())
        return released

    def well(self, cause: str, since: Moment) -> None:
        """Tell that commits succeed again, which `cause` had kept from it."""
        self._tell(self._changed(StoreState.OK, cause, since), self._clock.now())

    def tell_planted(self, there: Sequence[Planted]) -> None:
        """Tell what somebody planted in the journal: the first few by name."""
        if there:
            more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
            cause = ", ".join(str(one) for one in there[:_NAMED]) + more
            now = self._clock.now()
            self._tell(self._changed(StoreState.PLANTED, cause, now), now)

    def tell_dropped(self, *, at_once: bool) -> None:
        """Tell what was dropped; while the disk is full, once a minute."""
        now = self._clock.now()
        told_s = (now.boot_ns - self._told_dropped_ns) / NS_PER_S
        if self.tally and (at_once or not self.full or told_s > _TELL_DROPPED_S):
            self._told_dropped_ns = now.boot_ns
            self._tell(self.tally.take(self._cause or _TOO_MANY), now)

    def _hold(self) -> bool:
        try:
            held = self._reserve.hold()
        except StorageError as exc:
            self._unheld.met("journal: no reserve: %s", exc)
            return True  # not full: commits will tell what is wrong
        self._unheld.well()
        return held

    def _see_filling(self, now: Moment) -> None:
        left = self._gauge.look(now.boot_ns, self.free_bytes)
        below = left is not None and left < (WELL_ABOVE_H if self._filling else WARN_BELOW_H)
        if below is not self._filling:
            self._filling = below
            self._tell(self._changed(StoreState.FILLING if below else StoreState.OK, ""), now)

    def _changed(self, state: StoreState, cause: str, since: Moment | None = None) -> StoreChanged:
        return StoreChanged(
            state=state,
            cause=cause,
            since=None if since is None else format_utc(since.utc),
            free_bytes=self.free_bytes,
            hours_left=self.hours_left,
        )

    def _tell(self, record: Record, at: Moment) -> None:
        self.news.append(Draft(record=record, at=at))
