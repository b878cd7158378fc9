"""A card of which a guard said that it is not theirs names that person never again by time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import ACT, Act, card, judged, reading
from domain.benches import NORMAL, PHONE, new_door, somebody
from domain.named import FLAG, Named
from domain.test_card_again import A, B, held_by_the_card_behind
from domain.test_door_properties import story
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import CardJudged, GroupTold, RegistrationGiven, ThermometerChanged
from gate_agent.domain.effects import Note
from gate_agent.domain.passage import Gathering, Idle, Registering, is_held


@pytest.mark.parametrize("after_s", [0, 4, 15, 40])
def test_the_owner_who_lays_it_while_the_held_one_stands_there_goes_in_after_them(
    after_s: float,
) -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.read(*[FLAG] * round(after_s * 10))
    bench.card("b")

    assert bench.hold.person_ref is None
    assert bench.place(held).person is None
    bench.nobody_for(2)
    bench.steady(NORMAL)
    owner = bench.door.passage
    assert isinstance(owner, Registering)
    assert owner.person == somebody("b")
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=owner.passage_id, details=details))
    assert (bench.verdicts[-1].decision, bench.verdicts[-1].person_ref) == (Decision.ADMIT, B)
    bench.card("a")
    assert [hold.state for hold in bench.door.holds] == [HoldState.FLAGGED]


def test_the_guard_who_said_so_by_mistake_types_the_document() -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.card("b")
    bench.type_document(held, "b")

    assert (bench.hold.person_ref, bench.hold.unsure) == (B, False)


def test_their_own_card_names_them_as_ever() -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.card("a")

    assert bench.hold.person_ref == A
    assert bench.place(held).person == somebody("a")


def test_while_the_thermometer_is_lost_it_begins_a_passage_of_its_own() -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(8)
    bench.card("b")

    assert bench.hold.person_ref is None
    assert bench.door.passage.passage_id != held
    assert bench.door.passage.person == somebody("b")
    assert bench.door.passage.presence.seen_ns is None


def _held_child() -> tuple[Named, str, str]:
    """A waits for a child, who is feverish; A's card is laid once more, and may be the child's."""
    bench, adult = Named(new_door(Policy())), ""
    for letter in "ca":  # whose card is laid first, with somebody near: by time alone
        bench.card(letter)
        bench.steady(NORMAL)
        adult = bench.door.passage.passage_id or ""
        if letter == "a":
            bench.take(GroupTold(at=bench.now, passage_id=adult, companions=1, by="g"))
        details = RegistrationDetails(phone=PHONE)
        bench.take(RegistrationGiven(at=bench.now, passage_id=adult, details=details))
        bench.nobody_for(1.5)
    assert bench.place(adult).unsure
    bench.nobody_for(2)
    bench.steady(FLAG)
    child = bench.door.passage.passage_id or ""
    bench.card("a")
    assert bench.hold.unsure
    return bench, adult, child


def test_a_held_child_is_not_the_adult_who_lays_the_card_once_more() -> None:
    bench, adult, child = _held_child()
    bench.judge(child, theirs=False)
    bench.card("a")

    assert bench.hold.person_ref not in (None, A)  # a companion's own, of this visit
    assert bench.place(child).person is None
    assert bench.place(adult).person == somebody("a")


def test_a_feverish_child_whom_the_guard_says_to_be_the_adult_keeps_the_place() -> None:
    bench, adult, child = _held_child()
    bench.judge(child, theirs=True)

    assert (bench.hold.person_ref, bench.hold.unsure, bench.hold.passage_id) == (A, False, child)
    assert bench.place(child).person == somebody("a")
    assert is_held(bench.place(child))
    assert bench.door.find(adult) is None  # it was the same person
    assert Note("misplaced") not in bench.effects
    assert bench.door.of_hold(bench.hold.hold_id) is bench.place(child)
    bench.by_hand(child)
    assert bench.hold.state is HoldState.RELEASED
    assert isinstance(bench.place(child), Gathering | Registering)


def test_the_card_asks_nobody_once_more_of_whom_the_guard_said_it_is_not() -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.nobody_for(2)
    bench.steady(NORMAL)
    bench.card("b")
    owner = bench.door.passage

    assert isinstance(owner, Registering)
    assert not owner.card_asked


FACE_FIRST = st.builds(  # somebody stands there, and a card comes that is perhaps another's
    lambda surface, letter, which: [
        Act(0.1, reading(2400, 2400), times=13),
        Act(0.1, reading(surface, 2400), times=5),
        Act(1, card(letter, known=False)),
        Act(1, judged(False, which)),  # noqa: FBT003 as drawn
        Act(0.1, card(letter, known=False)),
    ],
    st.sampled_from((NORMAL, FLAG, 3850)),
    st.sampled_from("ab"),
    st.integers(0, 3),
)
STORIES = st.lists(st.one_of(FACE_FIRST, ACT.map(lambda act: [act])), max_size=16).map(
    lambda parts: [act for part in parts for act in part]
)


@settings(max_examples=400, deadline=None)
@given(STORIES)
def test_no_card_names_again_by_time_whom_a_guard_said_it_is_not_of(acts: list[Act]) -> None:
    refused: set[tuple[str, str]] = set()
    names: dict[str, str] = {}
    for event, door, _ in story(acts).steps:
        places = [one for one in (door.passage, *door.desk) if not isinstance(one, Idle)]
        now = {one.passage_id: one.person.person_ref for one in places if one.person is not None}
        assert refused.isdisjoint(now.items())
        stands = [one for one in door.holds if one.state is not HoldState.RELEASED]
        held = {(one.passage_id, one.person_ref) for one in stands}
        assert refused.isdisjoint(held)
        if isinstance(event, CardJudged) and not event.theirs and event.passage_id in names:
            before = names[event.passage_id]
            if now.get(event.passage_id) != before and door.find(event.passage_id) is not None:
                refused.add((event.passage_id, before))
        names = now
