"""Two processes of one centre do the same at the same time: it is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from collector.days import DAY, LED, quiet_day
from collector.duty import Duty, on_duty
from collector.hall_of_doors import SITE, TEN, Hall
from collector.served_centre import centre_of
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_collector.alarms.book import AlarmKind, keep_to, standing
from gate_collector.alerts.book import AlertBook
from gate_collector.centre import Centre
from gate_collector.policies.book import Outdated, PolicyBook
from gate_collector.reports.versions import make_due
from gate_collector.store.opening import open_store
from gate_collector.store.schema_office import ALERT, MERGED, POLICY

_WITHIN_S = 60


@pytest.fixture
def other(store: str, one: Hall) -> Iterator[Engine]:
    """The same store as another process opens it."""
    assert one.engine is not None
    engine = open_store(store)
    yield engine
    engine.dispose()


def _both(*works: Callable[[], object]) -> list[object]:
    """Do these at the same time; return what each gave, or how it failed."""
    gate = Barrier(len(works))

    def do(work: Callable[[], object]) -> object:
        gate.wait(_WITHIN_S)
        try:
            return work()
        except Outdated as exc:
            return exc

    with ThreadPoolExecutor(len(works)) as pool:
        return [one.result(_WITHIN_S) for one in [pool.submit(do, work) for work in works]]


def _elsewhere(one: Hall, engine: Engine) -> Centre:
    here = centre_of(one, lambda: LED)
    return Centre(engine=engine, clock=here.clock, zone=here.zone, site=SITE, policy=here.policy)


def test_a_report_that_is_due_is_made_once(one: Hall, other: Engine) -> None:
    quiet_day(one)
    here, there = centre_of(one, lambda: LED), _elsewhere(one, other)

    _both(lambda: make_due(here), lambda: make_due(there))

    with one.engine.connect() as connection:
        rows = connection.execute(select(MERGED.c.day, MERGED.c.version)).all()
    assert [tuple(row) for row in rows] == [(DAY, 1)]


def test_one_of_two_changes_of_a_policy_is_outdated(one: Hall, other: Engine) -> None:
    def book(engine: Engine) -> PolicyBook:
        return PolicyBook(
            engine, site=SITE, clock=one.clock, first=Policy(version=1), publish=lambda *_: True
        )

    def change(made: PolicyBook) -> Policy:
        return made.issue(lambda _: {"hall_mode": HallMode.CLOSED}, by="王", why="同时", base=1)

    first, second = book(one.engine), book(other)

    told = _both(lambda: change(first), lambda: change(second))

    with one.engine.connect() as connection:
        versions = list(connection.execute(select(POLICY.c.version)).scalars())
    assert sorted(versions) == [1, 2]
    assert sorted(type(answer).__name__ for answer in told) == ["Outdated", "Policy"]


def test_an_alarm_that_two_watches_find_stands_once(one: Hall, other: Engine) -> None:
    found = {(AlarmKind.SILENT.value, "west-1f"): "no heartbeat"}

    def look(engine: Engine) -> None:
        with engine.begin() as connection:
            keep_to(connection, frozenset({AlarmKind.SILENT}), found, format_utc(TEN))

    _both(lambda: look(one.engine), lambda: look(other))

    with one.engine.connect() as connection:
        assert len(standing(connection)) == 1


@pytest.fixture
def duty(store: str) -> Iterator[Duty]:
    with on_duty(store) as running:
        yield running


def test_an_alert_is_handed_to_one_teller(duty: Duty, store: str) -> None:
    for number in range(5):
        duty.hall.west.hold(f"hold-{number}")
    duty.hall.settle()
    duty.alerter._look()
    engine = open_store(store)
    here, there = duty.shelf, AlertBook(engine, bytes(32))
    claimed: list[int] = []
    now = duty.hall.clock.utc + timedelta(seconds=1)

    _both(
        lambda: claimed.extend(alert.id for alert in here.claim(now, 60)),
        lambda: claimed.extend(alert.id for alert in there.claim(now, 60)),
    )

    engine.dispose()
    with duty.hall.engine.connect() as connection:
        steps = list(connection.execute(select(ALERT.c.step)).scalars())
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 5
    assert steps == [1] * 5
