"""Whose card it is must be sure before it lets anybody go; unsure is said, and put right."""

from __future__ import annotations

import pytest

from domain.benches import NORMAL, PHONE, somebody
from domain.named import FLAG, Named
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.between_doors import told_of
from gate_agent.domain.door import (
    CardUnreadable,
    RegistrationGiven,
)
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Measured

A, B = "a" * 64, "b" * 64


def another_is_flagged(bench: Named) -> str:
    """A was found well before; now A's card comes while somebody flagged stands at the spot.

    Somebody else was sent away without a name a moment ago: A, or anybody.
    """
    bench.cleared("a")
    bench.take(CardUnreadable(at=bench.now, fault="shape"))
    bench.nobody_for(2)
    bench.steady(FLAG)
    held = bench.hold.passage_id
    bench.card("a")
    return held


def test_a_card_that_may_be_anothers_lets_nobody_go_whom_it_names() -> None:
    bench = Named()
    held = another_is_flagged(bench)

    assert (bench.hold.state, bench.hold.person_ref) == (HoldState.FLAGGED, A)
    assert bench.hold.unsure
    assert bench.newest.unsure
    assert bench.verdicts[-1].unsure
    assert bench.place(held).card_asked


def test_the_guards_yes_lets_go_whom_the_contact_thermometer_cleared() -> None:
    bench = Named()
    held = another_is_flagged(bench)
    bench.judge(held, theirs=True)

    assert bench.hold.state is HoldState.RELEASED
    assert not bench.hold.unsure
    assert (bench.newest.person_ref, bench.newest.unsure, bench.newest.by) == (A, False, "g")
    assert (bench.verdicts[-1].decision, bench.verdicts[-1].person_ref) == (Decision.ADMIT, A)


def test_the_guards_no_takes_the_name_away_and_the_right_one_follows() -> None:
    bench = Named()
    held = another_is_flagged(bench)
    bench.judge(held, theirs=False)

    assert (bench.hold.state, bench.hold.person_ref) == (HoldState.FLAGGED, None)
    assert (bench.newest.person_ref, bench.newest.unsure) == (None, False)
    assert bench.verdicts[-1].person_ref is None

    bench.type_document(held, "b")
    assert (bench.hold.person_ref, bench.hold.unsure) == (B, False)
    assert bench.registrations[-1].registration.person == somebody("b")
    assert bench.verdicts[-1].person_ref == B


def test_the_card_laid_again_by_who_stands_there_alone_makes_it_sure() -> None:
    bench = Named()
    another_is_flagged(bench)
    bench.read(*[FLAG] * 200)
    bench.card("a")

    assert bench.hold.state is HoldState.RELEASED


def test_whose_card_is_on_anothers_hold_is_stopped_until_a_guard_says_whose_it_is() -> None:
    bench = Named()
    theirs = another_is_flagged(bench)
    bench.nobody_for(30)
    bench.steady(NORMAL)
    bench.card("a")

    first, second = bench.door.holds[-2:]
    assert (first.passage_id, first.state) == (theirs, HoldState.FLAGGED)
    assert bench.place(second.passage_id).card_asked
    bench.judge(second.passage_id, theirs=True)  # whom an earlier reading clears
    first, second = bench.door.holds[-2:]
    assert (first.state, second.state) == (HoldState.FLAGGED, HoldState.RELEASED)
    assert (first.person_ref, second.person_ref) == (None, A)
    newest = {one.passage_id: one.decision for one in bench.verdicts}
    assert newest[second.passage_id] is Decision.ADMIT
    assert newest[theirs] is Decision.HOLD


def test_a_reading_under_an_unsure_name_clears_nobody_here_or_elsewhere() -> None:
    bench = Named()
    bench.take(CardUnreadable(at=bench.now, fault="shape"))
    bench.nobody_for(2)
    bench.steady(FLAG)
    bench.card("a")
    bench.by_hand(bench.hold.passage_id)

    assert bench.verdicts[-1].decision is Decision.ADMIT
    assert bench.verdicts[-1].unsure
    assert not bench.door.cleared
    told = told_of(bench.door, bench.door.cleared, gate="west", name=None, at=bench.now)
    assert told.holds[-1].state == HoldState.RELEASED
    assert told.holds[-1].person_ref is None


@pytest.mark.parametrize("after_s", [0, 3])
def test_a_card_before_its_person_is_sure_for_who_comes_at_once(after_s: float) -> None:
    bench = Named()
    bench.cleared("a")
    bench.card("a")
    bench.wait(after_s)
    bench.steady(FLAG)

    assert bench.verdicts[-1].decision is Decision.ADMIT
    assert "cleared_by_contact" in bench.verdicts[-1].reasons


def test_who_stepped_away_and_is_named_late_shows_a_fever_again_and_is_stopped() -> None:
    bench = Named()
    bench.cleared("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("a")
    assert bench.verdicts[-1].unsure

    bench.steady(FLAG)
    assert bench.verdicts[-1].decision is Decision.HOLD


def test_who_was_let_in_by_anothers_card_is_put_right_and_both_records_follow() -> None:
    bench = Named()
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("a")
    passage_id = bench.verdicts[-1].passage_id

    bench.type_document(passage_id, "b")
    assert (bench.verdicts[-1].passage_id, bench.verdicts[-1].person_ref) == (passage_id, B)
    assert not bench.verdicts[-1].unsure
    assert [one.registration.person for one in bench.registrations] == [
        somebody("a"),
        somebody("b"),
    ]
    assert [one.person_ref for one in bench.door.inside.entered] == [B]


def test_who_waits_for_registration_under_anothers_name_waits_for_their_card_again() -> None:
    bench = Named()
    bench.set(policy=Policy())
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("a", phone=PHONE)
    bench.judge("t-1", theirs=False)

    state = bench.place("t-1")
    assert isinstance(state, Measured)
    assert (state.person, state.known_phone, state.card_asked) == (None, None, True)


def test_a_card_that_is_in_no_question_is_not_judged() -> None:
    bench = Named()
    bench.set(policy=Policy())
    bench.card("a")
    bench.steady(NORMAL)

    with pytest.raises(StepRefused):
        bench.judge(bench.door.passage.passage_id or "", theirs=False)
    with pytest.raises(StepRefused):
        bench.judge("t-99", theirs=True)


def swapped() -> Named:
    """A is measured and steps away; B lays a card and steps up."""
    bench = Named()
    bench.set(policy=Policy())
    bench.steady(NORMAL)
    bench.nobody_for(3)
    bench.card("b")
    bench.nobody_for(1)
    bench.steady(NORMAL)
    return bench


def crossed() -> Named:
    """Then A's card comes."""
    bench = swapped()
    bench.card("a")
    return bench


def names(bench: Named) -> list[str | None]:
    places = (*bench.door.desk, bench.door.passage)
    return [place.person.person_ref[0] if place.person else None for place in places]


def test_two_cards_that_crossed_are_asked_of_and_two_times_no_puts_both_right() -> None:
    bench = crossed()
    first, second = bench.door.desk[0].passage_id, bench.door.passage.passage_id or ""
    assert names(bench) == ["b", "a"]
    assert bench.place(first).card_asked
    assert bench.place(second).card_asked
    with pytest.raises(StepRefused, match="whose card it is"):
        bench.take(RegistrationGiven(at=bench.now, passage_id=first))

    bench.judge(first, theirs=False)
    bench.judge(second, theirs=False)
    assert names(bench) == ["a", "b"]
    assert all(bench.place(one).card_asked for one in (first, second))

    bench.judge(first, theirs=True)
    assert not bench.place(first).unsure
    assert not bench.place(second).card_asked


def test_one_yes_is_enough_where_the_cards_did_not_cross() -> None:
    bench = crossed()
    bench.judge(bench.door.desk[0].passage_id, theirs=True)

    assert not bench.door.desk[0].card_asked
    assert not bench.place(bench.door.passage.passage_id or "").card_asked


def test_a_card_that_was_not_theirs_goes_to_who_came_then_without_one() -> None:
    bench = swapped()

    bench.judge(bench.door.desk[0].passage_id, theirs=False)

    assert names(bench) == [None, "b"]


def test_the_second_card_of_two_who_could_not_be_told_apart_is_nobodys_either() -> None:
    bench = Named()
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.steady(NORMAL)
    bench.card("b")
    bench.wait(1)
    bench.card("a")
    assert [one.decision for one in bench.verdicts] == [Decision.AMBIGUOUS] * 3
    assert {one.person_ref for one in bench.verdicts} == {None}

    bench.wait(1)
    bench.card("b")
    bench.steady(NORMAL)
    assert (bench.verdicts[-1].decision, bench.verdicts[-1].person_ref) == (Decision.ADMIT, B)


def test_a_card_is_ambiguous_once_then_it_is_of_who_stands_there() -> None:
    bench = Named()
    for _ in range(2):
        bench.steady(NORMAL)  # a child without a card goes first, again and again
        bench.nobody_for(2)
        bench.steady(NORMAL)
        bench.card("a")
        bench.nobody_for(2)

    assert bench.verdicts[-1].decision is Decision.ADMIT
    assert bench.verdicts[-1].person_ref == A
