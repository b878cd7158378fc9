"""Each morning who follows the contacts up is told how many wait: once, and not if nobody does."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from collector.contacts.crowd import a_crowd
from collector.hall_of_doors import ref
from collector.served_centre import centre_of
from collector.switchboard import DEPUTY, OFFICE, Group, leading_group
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import ContactState
from gate_collector.centre import Centre
from gate_collector.contacts.follow import FollowHealth, FollowPlace
from gate_collector.contacts.follow_book import AskedAfter, enter, today_of
from gate_collector.contacts.judging import judge_all
from gate_collector.contacts.morning import FollowUpsTold
from gate_collector.contacts.trace import trace

_HOUR_S = 3600
_FOLLOW = "每日随访"


def _told(group: Group, told: FollowUpsTold, after_s: float) -> list[tuple[str, str]]:
    """Return who heard of follow-ups after so long, and what."""
    before = len(group.lines.heard)
    group.hall.clock.advance(after_s)
    told.round()
    group.round()
    heard = group.lines.heard[before:]
    return [(name, text) for name, _, text in heard if _FOLLOW in text]


def _states(group: Group) -> list[str]:
    return [state for kind, state in group.states() if kind == "follow_up"]


def _confirm(centre: Centre, count: int) -> list[str]:
    case = trace(centre.engine, "west-1f", "hold-1", ContactsPolicy())
    assert case is not None
    seen = {near.person_ref: near.seen for near in case.contacts[:count]}
    judge_all(
        centre.engine, case, seen, ContactState.CONFIRMED, by="王科长", at=centre.now, reason=""
    )
    return list(seen)


def _enter(centre: Centre, refs: list[str]) -> None:
    asked = AskedAfter(
        day=today_of(centre), place=FollowPlace.HOME, health=FollowHealth.WELL, note="",
        by="王科长", role="office",
    )  # fmt: skip
    enter(centre, [("west-1f", "hold-1", one) for one in refs], asked)


def test_each_morning_the_office_is_told_once_how_many_wait(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        with group.doors() as hall:
            a_crowd(hall, 30)
        centre = centre_of(group.hall, group.book.in_force)
        told = FollowUpsTold(centre, group.shelf, group.alerter.tell)
        refs = _confirm(centre, 3)
        assert _told(group, told, 60) == [], "due from the day after on"
        assert _told(group, told, 21 * _HOUR_S) == [], "not in the night"

        ((name, text),) = _told(group, told, 1.1 * _HOUR_S)
        assert name == OFFICE
        assert "今日待随访 3 人，逾期 0 人" in text
        assert "/answer/" in text
        assert not any(one in text for one in (*refs, ref("feverish")))
        group.restart()
        told = FollowUpsTold(centre, group.shelf, group.alerter.tell)
        assert _told(group, told, _HOUR_S) == []
        _enter(centre, refs[:2])
        assert _told(group, told, _HOUR_S) == []
        assert _states(group) == ["open"]
        _enter(centre, refs[2:])
        assert _told(group, told, _HOUR_S) == []
        assert _states(group) == ["over"]

        group.lines.down = {OFFICE}
        rest = {"begins": time(7), "ends": time(9)}
        group.book.issue(lambda _: {"rest_hours": rest}, by="王科长", why="x")
        assert _told(group, told, 21 * _HOUR_S + 600) == [], "quiet hours"
        assert [name for name, _ in _told(group, told, _HOUR_S)] == [DEPUTY]
        assert _told(group, told, 6 * _HOUR_S) == []
        _told(group, told, 17 * _HOUR_S)
        assert _states(group) == ["over", "over", "open"], "each morning has its own"
