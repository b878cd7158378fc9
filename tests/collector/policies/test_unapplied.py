"""A door that is heard and does not follow the policy in force is an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from collector.hall_of_doors import Hall, hall
from collector.served_centre import book_of, centre_of
from gate_agent.contract.policy import HallMode
from gate_agent.contract.policy_document import digest
from gate_agent.contract.records import ModeApplied
from gate_collector.alarms.book import AlarmKind, standing
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.unapplied import WITHIN, PolicyWatch

Watched = tuple[Hall, PolicyBook, PolicyWatch]
_SHUT = {"hall_mode": HallMode.CLOSED.value}


@pytest.fixture
def watched(store: str) -> Iterator[Watched]:
    with hall(store) as one:
        book = book_of(one)
        yield one, book, PolicyWatch(centre_of(one, book.in_force), book)


def _alarms(one: Hall) -> dict[str, str]:
    with one.engine.connect() as connection:
        return {a.gate: a.detail for a in standing(connection) if a.kind == AlarmKind.UNAPPLIED}


def _follows(book: PolicyBook, version: int, *unread: str) -> ModeApplied:
    text = book.document(version) or ""
    mode = book.issues()[-version].hall_mode
    return ModeApplied(
        policy_version=version,
        hall_mode=HallMode(mode),
        policy_sha256=digest(text.encode()),
        unread=unread,
    )


def test_a_door_that_stays_open_is_told_within_two_minutes_and_until_it_follows(
    watched: Watched,
) -> None:
    one, book, watch = watched
    for door in (one.west, one.central):
        door.heartbeat()
    one.settle()
    watch.round()
    assert _alarms(one) == {}, "no policy was ever issued"
    book.issue(lambda _: {"hall_mode": HallMode.OPEN.value}, by="a", why="b")
    for door in (one.west, one.central):
        door.say(_follows(book, 1))
    one.settle()
    book.issue(lambda _: _SHUT, by="a", why="b")
    one.central.say(_follows(book, 2, "hold.whisper"))  # all that matters is followed
    one.settle()

    watch.round()
    one.clock.advance(WITHIN.total_seconds() - 1)
    watch.round()
    assert _alarms(one) == {}, "it has a minute"
    one.clock.advance(1)
    watch.round()
    assert _alarms(one) == {"west-1f": "expected version 2 to be followed, got version 1, open"}

    book.issue(lambda _: _SHUT | {"purposes": ["社保"]}, by="a", why="b")
    one.west.say(_follows(book, 3))
    one.central.say(_follows(book, 3))
    one.settle()
    watch.round()
    assert _alarms(one) == {}


def test_a_door_that_is_silent_has_an_alarm_of_its_own_and_one_that_comes_back_has_a_minute(
    watched: Watched,
) -> None:
    one, book, watch = watched
    book.issue(lambda _: _SHUT, by="a", why="b")
    one.west.passage()
    one.settle()
    for _ in range(3):
        one.clock.advance(2 * WITHIN / timedelta(seconds=1))
        watch.round()
    assert _alarms(one) == {}, "never heard"
    one.west.heartbeat()
    one.settle()
    watch.round()
    assert _alarms(one) == {}
    one.clock.advance(WITHIN.total_seconds())
    watch.round()
    assert _alarms(one) == {"west-1f": "expected version 1 to be followed, got none"}
