"""A hall with a store and books of its own, as the bureau asks it; it may be away, or hang."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from fastapi import FastAPI

from collector.hall_of_doors import Hall, hall
from collector.served_centre import book_of, centre_of
from gate_agent.host.supervision import Parts
from gate_collector.bureau.carried import HallAway
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.looking import HallWatch
from gate_collector.bureau.site import create_bureau
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook
from gate_collector.roles.accounts import Accounts
from gate_collector.site import SiteAccess
from gate_collector.store.opening import open_store

_NAMES = frozenset({"bureau.example"})
_T = TypeVar("_T")


class StandingHall:
    """Its centre and its book are the real ones; `fault`, `hangs` and `is_up` are a test's."""

    def __init__(self, one: Hall, number: int, name: str) -> None:
        self.one = one
        self.site = f"hall-0{number}"
        self.name = name
        self.url = f"http://hall-{number}.example"
        self.doors: tuple[str, ...] = ()
        self.is_up = True
        self.failing = ""
        self.fault: Exception | None = None
        self.hangs: threading.Event | None = None
        self.book = book_of(one)
        held = centre_of(one, self.book.in_force)
        self.centre = replace(held, site=self.site, name=name, policy_then=self.book.held)

    def asked(self, ask: Callable[[Centre, PolicyBook], _T]) -> _T:
        """Return what is asked, or do as the test wants."""
        if not self.is_up:
            raise HallAway(f"expected {self.site} to run, got: {self.failing}")
        if self.hangs is not None:
            self.hangs.wait(60)
        if self.fault is not None:
            raise self.fault
        return ask(self.centre, self.book)


@contextmanager
def standing(folder: Path, *names: str) -> Iterator[list[StandingHall]]:
    """Open a hall for each name, all with the same clock."""
    with ExitStack() as stack:
        halls = []
        for number, name in enumerate(names, 1):
            (place := folder / str(number)).mkdir(parents=True, exist_ok=True)
            halls.append(StandingHall(stack.enter_context(hall(place)), number, name))
        yield halls


@contextmanager
def bureau_centre(folder: Path, one: Hall) -> Iterator[Centre]:
    """Yield the bureau's own store, by the clock of a hall."""
    engine = open_store(f"sqlite:///{folder / 'bureau.sqlite'}")
    try:
        held = replace(centre_of(one), engine=engine, site="bureau")
        yield replace(held, name="区政务服务局", unit="局办公室")
    finally:
        engine.dispose()


@contextmanager
def bureau_of(folder: Path, *names: str) -> Iterator[FastAPI]:
    """Yield the application of a bureau over halls of these names; `app.state.desk` is its desk."""
    with standing(folder, *names) as halls, bureau_centre(folder, halls[0].one) as centre:
        watch = HallWatch(halls, centre.clock, Parts(centre.clock))
        desk, door = BureauDesk(centre, halls, watch), SiteAccess(sign_on=True, names=_NAMES)
        app, _ = create_bureau(desk, Accounts(centre), door, "0.1.0")
        app.state.desk = desk
        yield app
