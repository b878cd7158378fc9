"""A card laid beside somebody who is held nameless: it may be theirs, and a guard is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, NORMAL, PHONE, Bench, new_door
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import CardJudged, CompanionTold, GroupTold, RegistrationGiven
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Registering, Settled

A = "a" * 64


@pytest.mark.parametrize("gathers", [False, True])
def test_who_comes_back_hot_by_the_card_of_who_waits_stops_both(*, gathers: bool) -> None:
    bench = Bench(new_door(Policy()))
    bench.card()
    bench.steady(NORMAL)
    waiting = bench.door.passage.passage_id or ""
    details = RegistrationDetails(phone=PHONE)
    given = RegistrationGiven(at=bench.now, passage_id=waiting, details=details, by="g")
    if gathers:
        bench.take(GroupTold(at=bench.now, passage_id=waiting, companions=1, by="g", reason=None))
        bench.take(given)
    bench.nobody_for(2.6)
    bench.steady(FEVER)
    if gathers:  # whoever comes next is the child of who waits
        bench.take(
            CompanionTold(
                at=bench.now, passage_id=bench.door.passage.passage_id or "", adult=None, by="g"
            )
        )
    bench.card()

    (hold,) = bench.door.holds
    assert (hold.person_ref, hold.unsure) == (A, True)
    assert isinstance(bench.door.passage, Settled)
    assert bench.door.passage.card_asked
    bench.card()  # still there, and nobody else: it is theirs
    assert not bench.door.holds[0].unsure
    if not gathers:
        bench.take(replace(given, at=bench.now))
    assert Decision.ADMIT not in {one.decision for one in bench.verdicts}


@pytest.mark.parametrize("card_first", [True, False])
def test_a_card_laid_beside_a_nameless_hold_is_asked_of_before_anybody_goes_in_by_it(
    *, card_first: bool
) -> None:
    bench = Bench(new_door(Policy()))
    bench.steady(FEVER)
    bench.nobody_for(1.6)
    if card_first:  # of who is held and stepped aside, or of who comes next: nobody knows
        bench.card()
        bench.nobody_for(2)
    bench.steady(NORMAL)
    if not card_first:
        bench.card()

    place = bench.door.passage
    assert isinstance(place, Registering)
    assert (place.unsure, place.card_asked) == (True, True)
    given = RegistrationGiven(
        at=bench.now,
        passage_id=place.passage_id,
        details=RegistrationDetails(phone=PHONE),
        by="g",
    )
    with pytest.raises(StepRefused, match="whose card it is"):
        bench.take(given)

    bench.take(CardJudged(at=bench.now, passage_id=place.passage_id, theirs=True, by="g"))
    bench.take(given)
    assert bench.verdicts[-1].decision is Decision.ADMIT


def test_a_hold_that_was_named_asks_nobody_who_comes_after() -> None:
    bench = Bench(new_door(Policy()))
    bench.steady(FEVER)
    bench.card()
    bench.nobody_for(12)
    bench.card("b")
    bench.steady(NORMAL)

    assert isinstance(bench.door.passage, Registering)
    assert not bench.door.passage.card_asked
