"""How close somebody came: time together, and the order of those who are near. Pure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.hall_of_doors import TEN
from gate_collector.contacts.closeness import (
    Closeness,
    TimeInside,
    Together,
    nearest,
    rank,
    together,
)

_END = TEN


def _inside(since: int, until: int | None, *, is_seen: bool = True) -> TimeInside:
    """Minutes before ten."""
    left = None if until is None else TEN - timedelta(minutes=until)
    return TimeInside(
        since=TEN - timedelta(minutes=since), until=left, is_seen=is_seen and bool(until)
    )


@pytest.mark.parametrize(
    ("theirs", "minutes", "ended", "is_seen"),
    [
        ([(42, None)], 42, 0, False),
        ([(42, 10)], 32, 10, True),
        ([(90, 10)], 50, 10, True),
        ([(50, 45), (20, 5)], 20, 5, True),
        ([(90, 60)], None, None, None),
        ([(10, 5), (4, None)], 9, 0, False),
    ],
)
def test_time_together_is_where_both_were_inside_until_the_hold(
    theirs: list[tuple[int, int | None]], minutes: int | None, ended: int, *, is_seen: bool
) -> None:
    found = together([_inside(60, None)], [_inside(*one) for one in theirs], _END)

    if minutes is None:
        assert found is None
    else:
        assert found == Together(
            seconds=minutes * 60, until=TEN - timedelta(minutes=ended), is_seen=is_seen
        )


def test_who_was_outside_in_between_was_not_inside_with_who_came_then() -> None:
    ours = [_inside(120, 90), _inside(30, None)]

    assert together(ours, [_inside(80, 40)], _END) is None
    assert together(ours, [_inside(100, 20)], _END) == Together(
        seconds=20 * 60, until=TEN - timedelta(minutes=20), is_seen=True
    )


def test_companions_come_first_then_the_same_minute_then_the_longest_together() -> None:
    def inside(minutes: int) -> Together:
        return Together(seconds=minutes * 60, until=TEN, is_seen=True)

    people = {
        "companion": rank(Closeness.COMPANION, None, 200),
        "minute, 5 s": rank(Closeness.SAME_MINUTE, inside(3), 5),
        "minute, 40 s": rank(Closeness.SAME_MINUTE, inside(50), -40),
        "inside 42": rank(Closeness.INSIDE, inside(42), 2520),
        "inside 3": rank(Closeness.INSIDE, inside(3), 180),
        "passed 61 s": rank(Closeness.PASSED, None, -61),
        "passed 250 s": rank(Closeness.PASSED, None, 250),
        "listed": rank(Closeness.LISTED, None, 0),
    }

    assert sorted(people, key=lambda name: people[name]) == list(people)


def test_the_nearest_moment_is_before_or_after() -> None:
    moments = [TEN - timedelta(seconds=30), TEN + timedelta(seconds=100)]

    assert nearest(TEN, moments) == timedelta(seconds=30)
    assert nearest(TEN + timedelta(seconds=90), moments) == timedelta(seconds=-10)
    assert nearest(TEN, ()) is None
