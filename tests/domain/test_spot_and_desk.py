"""Several people at once: evidence is of who stands there, and who waits makes nobody blind."""

from __future__ import annotations

from domain.benches import FEVER, NORMAL, PHONE, Bench, later, new_door, verdict
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision, HoldOpened, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    HandMeasured,
    PassageDismissed,
    RegistrationGiven,
    SymptomsDeclared,
    ThermometerChanged,
    TrustChanged,
    next_deadline_ns,
)
from gate_agent.domain.effects import Admit
from gate_agent.domain.passage import Identified, Idle, Measured, Measuring, Registering, Settled

BRIM = 3430  # a warm brim before a hot forehead


def strict() -> Bench:
    """Return a door where a phone is required: a visitor with a card registers."""
    return Bench(new_door(Policy()))


def holds(bench: Bench) -> list[HoldOpened]:
    return [record for record in bench.records if isinstance(record, HoldOpened)]


def registers(bench: Bench, passage_id: str) -> None:
    details = RegistrationDetails(phone=PHONE, purpose="社保")
    bench.take(RegistrationGiven(at=bench.now, passage_id=passage_id, details=details))


# --- evidence: Seen 1 -----------------------------------------------------------------------------


def test_a_fever_that_shows_late_holds_before_the_card() -> None:
    bench = Bench()
    bench.read(*[BRIM] * 8)
    bench.read(*[3860] * 50)
    bench.card()

    assert [v.decision for v in bench.verdicts] == [Decision.HOLD] * 2
    assert not any(isinstance(effect, Admit) for effect in bench.effects)
    assert len(bench.door.holds) == 1


def test_a_fever_that_shows_after_the_card_holds_who_was_let_in_and_stands_there_still() -> None:
    bench = Bench()
    bench.card()
    bench.read(*[BRIM] * 8)
    assert verdict(bench) == (Decision.ADMIT, ())
    bench.read(*[3860] * 5)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert bench.verdicts[0].passage_id == bench.verdicts[1].passage_id
    assert bench.verdicts[1].temperature.surface_centi_c == 3860
    assert bench.door.holds[0].person_ref == "a" * 64


def test_a_fever_that_shows_while_the_phone_is_typed_holds() -> None:
    bench = strict()
    bench.card()
    bench.steady(NORMAL)
    bench.read(*[3860] * 120)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert len(holds(bench)) == 1


def test_a_fever_that_shows_long_after_the_verdict_is_the_same_persons() -> None:
    bench = Bench()
    bench.card()
    bench.read(*[NORMAL] * 150)
    assert isinstance(bench.door.passage, Idle)
    bench.read(*[3860] * 5)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert {v.passage_id for v in bench.verdicts} == {"t-1"}


def test_one_hot_reading_is_no_fever_and_neither_is_warming_up_below_the_line() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    bench.read(NORMAL, 3860, NORMAL, *range(NORMAL, NORMAL + 45))

    assert [v.decision for v in bench.verdicts] == [Decision.ADMIT]


def test_who_has_gone_is_judged_by_nothing_that_comes_after() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    bench.nobody_for(1.2)
    bench.steady(FEVER)

    assert bench.verdicts[-1].passage_id != bench.verdicts[0].passage_id
    assert bench.door.holds[0].person_ref is None


# --- the spot is never blind: Seen 2 --------------------------------------------------------------


def test_a_fever_behind_somebody_who_registers_is_held_at_once() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(FEVER)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert bench.verdicts[-1].person_ref == "b" * 64
    assert [type(place) for place in bench.door.desk] == [Registering]
    registers(bench, "t-1")
    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].person_ref == "a" * 64


def test_five_people_behind_somebody_who_registers_leave_five_traces() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    for _ in range(5):
        bench.nobody_for(2)
        bench.read(NORMAL, NORMAL)
    bench.nobody_for(2)

    assert [record.TYPE for record in bench.records] == ["gate.passage.left.v1"] * 5
    assert [type(place) for place in bench.door.desk] == [Registering]


def test_each_at_the_desk_has_a_deadline_of_its_own() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.read(NORMAL)
    bench.nobody_for(2)
    assert [type(place) for place in bench.door.desk] == [Registering, Measured]

    bench.wait(18)
    assert verdict(bench) == (Decision.RECHECK, ("no_card",))
    bench.wait(100)
    assert verdict(bench) == (Decision.DENY, ("registration_timeout",))
    bench.wait(11)
    assert bench.door.desk == ()
    assert next_deadline_ns(bench.door) is None


def test_several_register_at_once_and_are_admitted_in_any_order() -> None:
    bench = strict()
    for letter in "abc":
        bench.card(letter)
        bench.steady(NORMAL)
        bench.nobody_for(2)
    ids = [place.passage_id for place in (*bench.door.desk, bench.door.passage)]

    for passage_id in (ids[2], ids[0], ids[1]):
        assert passage_id is not None
        registers(bench, passage_id)

    assert [v.person_ref for v in bench.verdicts] == ["c" * 64, "a" * 64, "b" * 64]
    assert {v.decision for v in bench.verdicts} == {Decision.ADMIT}


def test_who_is_admitted_at_the_desk_is_shown_for_a_while() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.read(NORMAL)
    registers(bench, "t-1")
    assert isinstance(bench.door.desk[0], Settled)

    bench.wait(10)

    assert bench.door.desk == ()


# --- cards pair by time ---------------------------------------------------------------------------


def test_a_card_that_comes_while_nobody_stands_there_is_of_who_waits_longest_for_it() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.nobody_for(1.2)
    bench.read(NORMAL)
    bench.nobody_for(1.2)
    bench.card("a")

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].passage_id == "t-1"


def test_a_card_of_the_next_waits_until_its_person_stands_there() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.card("b")
    assert [type(place) for place in bench.door.desk] == [Identified]
    bench.read(*[NORMAL] * 20)
    bench.nobody_for(1.2)
    bench.steady(FEVER)

    assert bench.verdicts[-1].person_ref == "b" * 64
    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert [type(place) for place in bench.door.desk] == [Registering]


def test_a_card_whose_person_never_steps_up_is_told_to_come_again() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.card("b")
    bench.wait(20)

    assert verdict(bench) == (Decision.RECHECK, ("no_temperature",))
    assert bench.verdicts[-1].person_ref == "b" * 64


def test_an_early_card_has_the_spot_once_it_is_free() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(NORMAL)
    bench.card("b")
    bench.nobody_for(1.2)

    assert isinstance(bench.door.passage, Identified)
    assert bench.door.desk == ()


def test_a_third_card_before_anybody_steps_up_is_a_guess_and_names_nobody() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.card("b")
    bench.card("c")

    assert verdict(bench) == (Decision.AMBIGUOUS, ("two_cards",))
    assert bench.verdicts[-1].person_ref is None
    registers(bench, "t-1")
    assert verdict(bench) == (Decision.ADMIT, ())


# --- the guard acts on each -----------------------------------------------------------------------


def test_the_guard_sends_away_who_waits_and_the_spot_stays_as_it_is() -> None:
    bench = strict()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.read(NORMAL)
    bench.take(PassageDismissed(at=bench.now, passage_id="t-1"))

    assert verdict(bench) == (Decision.RECHECK, ("dismissed",))
    assert bench.door.desk == ()
    assert isinstance(bench.door.passage, Measuring)


def test_symptoms_are_of_who_stands_there_also_after_the_verdict_is_gone() -> None:
    bench = Bench()
    bench.card()
    bench.read(*[NORMAL] * 150)
    bench.take(
        SymptomsDeclared(at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1")
    )

    assert bench.door.holds[0].person_ref == "a" * 64


# --- a thermometer that is lost: Seen 14 ----------------------------------------------------------


def test_who_stands_there_while_the_thermometer_is_lost_and_back_is_held_once() -> None:
    bench = Bench()
    bench.steady(FEVER)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(30)
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.read(*[FEVER] * 60)

    assert len(holds(bench)) == 1


def test_who_registers_while_the_thermometer_is_lost_and_back_is_one_person() -> None:
    bench = strict()
    bench.card()
    bench.steady(NORMAL)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(5)
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.steady(NORMAL)
    registers(bench, "t-1")

    assert [v.decision for v in bench.verdicts] == [Decision.ADMIT]
    assert bench.door.desk == ()


def test_another_who_stands_there_when_it_is_back_is_another() -> None:
    bench = Bench()
    bench.steady(FEVER)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(30)
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.nobody_for(0.1)
    bench.steady(FEVER)

    assert len(holds(bench)) == 2


def test_many_wait_to_be_measured_by_hand_and_each_is() -> None:
    bench = Bench()
    bench.take(TrustChanged(at=bench.now, trusted=False))
    for letter in "abc":
        bench.card(letter)
        bench.steady(NORMAL)
        bench.nobody_for(2)
    first = [v.passage_id for v in bench.verdicts]
    for passage_id in first:
        bench.now = later(bench.now, 1)
        bench.take(HandMeasured(at=bench.now, passage_id=passage_id, contact_centi_c=3650, by="g"))

    assert [v.decision for v in bench.verdicts[3:]] == [Decision.ADMIT] * 3
    assert [v.passage_id for v in bench.verdicts[3:]] == first


def test_a_held_person_who_steps_aside_stays_at_the_desk_until_the_hold_ends() -> None:
    bench = Bench()
    bench.card()
    bench.steady(FEVER)
    bench.nobody_for(30)

    (place,) = bench.door.desk
    assert isinstance(place, Settled)
    assert place.hold_id == bench.door.holds[0].hold_id
    assert bench.door.holds[0].state is HoldState.FLAGGED
    assert isinstance(bench.door.passage, Idle)


def test_an_instruments_error_hides_no_fever_that_comes_after_it() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    bench.read(*[4280] * 6)
    bench.read(*[FEVER] * 5)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_who_was_sent_to_be_measured_again_is_taken_when_the_card_is_laid_again() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.card("a")  # nobody can be measured: to be measured again
    bench.take(ThermometerChanged(at=bench.now, usable=True))
    bench.nobody_for(6)

    bench.steady(NORMAL)
    bench.card("a")

    assert bench.verdicts[-1].decision is Decision.ADMIT
