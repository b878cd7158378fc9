"""A duty leader and a deputy, each with a telephone, and the alerter that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from children import wait_until
from collector.days import LED
from collector.hall_of_doors import Hall, hall
from collector.phone import Phone
from collector.served_centre import centre_of
from gate_agent.contract.policy import Policy
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.channels import AppriseMessenger, Recipient
from gate_collector.store.schema_office import ALERT, ATTEMPT

_SECRET = bytes(32)
UNDER_LOAD_S = 10
WITHIN_S = LED.punctuality.answer_within_s  # then it is passed on


@dataclass
class Duty:
    """The hall, and who is told."""

    hall: Hall
    shelf: AlertBook
    alerter: Alerter
    leader: Phone
    deputy: Phone

    def states(self) -> list[tuple[str, str]]:
        with self.hall.engine.connect() as connection:
            rows = connection.execute(select(ALERT.c.kind, ALERT.c.state).order_by(ALERT.c.id))
            return [(row.kind, row.state) for row in rows]

    def tries(self) -> list[tuple[str, str, bool]]:
        with self.hall.engine.connect() as connection:
            rows = connection.execute(select(ATTEMPT).order_by(ATTEMPT.c.id))
            return [(row.person, row.channel, row.sent) for row in rows]

    def until(self, count: int) -> None:
        """Let the alerter work until so many tries were kept."""

        def enough() -> bool:
            self.alerter.round()
            return len(self.tries()) >= count

        wait_until(enough, f"{count} tries")


@contextmanager
def on_duty(store: str, policy: Policy = LED) -> Iterator[Duty]:
    with hall(store) as one, Phone() as leader, Phone() as deputy:
        one.west.passage()
        one.settle()
        shelf = AlertBook(one.engine, _SECRET)
        people = (
            Recipient(name="张副主任", urls=(deputy.url,)),
            Recipient(name="李主任", urls=(leader.url,)),
        )
        alerter = Alerter(
            centre_of(one, lambda: policy), shelf, people=people, messenger=AppriseMessenger(),
            base_url="https://hall.example",
        )  # fmt: skip
        try:
            yield Duty(one, shelf, alerter, leader, deputy)
        finally:
            alerter.close()
