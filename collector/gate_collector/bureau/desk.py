"""What the bureau's rooms share: its halls, how they are, its reports, and what it last ordered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate_agent.contract.moment import format_utc
from gate_collector.bureau.asking import AskedHall, HallAsker
from gate_collector.bureau.book import BureauBook
from gate_collector.bureau.emergency import HallClosed, close_all
from gate_collector.bureau.halls import HallReach
from gate_collector.bureau.looking import HallWatch
from gate_collector.centre import Centre
from gate_collector.roles.session import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyTold:
    """Who closed all halls when and why, and what became of it in each."""

    at: str
    by: str
    why: str
    halls: tuple[HallClosed, ...]


class BureauDesk:
    """The bureau's own part of the process. Safe to use from any thread."""

    def __init__(
        self,
        centre: Centre,
        halls: Sequence[AskedHall],
        watch: HallWatch,
        own: Callable[[], str] = str,
    ) -> None:
        """`centre`: the bureau's own store, time and zone, as a hall has them.

        `own` tells which of the bureau's own parts fail.
        """
        self._own = own
        self.centre = centre
        self.halls = halls
        self.watch = watch
        self._asker = HallAsker(halls, centre.clock)
        self.book = BureauBook(centre, self._asker)
        self._lock = threading.Lock()
        self._orders: list[EmergencyTold] = []

    def failing(self) -> str:
        """Return which of our own parts fail, which halls, and why; empty when all is well."""
        halls = [
            f"{line.site}: {line.cause or line.reach}"
            for line in self.watch.lines
            if line.cause or line.reach is not HallReach.READ
        ]
        return "; ".join(filter(None, [self._own(), *halls]))

    def close_all(self, record: Record, *, by: str, why: str) -> int:
        """Close every hall; return the number by which `order` tells what became of it.

        It is recorded before anything is done.
        """
        record("emergency", "", f"{by}: {why}")
        issued_by = f"{by} · {self.centre.name}"
        halls = close_all(self._asker, by=issued_by, why=why)
        order = EmergencyTold(at=format_utc(self.centre.now), by=by, why=why, halls=tuple(halls))
        with self._lock:
            self._orders = [*self._orders, order]
            return len(self._orders)

    def order(self, number: int) -> EmergencyTold | None:
        """Return what became of an order; None for none of this process."""
        with self._lock:
            return self._orders[number - 1] if 1 <= number <= len(self._orders) else None
