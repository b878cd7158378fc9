"""The book of policies: versions with who and why, a time from which each holds, refusals."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from collector.hall_of_doors import TEN, Door, Hall, hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import (
    PolicyDocument,
    digest,
    encode_policy,
    read_policy,
)
from gate_agent.contract.records import ModeApplied
from gate_agent.words import word
from gate_collector.policies.acknowledged import Applied, acknowledgements
from gate_collector.policies.book import Outdated, PolicyBook, PolicyFault
from gate_collector.store.schema_office import POLICY

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
    (urgent, (topic, document)) = told
    assert urgent == ("gate/v1/hall-01/policy/urgent", document)
    assert (issue.by, issue.why, issue.sha256) == ("王科长", "升级", digest(document))
    assert topic == "gate/v1/hall-01/policy"
    assert read_policy(document) == PolicyDocument.of(policy)


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


def _newer(one: Hall, **said: object) -> None:
    """Let a newer centre issue version 5 into this store."""
    told = json.loads(encode_policy(Policy(version=5))) | said
    document = json.dumps(told).encode()
    row = {
        "version": 5, "valid_from": None, "issued": format_utc(TEN), "by": "a", "why": "b",
        "hall_mode": str(told["hall_mode"]), "sha256": digest(document),
        "document": document.decode(),
    }  # fmt: skip
    with one.engine.begin() as connection:
        connection.execute(POLICY.insert().values(row))


def test_what_a_newer_centre_said_goes_on_in_the_versions_of_this_one(store: str) -> None:
    plain = json.loads(encode_policy(Policy()))
    said: dict[str, Any] = {
        "escort": {"after_s": 30},
        "hold": plain["hold"] | {"recheck_s": "soon", "whisper": "confirmed"},
        "appointments": [{"person_ref": "1" * 64, "floors": [2]}],
        "hall_mode": "weekend",
    }
    told: list[bytes] = []
    with hall(store) as one:
        _newer(one, **said)

        def publish(topic: str, document: bytes) -> bool:
            if topic.endswith("/policy"):
                told.append(document)
            return True

        book = book_of(one, publish)
        assert [issue.hall_mode for issue in book.issues()] == ["weekend"]
        assert book.in_force().hall_mode is HallMode.EMERGENCY

        book.issue(lambda _: {"hold": {"report_s": 60}, "purposes": ["社保"]}, by="a", why="b")

        now = json.loads(told[-1])
        assert now["hold"] == said["hold"] | {"report_s": 60}
        assert {**now, "hold": 0} == json.loads(encode_policy(Policy(version=6))) | said | {
            "hold": 0, "purposes": ["社保"],
        }  # fmt: skip
        book.issue(lambda _: {"hall_mode": "emergency", "appointments": []}, by="a", why="b")
        assert json.loads(told[-1]) == plain | {
            "version": 7, "hall_mode": "emergency", "purposes": ["社保"],
            "hold": plain["hold"] | {"report_s": 60},
        }, "every door reads an emergency, whatever it knows"  # fmt: skip
        assert [issue.sha256 for issue in book.issues()][:2] == [digest(d) for d in told[::-1]]
        book.issue(lambda _: {"hall_mode": "open"}, by="a", why="b")
        assert json.loads(told[-1]) == now | {
            "version": 8, "hall_mode": "open", "appointments": [],
        }, "and nothing is lost by it"  # fmt: skip


def test_each_doors_answer_is_compared_with_what_was_issued(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        policy = book.issue(lambda _: _CLOSED, by="a", why="b")

        def applied(sha256: str, *unread: str) -> ModeApplied:
            return ModeApplied(
                policy_version=1, hall_mode=HallMode.CLOSED, policy_sha256=sha256, unread=unread
            )

        one.west.say(applied(PolicyDocument.of(policy).sha256))
        one.central.say(applied("0" * 64))
        third = Door(one, "north-3f")
        third.say(applied(PolicyDocument.of(policy).sha256, "hold.whisper"))
        one.settle()
        with one.engine.connect() as connection:
            answers = {a.gate: (a.state, a.unread) for a in acknowledgements(connection, 1)}
            later = {a.gate: a.state for a in acknowledgements(connection, 2)}

    assert answers == {
        "west-1f": (Applied.SAME, ()),
        "central-2f": (Applied.DIFFERS, ()),
        "north-3f": (Applied.PARTLY, ("hold.whisper",)),
    }
    assert set(later.values()) == {Applied.WAITING}


def test_the_page_names_what_a_door_does_not_follow(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        policy = book.issue(lambda _: _CLOSED, by="a", why="b")
        one.west.say(
            ModeApplied(
                policy_version=1,
                hall_mode=HallMode.CLOSED,
                policy_sha256=PolicyDocument.of(policy).sha256,
                unread=("hold.recheck_s", "hold.whisper", "calls.*.phone"),
            )
        )
        one.settle()
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            page = client.get("/policy").text

    assert 'data-applied="partly"' in page
    assert "部分未生效" in page
    assert word("policy.hold.label") in page
    assert f"{word('policy.hold.label')} · whisper、{word('policy.calls.label')} · " in page
