"""A case is traced again when something came that may change it, and else is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from collector.contacts.crowd import came
from collector.days import DAY, LED, to
from collector.hall_of_doors import TEN, Hall, hall, ref
from collector.served_centre import centre_of
from gate_agent.contract.moment import ClockQuality, format_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import (
    Category,
    ContactEntry,
    ContactListed,
    ContactState,
    ContactUpdated,
)
from gate_collector.contacts.follow_book import all_follow_ups
from gate_collector.contacts.judging import judge_all
from gate_collector.contacts.trace import Case, trace
from gate_collector.contacts.traced_cases import TracedCases, traced_cases
from gate_collector.reports.evidence import gather

_ON = date.fromisoformat(DAY)
_POLICY = ContactsPolicy()
_KEY = ("west-1f", "sick-0")


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    """Yield what is asked of the database meanwhile."""
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def _sick(one: Hall, cases: int) -> None:
    """Let so many be handed over on the first day, ten people near them."""
    for number in range(10):
        came(one.west, f"near {number}", TEN + timedelta(seconds=number), passage_id=f"n{number}")
    for number in range(cases):
        at = TEN + timedelta(seconds=20 + number)
        one.west.hold(f"sick-{number}", who=f"sick {number}", at=at)
        one.west.close(f"sick-{number}", "transferred", at=at + timedelta(seconds=1))
    one.settle()


def _look(one: Hall) -> list[Case]:
    return traced_cases(one.engine).of(one.engine, [_KEY], _POLICY, one.clock.utc)


def test_a_report_asks_as_much_for_fifty_old_cases_as_for_five(tmp_path: Path) -> None:
    asked = {}
    for cases in (5, 50):
        folder = tmp_path / str(cases)
        folder.mkdir()
        with hall(folder) as one:
            _sick(one, cases)
            to(one, 48)
            centre = centre_of(one, lambda: LED)
            first = gather(centre, _ON + timedelta(days=2), version=0, by="preview")
            one.west.passage()
            one.settle()
            with _statements(one.engine) as said:
                again = gather(centre, _ON + timedelta(days=2), version=0, by="preview")
            with _statements(one.engine) as listed:
                followed = all_follow_ups(centre)
            asked[cases] = len(said), len(listed)
            assert len(first.contacts_open) == len(again.contacts_open) == cases
            assert len(followed) == cases

    assert asked[50] == asked[5]


def _judge(one: Hall) -> None:
    case = trace(one.engine, *_KEY, _POLICY)
    assert case is not None
    seen = {near.person_ref: near.seen for near in case.contacts[:3]}
    judge_all(
        one.engine, case, seen, ContactState.CONFIRMED, by="王", at=one.clock.utc, reason="同时"
    )


def _late_passage(one: Hall) -> None:
    came(one.west, "late", TEN + timedelta(seconds=25), passage_id="late")


def _listed_and_cleared(one: Hall) -> None:
    entry = ContactEntry(
        contact_id="c-1", passage_id="p-1", person_ref=ref("listed"), category=Category.VISITOR,
        passed=format_utc(TEN), apart_s=0,
    )  # fmt: skip
    one.west.say(ContactListed(hold_id=_KEY[1], listed=format_utc(TEN), contacts=(entry,)))
    now = format_utc(one.clock.utc)
    for state in (ContactState.CONFIRMED, ContactState.DISMISSED):
        updated = ContactUpdated(contact_id="c-1", hold_id=_KEY[1], state=state, by="g", at=now)
        one.west.say(updated)


def _hold_of_a_contact(one: Hall) -> None:
    one.west.hold("later", who="near 3")


def _reopened(one: Hall) -> None:
    one.west.close(_KEY[1], "left")


def _doubtful_then_corrected(one: Hall) -> None:
    one.west.clock = ClockQuality.UNSYNCED
    one.west.off = timedelta(days=-400)
    came(one.west, "doubted", one.west.utc, passage_id="doubted")


_CHANGES: list[Callable[[Hall], None]] = [
    _judge, _late_passage, _listed_and_cleared, _hold_of_a_contact, _reopened,
    _doubtful_then_corrected,
]  # fmt: skip


@pytest.mark.parametrize("change", _CHANGES, ids=lambda one: one.__name__.strip("_"))
def test_what_came_days_after_is_told_as_a_new_trace_tells_it(
    store: str, change: Callable[[Hall], None]
) -> None:
    with hall(store) as one:
        _sick(one, 3)
        to(one, 72)
        before = _look(one)

        change(one)
        one.settle()
        one.clock.advance(60)
        after = _look(one)

        assert after == TracedCases().of(one.engine, [_KEY], _POLICY, one.clock.utc)
        assert after == [trace(one.engine, *_KEY, _POLICY)]
    if change is not _doubtful_then_corrected:
        assert after != before


def test_another_policy_and_a_clock_that_went_back_trace_all_again(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        _sick(one, 1)
        to(one, 72)
        wide, narrow = ContactsPolicy(before_s=300), ContactsPolicy(before_s=0, after_s=0)
        known = TracedCases()

        (first,) = known.of(one.engine, [_KEY], wide, one.clock.utc)
        (second,) = known.of(one.engine, [_KEY], narrow, one.clock.utc)
        with _statements(one.engine) as kept:
            known.of(one.engine, [_KEY], narrow, one.clock.utc)
        with _statements(one.engine) as back:
            known.of(one.engine, [_KEY], narrow, one.clock.utc - timedelta(hours=1))

    assert len(first.contacts) > len(second.contacts)
    assert len(back) > len(kept)
