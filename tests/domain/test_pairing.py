"""One card and one measurement make one passage; time ends what does not come together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import COLD, FEVER, NOON, NORMAL, Bench, new_door, somebody, verdict
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Category, Decision, HoldState, Outcome, PassageLeft
from gate_agent.contract.signals import Reading
from gate_agent.domain.door import (
    CardUnreadable,
    HandMeasured,
    ReadingTaken,
    ThermometerChanged,
    TrustChanged,
    next_deadline_ns,
)
from gate_agent.domain.effects import Admit, Note, SealRegistration, WriteEvent
from gate_agent.domain.hold import Hold
from gate_agent.domain.passage import Identified, Idle, Measured, Settled

FLAG = 3540  # above the line, below the rail


def test_a_card_and_then_a_normal_temperature_admit_a_visitor_registered_first() -> None:
    bench = Bench()

    bench.card()
    bench.steady(NORMAL)

    register, write, admit = bench.effects
    assert isinstance(register, SealRegistration)
    assert isinstance(write, WriteEvent)
    assert admit == Admit("t-1")
    assert register.registration.person == somebody("a")
    decided = bench.verdicts[0]
    assert decided.decision is Decision.ADMIT
    assert decided.registered
    assert decided.person_ref == "a" * 64
    assert decided.temperature.surface_centi_c == NORMAL
    assert decided.started == format_utc(NOON.utc)
    assert decided.decided == format_utc(bench.now.utc)


def test_a_normal_temperature_and_then_a_card_admit_as_well() -> None:
    bench = Bench()

    bench.steady(NORMAL)
    bench.nobody_for(5)
    bench.card()

    assert verdict(bench) == (Decision.ADMIT, ())


@pytest.mark.parametrize(("wait_s", "decision"), [(19.9, Decision.ADMIT), (20, Decision.RECHECK)])
def test_a_card_after_the_pairing_time_is_paired_with_nothing(
    wait_s: float, decision: Decision
) -> None:
    bench = Bench()
    bench.steady(NORMAL)

    bench.wait(wait_s)
    bench.card()

    assert bench.verdicts[0].decision is decision
    assert (bench.verdicts[0].reasons == ("no_card",)) is (decision is Decision.RECHECK)


def test_a_card_without_a_measurement_in_time_is_told_to_come_again() -> None:
    bench = Bench()
    bench.card()

    bench.wait(20)

    assert verdict(bench) == (Decision.RECHECK, ("no_temperature",))
    assert bench.verdicts[0].temperature.outcome is Outcome.UNUSABLE
    assert bench.verdicts[0].temperature.reason == "not_measured"
    assert not bench.registrations


def test_two_people_at_one_measurement_are_both_measured_again() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.nobody_for(1.2)

    bench.read(NORMAL)
    bench.card()
    assert [v.decision for v in bench.verdicts] == [Decision.AMBIGUOUS] * 2
    assert bench.verdicts[0].passage_id != bench.verdicts[1].passage_id
    assert {v.person_ref for v in bench.verdicts} == {None}

    bench.card()
    bench.steady(NORMAL)
    assert verdict(bench) == (Decision.ADMIT, ())


def test_an_ambiguous_passage_names_nobody() -> None:
    bench = Bench()
    bench.card("a")
    bench.card("b")

    assert verdict(bench) == (Decision.AMBIGUOUS, ("two_cards",))
    assert bench.verdicts[0].person_ref is None
    assert bench.verdicts[0].category is Category.UNKNOWN


def test_a_glance_is_no_measurement_and_leaves_the_card_waiting() -> None:
    bench = Bench()
    bench.card()
    bench.read(NORMAL, NORMAL)
    bench.nobody_for(1.2)
    assert isinstance(bench.door.passage, Identified)

    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())


def test_a_card_in_the_middle_of_a_glance_waits_for_a_measurement() -> None:
    bench = Bench()
    bench.read(NORMAL, NORMAL)
    bench.card()
    bench.nobody_for(1.2)

    assert isinstance(bench.door.passage, Identified)
    assert bench.door.passage.person == somebody("a")


def test_a_look_aside_is_no_departure() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.nobody_for(0.8)
    bench.read(NORMAL)

    bench.card()

    assert verdict(bench) == (Decision.ADMIT, ())


def test_who_only_walks_by_is_recorded_as_gone_without_a_decision() -> None:
    bench = Bench()
    bench.read(NORMAL, NORMAL + 30)
    bench.nobody_for(1.2)

    assert isinstance(bench.door.passage, Idle)
    (left,) = bench.records
    assert isinstance(left, PassageLeft)
    assert left.passage_id == "t-1"
    assert left.temperature.outcome is Outcome.UNUSABLE
    assert (left.temperature.lowest_centi_c, left.temperature.highest_centi_c) == (3420, 3450)
    assert left.temperature.readings == 2


def test_a_slow_thermometer_does_not_make_people_come_and_go() -> None:
    bench = Bench()
    for _ in range(6):
        bench.wait(1.05)
        bench.read(NORMAL)

    assert isinstance(bench.door.passage, Settled)
    assert [v.reasons for v in bench.verdicts] == [("too_few",)]


def test_the_next_card_needs_readings_of_its_own() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(NORMAL)

    bench.card("b")
    bench.steady(NORMAL)
    assert len(bench.verdicts) == 1, "A stands there still: what is seen is A's"
    bench.nobody_for(1.2)
    bench.read(*[NORMAL] * 4)
    assert len(bench.verdicts) == 1
    bench.read(NORMAL)

    assert [v.person_ref for v in bench.verdicts] == ["a" * 64, "b" * 64]


def test_the_same_card_again_is_a_new_attempt_only_after_five_seconds() -> None:
    bench = Bench()
    bench.card()
    bench.steady(COLD)
    bench.wait(4.9)
    assert bench.card() == (Note("same_card"),)
    assert isinstance(bench.door.passage, Settled)

    bench.wait(0.1)
    bench.card()
    bench.steady(NORMAL)

    assert [v.decision for v in bench.verdicts] == [Decision.RECHECK, Decision.ADMIT]


def test_a_verdict_stays_until_the_person_has_gone_and_no_longer_than_ten_seconds() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    bench.nobody_for(0.9)
    assert isinstance(bench.door.passage, Settled)
    bench.nobody_for(0.2)
    assert isinstance(bench.door.passage, Idle)

    bench.steady(NORMAL)
    bench.card("b")
    bench.read(*[NORMAL] * 98)
    assert isinstance(bench.door.passage, Settled)
    bench.read(*[NORMAL] * 3)

    assert isinstance(bench.door.passage, Idle)


def test_a_verdict_on_who_has_stepped_aside_already_stays_for_a_second() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.nobody_for(5)
    bench.card()

    bench.wait(0.9)
    assert isinstance(bench.door.passage, Settled)
    bench.wait(0.1)

    assert isinstance(bench.door.passage, Idle)


def test_who_stays_standing_is_not_measured_over_and_over() -> None:
    bench = Bench()
    bench.steady(FEVER)

    bench.read(*[FEVER] * 300)

    assert len(bench.verdicts) == 1
    assert len(bench.door.holds) == 1


def test_what_is_due_is_done_before_what_happens_however_late_the_timer() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    late = bench.now.plus_s(60)
    assert next_deadline_ns(bench.door) == bench.now.plus_s(20)

    bench.now = replace(bench.now, boot_ns=late)
    reading = Reading(surface_centi_c=NORMAL, ambient_centi_c=2400)
    bench.take(ReadingTaken(at=bench.now, reading=reading))

    assert [v.reasons for v in bench.verdicts] == [("no_card",)]


def test_an_idle_door_with_no_hold_waits_for_nothing() -> None:
    assert next_deadline_ns(new_door()) is None


def test_a_door_restarted_with_a_hold_goes_on_where_it_stood() -> None:
    hold = Hold(
        hold_id="old-7",
        passage_id="old-6",
        person_ref="a" * 64,
        category=Category.VISITOR,
        reason="elevated",
        surface_centi_c=FEVER,
        contact_centi_c=None,
        opened=format_utc(NOON.utc),
        state=HoldState.FLAGGED,
        due_s=15,
        due_ns=NOON.plus_s(15),
        overdue=2,
        drill=False,
    )
    bench = Bench()
    bench.set(holds=(hold,))

    bench.card("a")
    bench.steady(NORMAL)
    bench.wait(15)

    assert verdict(bench)[0] is Decision.HOLD
    assert bench.door.holds[0].overdue == 3
    assert not any(isinstance(effect, Admit) for effect in bench.effects)


def waiting_for_a_hand(bench: Bench) -> list[tuple[str, str | None]]:
    places = (bench.door.passage, *bench.door.desk)
    return [
        (place.passage_id, None if place.person is None else place.person.person_ref)
        for place in places
        if isinstance(place, Settled) and place.waits_for_hand
    ]


@pytest.mark.parametrize("apart_s", [0, 5])
def test_the_card_of_who_waits_for_a_hand_makes_no_second_place(apart_s: float) -> None:
    bench = Bench()
    bench.take(TrustChanged(at=bench.now, trusted=False))
    bench.steady(NORMAL)
    if apart_s:
        bench.nobody_for(apart_s)
    bench.card()

    assert waiting_for_a_hand(bench) == [("t-1", "a" * 64)]
    assert bench.verdicts[-1].person_ref == "a" * 64


def test_a_reading_by_hand_is_not_lost_to_a_card_that_may_be_anothers() -> None:
    bench = Bench()
    bench.steady(FLAG)
    bench.nobody_for(2)
    bench.take(HandMeasured(at=bench.now, passage_id="t-1", contact_centi_c=3660, by="guard-1"))
    bench.steady(NORMAL)
    bench.card()

    by_hand, ambiguous = bench.door.desk[0], bench.verdicts[-1]
    assert isinstance(by_hand, Measured)
    assert by_hand.temperature is not None
    assert by_hand.temperature.contact_centi_c == 3660
    assert (ambiguous.decision, ambiguous.passage_id) == (Decision.AMBIGUOUS, "t-3")


def test_of_two_who_were_measured_by_hand_neither_loses_it_to_a_card() -> None:
    bench = Bench()
    for passage_id in ("t-1", "t-3"):
        bench.steady(FLAG)
        bench.take(
            HandMeasured(at=bench.now, passage_id=passage_id, contact_centi_c=3660, by="guard-1")
        )
        bench.nobody_for(2 if passage_id == "t-1" else 0)
    bench.card()

    for passage_id in ("t-1", "t-3"):
        state = bench.door.find(passage_id)
        assert isinstance(state, Measured)
        assert state.temperature is not None
        assert state.temperature.contact_centi_c == 3660
    assert bench.verdicts[-1].decision is Decision.AMBIGUOUS


@pytest.mark.parametrize("apart_s", [0, 2])
def test_an_unreadable_card_costs_nobody_the_reading_by_hand(apart_s: float) -> None:
    bench = Bench()
    bench.steady(FLAG)
    bench.nobody_for(apart_s)
    bench.take(HandMeasured(at=bench.now, passage_id="t-1", contact_centi_c=3660, by="guard-1"))
    bench.take(CardUnreadable(at=bench.now, fault="shape"))

    state = bench.door.find("t-1")
    assert isinstance(state, Measured)


def test_who_came_while_the_thermometer_was_lost_stands_there_when_it_is_back() -> None:
    bench = Bench()
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.card()
    bench.wait(2)
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.steady(FLAG)

    (hold,) = bench.door.holds
    assert (hold.passage_id, hold.person_ref) == ("t-1", "a" * 64)


def by_hand_at_once(bench: Bench) -> None:
    for place in (bench.door.passage, *bench.door.desk):
        if isinstance(place, Settled) and place.waits_for_hand:
            bench.take(
                HandMeasured(
                    at=bench.now, passage_id=place.passage_id, contact_centi_c=3660, by="guard-1"
                )
            )


@pytest.mark.parametrize("is_measured_at_once", [True, False], ids=["at once", "afterwards"])
@pytest.mark.parametrize("card_after", [1, 3, 4, 5, 8, 20])
@pytest.mark.parametrize("is_trusted", [True, False])
def test_who_waits_without_a_card_makes_the_next_ones_ambiguous_once(
    *, is_trusted: bool, card_after: int, is_measured_at_once: bool
) -> None:
    """Whoever steps back and comes again gets in: no try leaves what spoils the next one."""
    bench = Bench()
    bench.take(TrustChanged(at=bench.now, trusted=is_trusted))
    bench.steady(NORMAL)  # somebody whose card is not read
    by_hand_at_once(bench)
    bench.nobody_for(2)

    for _ in range(3):
        bench.read(*[NORMAL] * card_after)
        if is_measured_at_once:
            by_hand_at_once(bench)
        bench.card()
        by_hand_at_once(bench)
        bench.read(*[NORMAL] * 20)
        by_hand_at_once(bench)
        bench.nobody_for(2)

    admitted = [one for one in bench.verdicts if one.decision is Decision.ADMIT]
    ambiguous = [one for one in bench.verdicts if one.decision is Decision.AMBIGUOUS]
    assert [one.person_ref for one in admitted][:1] == ["a" * 64]
    assert len(ambiguous) <= 2
