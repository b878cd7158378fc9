"""Who is held, who is measured again, and that a hold stands until it is released."""

from __future__ import annotations

from domain.benches import COLD, FEVER, NORMAL, PHONE, Bench, hold_step, verdict
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldIdentified,
    HoldOpened,
    HoldState,
    Outcome,
    PassageDecided,
)
from gate_agent.domain.door import CardUnreadable, SymptomsDeclared, ThermometerChanged
from gate_agent.domain.effects import CallGuard, Note, Refuse, SealRegistration, WriteEvent
from gate_agent.domain.passage import Identified, Measured


def test_an_elevated_person_is_held_at_once_without_a_card() -> None:
    bench = Bench()

    bench.steady(FEVER)

    alarm, opened, decided = bench.effects
    assert alarm == CallGuard("t-2")
    assert isinstance(opened, WriteEvent)
    assert isinstance(opened.record, HoldOpened)
    assert (opened.record.reason, opened.record.surface_centi_c) == ("elevated", FEVER)
    assert opened.record.deadline_s == 15
    assert isinstance(decided, WriteEvent)
    assert isinstance(decided.record, PassageDecided)
    assert decided.record.hold_id == "t-2"


def test_a_card_of_the_held_person_names_the_hold_and_registers() -> None:
    bench = Bench()
    bench.steady(FEVER)
    bench.effects.clear()

    bench.card(phone=PHONE)

    register, known, again = bench.effects
    assert isinstance(register, SealRegistration)
    assert (register.registration.passage_id, register.registration.details.phone) == ("t-1", PHONE)
    assert isinstance(known, WriteEvent)
    assert isinstance(known.record, HoldIdentified)
    assert (known.record.person_ref, known.record.by) == ("a" * 64, "gate")
    assert (known.record.registered, known.record.phone) == (True, True)
    assert isinstance(again, WriteEvent)
    (decided,) = bench.verdicts
    assert (decided.passage_id, decided.hold_id, decided.registered) == ("t-1", "t-2", True)
    assert bench.door.holds[0].person_ref == "a" * 64
    assert bench.door.holds[0].category is Category.VISITOR


def test_a_card_after_the_held_person_has_gone_is_another_passage() -> None:
    bench = Bench()
    bench.steady(FEVER)
    bench.nobody_for(1.2)

    bench.card("b")

    assert bench.door.holds[0].person_ref is None
    assert isinstance(bench.door.passage, Identified)


def test_a_card_names_no_hold_when_nobody_is_seen_at_the_door() -> None:
    bench = Bench()
    bench.take(
        SymptomsDeclared(at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1")
    )

    bench.card("b")

    assert bench.door.holds[0].person_ref is None
    assert isinstance(bench.door.passage, Identified)


def test_a_held_person_is_held_again_however_cool_until_released() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(FEVER)
    bench.nobody_for(12)

    bench.card("a")
    bench.steady(NORMAL)
    assert verdict(bench) == (Decision.HOLD, ("open_hold",))
    assert bench.verdicts[-1].hold_id == bench.door.holds[0].hold_id
    assert len(bench.door.holds) == 1

    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED):
        bench.take(hold_step(bench, to))
    bench.nobody_for(12)
    bench.card("a")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())


def test_who_left_a_hold_and_comes_back_gets_a_new_one() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(FEVER)
    bench.take(hold_step(bench, HoldState.LEFT))
    bench.nobody_for(12)

    bench.card("a")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.HOLD, ("open_hold",))
    assert [hold.state for hold in bench.door.holds] == [HoldState.LEFT, HoldState.FLAGGED]


def test_a_cold_skin_and_an_unsteady_reading_are_measured_again() -> None:
    cold, shaky = Bench(), Bench()

    cold.steady(COLD)
    shaky.read(*[NORMAL, NORMAL + 50] * 15, NORMAL)

    assert verdict(cold) == (Decision.RECHECK, ("cold_skin",))
    assert verdict(shaky) == (Decision.RECHECK, ("unstable",))


def test_without_a_trusted_thermometer_nobody_passes() -> None:
    bench = Bench()
    bench.take(ThermometerChanged(at=bench.now, usable=False))

    bench.card()
    bench.steady(NORMAL)

    assert bench.effects[0] == Refuse("t-1")
    assert verdict(bench) == (Decision.RECHECK, ("thermometer_lost",))
    assert bench.effects[-1] == Note("reading_untrusted")
    assert len(bench.verdicts) == 1


def test_a_thermometer_lost_between_measurement_and_card_ends_the_passage() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    assert bench.verdicts[0].temperature.outcome is Outcome.NORMAL

    bench.card()

    assert [v.reasons for v in bench.verdicts] == [("thermometer_lost",)] * 2


def test_a_thermometer_that_was_lost_tells_nothing_of_who_stood_there_before() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.take(ThermometerChanged(at=bench.now, usable=True))

    bench.steady(NORMAL)

    assert isinstance(bench.door.passage, Measured)
    assert bench.door.passage.passage_id == "t-2"


def test_a_faulty_card_is_told_with_its_cause_counted() -> None:
    bench = Bench()

    bench.take(CardUnreadable(at=bench.now, fault="birth_date"))

    assert verdict(bench) == (Decision.RECHECK, ("card_fault",))
    assert bench.effects[-1] == Note("card_fault_birth_date")
