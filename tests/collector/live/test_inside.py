"""Who is inside the hall: let in at either door, and not seen leaving at either."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from collector.hall_of_doors import TEN, Door, Hall, ref
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import Category, ExitMeans, PersonLeft
from gate_collector.contacts.trace import trace
from gate_collector.live.inside import inside


def leaves(door: Door, who: str | None, at: datetime) -> None:
    means = ExitMeans.BEAM if who is None else ExitMeans.CARD
    person = None if who is None else ref(who)
    door.say(PersonLeft(person_ref=person, means=means, at=format_utc(at)), at=at)


def minutes(count: float) -> datetime:
    return TEN + timedelta(minutes=count)


def test_who_went_in_at_one_door_and_left_by_the_other_is_not_inside(one: Hall) -> None:
    one.west.passage(who="gone", at=minutes(-50))
    one.west.passage(who="stays", at=minutes(-40))
    one.central.passage(who="staff", category=Category.STAFF, at=minutes(-30))
    leaves(one.central, "gone", minutes(-20))
    leaves(one.central, None, minutes(-10))
    one.settle()
    with one.engine.connect() as connection:
        told = inside(connection, TEN)

    assert [(who["person_ref"], who["inside_s"]) for who in told["people"]] == [
        (ref("stays"), 2400),
        (ref("staff"), 1800),
    ]
    assert (told["count"], told["unnamed_left"]) == (1, 1)
    assert told["left_by"] == {"beam": 1, "card": 1}
    assert told["by_category"] == {"staff": 1, "visitor": 1}


@pytest.mark.parametrize("came_in_by", ["west", "central"])
def test_contacts_are_those_who_were_inside_at_the_same_time(one: Hall, came_in_by: str) -> None:
    one.west.passage(who="was there", at=minutes(-90))
    one.west.passage(who="had gone", at=minutes(-80))
    leaves(one.west, "had gone", minutes(-61))
    getattr(one, came_in_by).passage(who="feverish", at=minutes(-60))
    leaves(one.central, "was there", minutes(-55))
    one.central.passage(who="came after", at=minutes(-30))
    one.west.hold("hold-1", at=TEN)
    one.settle()

    case = trace(one.engine, "west-1f", "hold-1", ContactsPolicy(before_s=300, after_s=300))

    assert case is not None
    assert {(near.person_ref, near.inside) for near in case.contacts} == {
        (ref("was there"), True),
        (ref("came after"), True),
    }
