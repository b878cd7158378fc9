"""Contacts that nobody judged, asked after or ended stay a gap; people are counted once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from collector.days import DAY, LED, to
from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import centre_of
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import ContactState
from gate_collector.contacts.follow import FollowHealth, FollowPlace
from gate_collector.contacts.follow_book import AskedAfter, all_follow_ups, enter
from gate_collector.contacts.judging import judge_all
from gate_collector.contacts.trace import trace
from gate_collector.reports.content import MergedReport
from gate_collector.reports.evidence import gather

_ON = date.fromisoformat(DAY)
_DAYS = ContactsPolicy().observe_days


def _report(one: Hall, days: int) -> MergedReport:
    day = _ON + timedelta(days=days)
    return gather(centre_of(one, lambda: LED), day, version=1, by="clock")


def _judge(one: Hall, count: int, state: ContactState) -> list[str]:
    case = trace(one.engine, "west-1f", "sick-0", ContactsPolicy())
    assert case is not None
    seen = {near.person_ref: near.seen for near in case.contacts[:count]}
    judge_all(one.engine, case, seen, state, by="王科长", at=one.clock.utc, reason="同时在馆")
    return sorted(seen)


def _cases(one: Hall, cases: int, people: int) -> None:
    for number in range(people):
        one.west.passage(who=f"near {number}", at=TEN - timedelta(seconds=people - number))
    for number in range(cases):
        one.west.hold(f"sick-{number}", who=f"sick {number}", at=TEN + timedelta(seconds=number))
        one.west.close(f"sick-{number}", "transferred")
    one.settle()


def test_people_near_three_cases_are_counted_once_and_the_cases_beside_them(
    store: str,
) -> None:
    with hall(store) as one:
        _cases(one, 3, 12)

        report = _report(one, 0)

    assert [line.count for line in report.contacts_open] == [14, 14, 14]  # and the other two
    assert report.contacts["proposed"] == report.unjudged == 15
    (check,) = (check for check in report.checks if check.key == "contacts")
    assert "15 人待确认（涉及 3 例）" in check.zh


def test_who_is_not_judged_or_not_asked_after_stays_a_gap_until_somebody_ends_it(
    tmp_path: Path,
) -> None:
    with hall(tmp_path) as one:
        _cases(one, 1, 3)
        refs = _judge(one, 2, ContactState.CONFIRMED)
        for day in range(1, _DAYS + 1):
            to(one, 24 * day)
            asked = AskedAfter(
                day=_ON + timedelta(days=day), place=FollowPlace.HOME, health=FollowHealth.WELL,
                note="", by="王科长", role="office",
            )  # fmt: skip
            enter(centre_of(one), [("west-1f", "sick-0", refs[0])], asked)
        to(one, 24 * (_DAYS + 40))

        report = _report(one, _DAYS + 40)
        waiting = [len(case.waiting) for case in all_follow_ups(centre_of(one))]
        _judge(one, 3, ContactState.DISMISSED)
        ended = _report(one, _DAYS + 40)

    assert (report.unjudged, report.unfollowed, report.unended) == (1, 1, 2)
    assert waiting == [2]
    assert ended.contacts_open == ()
