"""Looks at every hall on end, each in its own thread: one that hangs keeps no other waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from gate_agent.contract.moment import NS_PER_S
from gate_agent.host.clock import Clock
from gate_agent.host.supervision import KeptThread, Parts
from gate_collector.bureau.asking import AskedHall
from gate_collector.bureau.halls import HallFigures, HallLine, HallLook, HallReach

LOOK_EVERY_S = 2.0
FRESH_S = 15.0  # what is older is not how it is now
_ENDS_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    at_ns: int
    figures: HallFigures | None
    cause: str = ""


class HallWatcher:
    """The newest line of one hall."""

    def __init__(self, hall: AskedHall, clock: Clock, parts: Parts) -> None:
        self.hall = hall
        self._clock = clock
        self._look = HallLook()
        self._closing = threading.Event()
        self._seen: _Seen | None = None
        self._thread = KeptThread(f"look {hall.site}", self._keep, parts, self._closing)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """End; a look that hangs is left alone."""
        self._closing.set()
        self._thread.join(_ENDS_WITHIN_S)

    @property
    def line(self) -> HallLine:
        """How the hall is now, or that nobody knows."""
        hall, seen, failing = self.hall, self._seen, self.hall.failing
        own = {"site": hall.site, "name": hall.name, "url": hall.url}
        if not hall.is_up:
            return HallLine(**own, reach=HallReach.AWAY, cause=failing)
        age_ns = None if seen is None else self._clock.now().boot_ns - seen.at_ns
        if seen is None or age_ns is None or age_ns > FRESH_S * NS_PER_S:
            return HallLine(**own, reach=HallReach.UNREAD, cause=failing or "no answer")
        if seen.figures is None:
            return HallLine(**own, reach=HallReach.UNREAD, cause=seen.cause)
        return HallLine(**own, reach=HallReach.READ, cause=failing, figures=seen.figures)

    def look(self) -> None:
        """Look once; a fault is what was seen."""
        try:
            doors = self.hall.doors
            figures = self.hall.asked(lambda centre, _book: self._look(centre, doors))
        except Exception as exc:  # noqa: BLE001 whatever its store raises, it is told
            seen = _Seen(at_ns=self._now_ns(), figures=None, cause=type(exc).__name__)
        else:
            seen = _Seen(at_ns=self._now_ns(), figures=figures)
        self._seen = seen

    def _keep(self) -> None:
        while not self._closing.is_set():
            self.look()
            self._closing.wait(LOOK_EVERY_S)

    def _now_ns(self) -> int:
        return self._clock.now().boot_ns


class HallWatch:
    """The newest lines of all halls, in the order of the bureau's file."""

    def __init__(self, halls: Sequence[AskedHall], clock: Clock, parts: Parts) -> None:
        self._watchers = [HallWatcher(hall, clock, parts) for hall in halls]

    def start(self) -> None:
        """Begin to look."""
        for watcher in self._watchers:
            watcher.start()

    def close(self) -> None:
        """End."""
        for watcher in self._watchers:
            watcher.close()

    @property
    def lines(self) -> list[HallLine]:
        """How each is now."""
        return [watcher.line for watcher in self._watchers]
