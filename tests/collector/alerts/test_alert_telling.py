"""A service that never ends holds up nobody, and no thread waits for it for ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from children import wait_until
from collector.hall_of_doors import TEN, hall
from collector.switchboard import LEADER, OFFICE, PEOPLE, Switchboard
from gate_agent.host.supervision import Parts
from gate_agent.words import texts
from gate_collector.alerts.book import Alert, AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.channels import Recipient, TryResult
from gate_collector.alerts.kinds import MODE
from gate_collector.alerts.telling import RungTold, Teller
from gate_collector.store.doors import DoorNames
from gate_collector.store.schema_office import ALERT, ATTEMPT


@dataclass
class _Dripping:
    """Lines of which the leader's never ends, until it is let go."""

    ends: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def ready(self) -> None:
        """Need nothing."""

    def tell(self, recipient: Recipient, title: str, text: str) -> Sequence[TryResult]:  # noqa: ARG002 whatever it says
        """Drip for the leader; reach anybody else."""
        if recipient.name == LEADER:
            self.begun += 1
            self.ends.wait()
        return [TryResult("json", sent=True)]


def test_a_service_that_drips_is_given_up_and_no_thread_waits_for_the_next_message(
    tmp_path: Path,
) -> None:
    lines = _Dripping()
    with hall(tmp_path) as one:
        book, parts = AlertBook(one.engine, bytes(32)), Parts(one.clock)
        teller = Teller(
            book, lines, one.clock, base_url="https://hall.example", parts=parts, given_up_s=0.05
        )
        for number in range(6):
            cause = Cause(key=f"k{number}", kind="hold", gate="w", subject="h", quiet=False,
                          text=texts("alert.left", door="x"))  # fmt: skip
            book.open(cause, TEN)
        alerts = book.claim(TEN, 120)
        for alert in alerts:
            _tell(teller, alert)
        wait_until(lambda: not teller.in_flight, "everybody to be told, or given up")
        with one.engine.connect() as connection:
            tries = connection.execute(select(ATTEMPT.c.person, ATTEMPT.c.sent)).all()
        begun = lines.begun
        lines.ends.set()
        teller.close()
        due = book.claim(TEN, 120)

    assert sorted(map(tuple, tries)) == sorted([(LEADER, False), (OFFICE, True)] * 6)
    assert begun <= 3  # two at a time, and one that began between their ends
    assert len(due) == 6  # the next rung, at once: that the office has it is not enough


class _Watched(AlertBook):
    """A book that sees which alerts are in flight while it keeps what follows from a rung."""

    teller: Teller
    in_flight: tuple[int, ...] = ()

    def is_known(self, alert: Alert, now: datetime) -> None:
        """Look, and keep it."""
        self.in_flight += tuple(self.teller.in_flight)
        super().is_known(alert, now)


def test_a_rung_is_in_flight_until_what_follows_from_it_is_kept(tmp_path: Path) -> None:
    """Who waits for the end of the telling finds in the store what came of it."""
    with hall(tmp_path) as one:
        book = _Watched(one.engine, bytes(32))
        book.teller = teller = Teller(
            book, Switchboard(), one.clock, base_url="https://hall.example", parts=Parts(one.clock)
        )
        text = texts("alert.left", door="x")
        book.open(Cause(key="k", kind=MODE, gate="", subject="", quiet=False, text=text), TEN)
        (alert,) = book.claim(TEN, 120)
        _tell(teller, alert)
        wait_until(lambda: not teller.in_flight, "everybody to be told")
        with one.engine.connect() as connection:
            states = connection.execute(select(ALERT.c.state)).scalars().all()
        teller.close()

    assert (book.in_flight, states) == ((alert.id,), ["over"])


def _tell(teller: Teller, alert: Alert) -> None:
    people = PEOPLE[:2]
    rung = RungTold(alert=alert, waiting={one.name for one in people},
                    awaited=frozenset({LEADER}), retry_s=0)  # fmt: skip
    teller.begin([rung])
    for person in people:
        teller.tell(person, [alert], DoorNames())
