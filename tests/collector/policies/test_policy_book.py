"""The book of policies: versions with who and why, a time from which each holds, refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import book_of
from gate_agent.config.load import parse_policy
from gate_agent.contract.policy import HallMode, Policy, policy_digest
from gate_agent.contract.records import ModeApplied
from gate_collector.policies.acknowledged import Applied, acknowledgements
from gate_collector.policies.book import Outdated, PolicyBook, PolicyFault

_CLOSED = {"hall_mode": "closed"}


def test_a_version_is_kept_with_who_and_why_and_published_as_it_is_kept(store: str) -> None:
    told: list[tuple[str, bytes]] = []
    with hall(store) as one:

        def publish(topic: str, document: bytes) -> bool:
            told.append((topic, document))
            return True

        book = book_of(one, publish)

        policy = book.issue(lambda _: _CLOSED, by="王科长", why="升级")

        (issue,) = book.issues()
    assert (policy.version, policy.hall_mode) == (1, HallMode.CLOSED)
    assert (issue.by, issue.why, issue.sha256) == ("王科长", "升级", policy_digest(policy))
    ((topic, document),) = told
    assert topic == "gate/v1/hall-01/policy"
    assert parse_policy(document, source="policy") == policy


def test_a_planned_version_waits_for_its_time(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        book.issue(lambda _: _CLOSED, by="a", why="b", valid_from=TEN + timedelta(hours=1))

        assert book.in_force().hall_mode is HallMode.OPEN
        assert book.newest().hall_mode is HallMode.CLOSED
        one.clock.advance(3600)
        assert book.in_force().version == 1


def test_what_is_issued_at_once_starts_from_the_policy_in_force(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        book.issue(lambda _: {"purposes": ["社保"]}, by="a", why="b")
        planned = TEN + timedelta(days=1)
        book.issue(lambda _: {"purposes": ["税务"]}, by="a", why="b", valid_from=planned)

        book.issue(lambda _: {"hall_mode": "emergency"}, by="a", why="b", at_once=True)

        assert book.in_force().version == 3
        assert (book.in_force().hall_mode, book.in_force().purposes) == (
            HallMode.EMERGENCY, ("社保",),
        )  # fmt: skip


def test_an_invalid_policy_is_refused_and_the_old_one_stays(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        book.issue(lambda _: _CLOSED, by="a", why="b")

        with pytest.raises(PolicyFault, match="alarm_centi_c"):
            book.issue(lambda _: {"measurement": {"alarm_centi_c": 99999}}, by="a", why="b")

        assert (book.newest().version, book.published) == (1, 1)


def test_two_people_do_not_overwrite_each_other(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        book.issue(lambda _: _CLOSED, by="a", why="b", base=0)

        with pytest.raises(Outdated, match="version 1, got one of 0"):
            book.issue(lambda _: {}, by="c", why="d", base=0)


def test_what_no_broker_took_is_published_later(store: str) -> None:
    there = [False]
    with hall(store) as one:
        book = book_of(one, lambda _topic, _document: there[0])
        book.issue(lambda _: _CLOSED, by="a", why="b")
        assert book.published == 0

        there[0] = True
        book.keep_published()

        assert book.published == 1


def test_a_file_starts_the_book_and_never_takes_it_back(store: str) -> None:
    def started(opened: Hall, version: int) -> PolicyBook:
        return PolicyBook(
            opened.engine,
            site="hall-01",
            clock=opened.clock,
            first=Policy(version=version),
            publish=lambda _topic, _document: True,
        )

    with hall(store) as opened:
        assert started(opened, 4).newest().version == 4
        started(opened, 4).issue(lambda _: _CLOSED, by="a", why="b")
        assert started(opened, 4).newest().version == 5


def test_each_doors_answer_is_compared_with_what_was_issued(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        policy = book.issue(lambda _: _CLOSED, by="a", why="b")

        def applied(version: int, digest: str) -> ModeApplied:
            return ModeApplied(
                policy_version=version, hall_mode=HallMode.CLOSED, policy_sha256=digest
            )

        one.west.say(applied(1, policy_digest(policy)))
        one.central.say(applied(1, "0" * 64))
        one.settle()
        with one.engine.connect() as connection:
            answers = {a.gate: a.state for a in acknowledgements(connection, 1)}
            later = {a.gate: a.state for a in acknowledgements(connection, 2)}

    assert answers == {"west-1f": Applied.SAME, "central-2f": Applied.DIFFERS}
    assert set(later.values()) == {Applied.WAITING}
