"""The leading group of a hall, each at the end of a line that may be down; alerts go there at once.

It stands where Apprise does: what is told is kept in the order in which it came.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from children import wait_until
from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import book_of, centre_of
from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.policy import Policy, RotaEntry
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.channels import Recipient, TryResult
from gate_collector.policies.book import PolicyBook
from gate_collector.store.schema_office import ALERT

SECRET = bytes(32)
PHONE = "010-5550 0101"
LEADER, OFFICE, DEPUTY, HEAD, HANDS = "李主任", "办公室", "张副主任", "王局长", "赵运维"
POSTS = tuple(
    Post(post=post, name=name, phone=phone, rank=rank)
    for post, name, phone, rank in (
        ("组长", HEAD, "010-5550 0110", PostRank.HEAD),
        ("副组长", DEPUTY, "010-5550 0111", PostRank.DEPUTY),
        ("办公室主任", OFFICE, "010-5550 0112", PostRank.OFFICE),
        ("运维", HANDS, "010-5550 0113", PostRank.MAINTAINER),
    )
)
SHIFT = RotaEntry(
    leader=LEADER, phone=PHONE, valid_from=TEN - timedelta(days=2),
    valid_until=TEN + timedelta(days=2),
)  # fmt: skip
GROUP = Policy(rota=(SHIFT,), posts=POSTS)
WITHIN_S = GROUP.punctuality.answer_within_s
PEOPLE = tuple(Recipient(name=name, urls=(f"json://{number}/",)) for number, name in enumerate(
    (LEADER, OFFICE, DEPUTY, HEAD, HANDS)))  # fmt: skip


@dataclass
class Switchboard:
    """A messenger whose lines are ours; `down` are those whom nobody reaches."""

    down: set[str] = field(default_factory=set)
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    tries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ready(self) -> None:
        """Need nothing."""

    def tell(self, recipient: Recipient, title: str, text: str) -> Sequence[TryResult]:
        """Let somebody hear it."""
        with self._lock:
            self.tries += 1
            sent = recipient.name not in self.down
            if sent:
                self.heard.append((recipient.name, title, text))
        return [TryResult("json", sent)]


@dataclass
class Group:
    """A hall, its policies, and its leading group at the switchboard."""

    hall: Hall
    book: PolicyBook
    lines: Switchboard
    alerter: Alerter
    shelf: AlertBook
    _heard: int = 0

    @contextmanager
    def doors(self) -> Iterator[Hall]:
        """Let the doors speak; all they said is stored afterwards.

        No writer works while time passes: what jumps by minutes would look like one that hangs.
        """
        self.hall.settle()
        yield self.hall
        self.hall.settle()
        self.hall.ingest.close()

    def round(self, after_s: float = 0) -> list[str]:
        """Let time pass and the alerter look; return who heard something since, in order."""
        self.hall.clock.advance(after_s)
        for _ in range(2):  # what reached nobody is due again at once
            self.alerter.round()
            wait_until(lambda: not self.alerter.is_telling, "everybody to be told")
        names = sorted(name for name, _, _ in self.lines.heard[self._heard :])
        self._heard = len(self.lines.heard)
        return names

    def states(self) -> list[tuple[str, str]]:
        """Return every alert's kind and state."""
        with self.hall.engine.connect() as connection:
            rows = connection.execute(select(ALERT.c.kind, ALERT.c.state).order_by(ALERT.c.id))
            return [(row.kind, row.state) for row in rows]

    def restart(self) -> None:
        """End the centre's alerter in the middle of whatever it does; another takes over."""
        self.alerter.close()
        made = _group(self.hall, self.book, self.lines)
        self.alerter, self.shelf = made.alerter, made.shelf


@contextmanager
def leading_group(store: str | Path, policy: Policy = GROUP) -> Iterator[Group]:
    """Open a hall at ten in the morning, led by this policy."""
    with hall(store) as one:
        one.west.passage()
        one.settle()
        one.ingest.close()
        book = book_of(one)
        issued = policy.model_dump(mode="json", exclude={"version", "valid_from"})
        book.issue(lambda _: issued, by="王科长", why="x")
        group = _group(one, book, Switchboard())
        try:
            yield group
        finally:
            group.alerter.close()


def _group(one: Hall, book: PolicyBook, lines: Switchboard) -> Group:
    shelf = AlertBook(one.engine, SECRET)
    centre = centre_of(one, book.in_force)
    alerter = Alerter(
        centre, shelf, people=PEOPLE, messenger=lines, base_url="https://hall.example"
    )
    return Group(one, book, lines, alerter, shelf)
