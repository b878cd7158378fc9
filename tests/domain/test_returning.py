"""The adult of a group who is measured once more is no companion of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, NORMAL, somebody
from domain.test_group import Family, family
from gate_agent.contract.records import ByHand, Decision, PassageGrouped
from gate_agent.domain.door import PersonIdentified, TrustChanged
from gate_agent.domain.passage import Settled

A = "a" * 64


def steps_back(bench: Family, card: str) -> str:
    """Let the adult step before the thermometer again; the card tells that it is the adult."""
    bench.nobody_for(2)
    if card == "first":
        bench.card("a")
        bench.read(NORMAL)
    elif card == "measuring":
        bench.read(NORMAL)
        bench.card("a")
    bench.read(*[NORMAL] * 5)
    again = bench.door.passage.passage_id or ""
    if card == "measured":
        bench.card("a")
    elif card == "typed":
        typed = replace(somebody("a"), by_hand=ByHand(reason="no_card", by="g"))
        bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=again))
    elif card == "typed aside":
        bench.nobody_for(2)
        typed = replace(somebody("a"), by_hand=ByHand(reason="no_card", by="g"))
        bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=again))
    return again


CARDS = ["first", "measuring", "measured", "typed", "typed aside"]


@pytest.mark.parametrize(
    ("card", "registered"),
    [*((card, False) for card in CARDS), ("first", True), ("measuring", True)],
)
def test_an_adult_who_steps_back_is_not_counted_as_the_child(
    card: str,
    *,
    registered: bool,
) -> None:
    bench = family(1)
    if registered:
        bench.registers()
    again = steps_back(bench, card)
    if not registered:
        bench.registers()
    assert bench.admitted() == []
    assert again != bench.adult

    child = bench.comes()
    assert bench.admitted() == [bench.adult, child]
    bench.wait(60)
    newest = bench.newest(again)
    assert (newest.decision, newest.with_passage) == (Decision.RECHECK, None)


def test_taking_them_out_of_their_own_group_is_on_record() -> None:
    bench = family(1)
    again = steps_back(bench, "measured")

    told = [one for one in bench.records if isinstance(one, PassageGrouped)][-1]
    assert (told.passage_id, told.with_passage, told.by) == (again, None, "gate")


@pytest.mark.parametrize("card", ["first", "measured"])
def test_an_adult_who_waits_for_a_hand_and_steps_back_has_one_place(card: str) -> None:
    bench = Family()
    bench.take(TrustChanged(at=bench.now, trusted=False))
    bench.card()
    bench.steady(NORMAL)
    bench.group(1)
    bench.nobody_for(4)
    steps_back(bench, card)
    bench.nobody_for(2)

    assert bench.newest_state(bench.adult).companions == 1
    by_hand = [
        place.passage_id
        for place in (bench.door.passage, *bench.door.desk)
        if isinstance(place, Settled) and place.waits_for_hand and place.adult == bench.adult
    ]
    assert by_hand == []


def test_an_adult_who_comes_back_hot_is_held_with_the_group() -> None:
    bench = family(2)
    child = bench.comes()
    bench.nobody_for(2)
    bench.steady(FEVER)
    held = bench.door.passage.passage_id or ""
    typed = replace(somebody("a"), by_hand=ByHand(reason="no_card", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=held))

    state = bench.newest_state(held)
    assert (state.adult, state.companions) == (None, 2)
    assert bench.newest_state(child).adult == held
    assert bench.door.find(bench.adult) is None
    assert bench.door.holds[-1].person_ref == A
    bench.wait(300)
    assert bench.admitted() == []


def test_a_card_laid_again_long_before_says_nothing_of_who_comes() -> None:
    bench = family(1)
    bench.nobody_for(2)
    bench.card("a")
    bench.nobody_for(6)
    child = bench.comes()

    assert bench.newest_state(child).adult == bench.adult
