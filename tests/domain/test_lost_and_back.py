"""Who stands there when a lost thermometer is back may be another than who stood there."""

from __future__ import annotations

from domain.benches import FEVER, NORMAL, PHONE, Bench, new_door, verdict
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import RegistrationGiven, ThermometerChanged
from gate_agent.domain.passage import Measured, Registering, Settled


def lost_and_back(bench: Bench) -> None:
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.wait(30)
    bench.take(ThermometerChanged(at=bench.now, usable=True))


def test_somebody_well_in_the_place_of_who_is_held_is_measured_for_themselves() -> None:
    bench = Bench()
    bench.steady(FEVER)
    held = bench.verdicts[-1].passage_id
    lost_and_back(bench)
    bench.steady(NORMAL)

    assert isinstance(bench.door.passage, Measured)
    assert [place.passage_id for place in bench.door.desk] == [held]
    bench.card("b")
    assert bench.verdicts[-1].person_ref == "b" * 64
    assert verdict(bench)[0] is Decision.ADMIT
    assert [hold.person_ref for hold in bench.door.holds] == [None]


def test_a_card_of_who_stands_there_then_names_the_held_one_only_with_a_guards_word() -> None:
    bench = Bench()
    bench.steady(FEVER)
    lost_and_back(bench)
    bench.steady(FEVER)
    bench.card("b")

    (hold,) = bench.door.holds
    assert (hold.person_ref, hold.unsure) == ("b" * 64, True)


def test_somebody_warm_in_the_place_of_who_registers_is_held_and_the_other_measured_by_hand() -> (
    None
):
    bench = Bench(new_door(Policy()))
    bench.card("a")
    bench.steady(NORMAL)
    first = bench.door.passage
    assert isinstance(first, Registering)
    lost_and_back(bench)
    bench.steady(FEVER)

    (hold,) = bench.door.holds
    assert (hold.person_ref, hold.passage_id) != ("a" * 64, first.passage_id)
    assert hold.person_ref is None
    waiting = bench.door.find(first.passage_id)
    assert isinstance(waiting, Settled)
    assert waiting.waits_for_hand, "they may be who is warm now"


def test_another_card_in_the_place_of_who_registers_begins_a_passage_of_its_own() -> None:
    bench = Bench(new_door(Policy()))
    bench.card("a")
    bench.steady(NORMAL)
    first = bench.door.passage.passage_id or ""
    lost_and_back(bench)
    bench.steady(NORMAL)
    bench.card("b")
    bench.steady(NORMAL)

    state = bench.door.passage
    assert isinstance(state, Registering)
    assert state.person is not None
    assert state.person.person_ref == "b" * 64
    phone = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=first, details=phone))
    assert (bench.verdicts[-1].person_ref, verdict(bench)[0]) == ("a" * 64, Decision.ADMIT)
