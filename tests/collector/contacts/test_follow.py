"""Which days of an observation are owed, by when it ends, and who waits for the office. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collector.hall_of_doors import TEN, ZONE, ref
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ContactState
from gate_collector.contacts.follow import (
    FollowHealth,
    FollowPlace,
    FollowUp,
    FollowUpEntry,
    follow_up,
)
from gate_collector.contacts.listed import Judgement
from gate_collector.contacts.trace import Near

_LAST = date(2026, 11, 24)
_DAYS = 14


def _near(*said: tuple[ContactState, int]) -> Near:
    """Return who passed at ten, with what was said so many days later."""
    return Near(
        person_ref=ref("a"), gate="west-1f", category="visitor", passed=format_utc(TEN), apart_s=0,
        judgements=tuple(
            Judgement(state=state, by="王", reason="", at=format_utc(TEN + timedelta(days=after)))
            for state, after in said
        ),
    )  # fmt: skip


def _entry(day: int, health: FollowHealth = FollowHealth.WELL) -> FollowUpEntry:
    return FollowUpEntry(
        day=_day(day), place=FollowPlace.HOME, health=health, note="", by="王", at=format_utc(TEN)
    )


def _day(after: int) -> date:
    return _LAST + timedelta(days=after)


def _follow(today: int, *entries: FollowUpEntry, near: Near | None = None) -> FollowUp:
    one = near or _near((ContactState.CONFIRMED, 0))
    made = follow_up(one, entries, today=_day(today), days=_DAYS, zone=ZONE)
    assert made is not None
    return made


def test_the_day_after_the_last_contact_is_the_first_and_the_last_one_is_the_policys() -> None:
    begun, later = _follow(0), _follow(3, _entry(1))

    assert (begun.days, begun.owed, begun.waits) == ((), (), False)
    assert [(one.number, one.day) for one in later.days] == [(n, _day(n)) for n in (1, 2, 3)]
    assert later.end == _day(_DAYS)
    assert (later.overdue, later.is_due) == ((_day(2),), True)


def test_who_was_not_reached_and_a_day_that_was_passed_over_stay_owed() -> None:
    follow = _follow(3, _entry(1, FollowHealth.UNREACHED), _entry(2), _entry(3, FollowHealth.FEVER))

    assert follow.owed == (_day(1),)
    assert follow.is_ill
    again = _follow(3, _entry(1, FollowHealth.UNREACHED), _entry(2), _entry(3), _entry(1))
    assert (again.owed, again.is_ill) == ((), False)


def test_nothing_is_owed_before_somebody_was_known_to_be_a_contact() -> None:
    follow = _follow(5, near=_near((ContactState.CONFIRMED, 4), (ContactState.TRANSFERRED, 5)))

    assert follow.owed == (_day(4), _day(5))


@pytest.mark.parametrize(
    ("state", "waits"), [(ContactState.CONFIRMED, True), (ContactState.TRANSFERRED, False)]
)
def test_at_its_end_who_is_confirmed_waits_to_be_cleared(
    state: ContactState, *, waits: bool
) -> None:
    entries = [_entry(day) for day in range(1, _DAYS + 1)]

    last = _follow(_DAYS, *entries, near=_near((state, 0)))
    over = _follow(_DAYS + 1, *entries, near=_near((state, 0)))

    assert (last.is_over, last.waits, last.owed) == (False, False, ())
    assert (over.is_over, over.waits, over.owed) == (True, waits, ())
    assert len(over.days) == _DAYS


@pytest.mark.parametrize(
    "said",
    [
        (),
        ((ContactState.DISMISSED, 0),),
        ((ContactState.CONFIRMED, 0), (ContactState.CLEARED, 1)),
    ],
)
def test_who_is_not_observed_is_owed_nothing(said: tuple[tuple[ContactState, int], ...]) -> None:
    assert follow_up(_near(*said), (), today=_day(3), days=_DAYS, zone=ZONE) is None


def test_the_days_are_those_of_the_halls_clock() -> None:
    late = Near(
        person_ref=ref("a"), gate="west-1f", category="visitor", apart_s=0,
        passed="2026-11-24T16:30:00.000Z",  # half past midnight at the hall
        judgements=(Judgement(state=ContactState.CONFIRMED, by="王", reason="",
                              at="2026-11-24T16:40:00.000Z"),),
    )  # fmt: skip

    follow = follow_up(late, (), today=date(2026, 11, 26), days=_DAYS, zone=ZONE)

    assert follow is not None
    assert (follow.last, follow.owed) == (date(2026, 11, 25), (date(2026, 11, 26),))
