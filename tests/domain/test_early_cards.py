"""A card laid before its person steps up: sure alone, unsure in a queue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import NORMAL, somebody
from domain.named import FLAG, Named
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand, Decision, HoldState
from gate_agent.domain.door import (
    PersonIdentified,
    ThermometerChanged,
)
from gate_agent.domain.passage import NEAR_S

A, B = "a" * 64, "b" * 64


def in_a_queue() -> Named:
    """B has gone in and left the spot; A, cleared before, lays a card, and somebody steps up."""
    bench = Named()
    bench.cleared("a")
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(2)
    bench.card("a")
    bench.steady(NORMAL)
    return bench


def test_a_card_laid_first_in_a_queue_names_unsurely_and_asks_nobody() -> None:
    bench = in_a_queue()

    assert (bench.verdicts[-1].decision, bench.verdicts[-1].person_ref) == (Decision.ADMIT, A)
    assert bench.verdicts[-1].unsure
    assert not bench.place(bench.verdicts[-1].passage_id).card_asked


def test_who_comes_after_such_a_card_and_lays_theirs_standing_there_is_sure() -> None:
    bench = in_a_queue()
    bench.nobody_for(2)
    bench.steady(NORMAL)
    bench.card("c")

    assert (bench.verdicts[-1].person_ref, bench.verdicts[-1].unsure) == ("c" * 64, False)


def test_a_card_laid_first_in_a_queue_lets_nobody_go_by_an_earlier_reading() -> None:
    bench = Named()
    bench.cleared("a")
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(2)
    bench.card("a")
    bench.steady(FLAG)

    assert bench.hold.state is HoldState.FLAGGED
    assert bench.place(bench.hold.passage_id).card_asked  # one answer, and they go on
    bench.judge(bench.hold.passage_id, theirs=True)
    assert bench.verdicts[-1].decision is Decision.ADMIT


@pytest.mark.parametrize("after_s", [NEAR_S - 1, NEAR_S])
def test_a_card_is_sure_again_once_nobody_was_at_the_spot_for_a_while(after_s: int) -> None:
    bench = Named()
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(after_s)
    bench.card("a")
    bench.steady(NORMAL)

    assert bench.verdicts[-1].unsure is (after_s < NEAR_S)


def test_nobody_knows_who_is_near_when_the_thermometer_comes_back() -> None:
    bench = Named()
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(2)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(60)
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.card("a")
    bench.steady(NORMAL)

    assert bench.verdicts[-1].unsure


def test_a_document_that_a_guard_types_for_who_comes_is_theirs_in_a_queue_too() -> None:
    bench = Named()
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(2)
    typed = replace(somebody("a"), by_hand=ByHand(reason="card_damaged", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed))
    bench.steady(NORMAL)

    assert (bench.verdicts[-1].person_ref, bench.verdicts[-1].unsure) == (A, False)


def test_another_card_while_who_laid_first_stands_there_makes_the_first_unsure() -> None:
    bench = Named()
    bench.set(policy=Policy())
    bench.card("a")
    bench.steady(NORMAL)
    standing = bench.door.passage.passage_id or ""
    assert not bench.place(standing).unsure

    bench.card("b")
    assert bench.place(standing).unsure
    assert not bench.place(standing).card_asked


def test_a_card_that_waited_longer_may_be_of_another_who_comes_then() -> None:
    bench = Named()
    bench.cleared("a")
    bench.card("a")
    bench.wait(6)
    bench.steady(FLAG)

    assert bench.verdicts[-1].decision is Decision.HOLD
    assert bench.hold.unsure
