"""A thermometer that is not trusted lets nobody in: the contact thermometer does, on the record."""

from __future__ import annotations

import pytest

from domain.benches import FEVER, NORMAL, Bench, verdict
from gate_agent.contract.records import Decision, Outcome
from gate_agent.domain.baseline import Proof
from gate_agent.domain.door import GuardOverrode, HandMeasured, ThermometerChanged, TrustChanged
from gate_agent.domain.effects import Admit, StepRefused
from gate_agent.domain.limits import recompute
from gate_agent.domain.passage import Identified, Idle, Measured, Settled


def untrusted() -> Bench:
    bench = Bench()
    bench.take(TrustChanged(at=bench.now, trusted=False))
    return bench


def by_hand(bench: Bench, contact: int, by: str = "guard-1") -> None:
    passage_id = bench.door.passage.passage_id or ""
    bench.take(HandMeasured(at=bench.now, passage_id=passage_id, contact_centi_c=contact, by=by))


def test_nobody_is_let_in_on_the_word_of_a_thermometer_that_is_not_trusted() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.RECHECK, ("thermometer_untrusted",))
    assert bench.verdicts[0].temperature.surface_centi_c == NORMAL


def test_whom_an_untrusted_thermometer_does_not_even_see_is_measured_by_hand() -> None:
    bench = untrusted()
    bench.card()
    bench.wait(20)
    assert verdict(bench) == (Decision.RECHECK, ("thermometer_untrusted",))
    by_hand(bench, 3640)

    assert verdict(bench) == (Decision.ADMIT, ())


def test_an_elevated_reading_holds_all_the_same() -> None:
    bench = untrusted()
    bench.steady(FEVER)

    assert verdict(bench)[0] is Decision.HOLD


def test_a_normal_contact_reading_lets_the_passage_go_on_with_the_method_on_record() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)
    bench.wait(40)
    by_hand(bench, 3650)

    told = bench.verdicts[-1]
    assert told.decision is Decision.ADMIT
    assert told.passage_id == bench.verdicts[0].passage_id
    assert (told.temperature.contact_centi_c, told.temperature.contact_by) == (3650, "guard-1")
    assert told.temperature.surface_centi_c == NORMAL
    assert recompute(told.temperature) is Outcome.NORMAL
    assert [seen.proof for seen in bench.door.memory.seen] == [Proof.HEALTHY]


def test_a_contact_reading_of_fever_opens_a_hold_at_any_skin() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)
    by_hand(bench, 3730)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert bench.door.holds[0].person_ref == "a" * 64
    assert [seen.proof for seen in bench.door.memory.seen] == [Proof.FEVERISH]


def test_a_lost_thermometer_is_worked_round_by_hand() -> None:
    bench = Bench()
    bench.take(ThermometerChanged(at=bench.now, usable=False))
    bench.card()
    assert verdict(bench) == (Decision.RECHECK, ("thermometer_lost",))
    by_hand(bench, 3640)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].temperature.surface_centi_c is None


def test_somebody_measured_by_hand_before_a_card_waits_for_it() -> None:
    bench = untrusted()
    bench.steady(NORMAL)
    by_hand(bench, 3640)
    assert isinstance(bench.door.passage, Measured)
    bench.card()

    assert verdict(bench) == (Decision.ADMIT, ())


def test_the_next_in_the_queue_is_seen_while_somebody_waits_to_be_measured_by_hand() -> None:
    bench = untrusted()
    bench.card("a")
    bench.steady(NORMAL)
    first = bench.verdicts[0].passage_id
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(NORMAL)
    by_hand(bench, 3640)
    bench.take(HandMeasured(at=bench.now, passage_id=first, contact_centi_c=3650, by="guard-1"))

    told = [(v.person_ref, v.decision) for v in bench.verdicts]
    again, admit = Decision.RECHECK, Decision.ADMIT
    a, b = "a" * 64, "b" * 64
    assert told == [(a, again), (b, again), (b, admit), (a, admit)]


def test_who_is_not_measured_by_hand_in_two_minutes_begins_again() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)
    bench.wait(119)
    assert isinstance(bench.door.passage, Settled)
    bench.wait(1)

    assert isinstance(bench.door.passage, Idle)


def test_losing_trust_takes_back_a_measurement_that_waits_for_its_card() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    bench.take(TrustChanged(at=bench.now, trusted=False))

    assert verdict(bench) == (Decision.RECHECK, ("thermometer_untrusted",))


def test_trust_that_comes_back_measures_again_at_once() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)
    bench.take(TrustChanged(at=bench.now, trusted=True))
    bench.nobody_for(2)
    bench.card("b")
    assert isinstance(bench.door.passage, Identified)
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())


@pytest.mark.parametrize(("contact", "by"), [(3399, "guard-1"), (4501, "guard-1"), (3650, " ")])
def test_a_reading_that_no_body_has_or_that_nobody_took_is_refused(contact: int, by: str) -> None:
    bench = untrusted()
    bench.card()
    with pytest.raises(StepRefused):
        by_hand(bench, contact, by)


def test_a_guard_cannot_overrule_distrust_without_a_contact_reading() -> None:
    bench = untrusted()
    bench.card()
    bench.steady(NORMAL)
    admit = GuardOverrode(
        at=bench.now,
        passage_id=bench.door.passage.passage_id or "",
        decision=Decision.ADMIT,
        by="guard-1",
        reason="看起来正常",
    )
    with pytest.raises(StepRefused, match="contact reading"):
        bench.take(admit)

    assert not any(isinstance(effect, Admit) for effect in bench.effects)


@pytest.mark.parametrize(("surface", "ambient"), [(3790, 6000), (3420, -1), (3420, 0x7FFF)])
def test_six_in_a_row_in_impossible_air_are_measured_by_hand_from_power_up(
    surface: int, ambient: int
) -> None:
    bench = Bench()
    for letter in "abcdef":
        bench.card(letter)
        bench.read(*[surface] * 5, ambient=ambient)
        assert verdict(bench) == (Decision.RECHECK, ("ambient_range",))
        by_hand(bench, 3650)
        assert verdict(bench) == (Decision.ADMIT, ())
        bench.nobody_for(2)
    assert not bench.door.holds


def test_impossible_air_hides_no_fever_over_the_rail() -> None:
    bench = Bench()
    bench.card()
    bench.read(*[FEVER] * 5, ambient=6000)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_who_waits_for_a_hand_at_the_spot_is_one_person_after_a_card_that_is_nobodys() -> None:
    bench = untrusted()
    bench.steady(NORMAL)
    by_hand(bench, 3660)  # somebody without a card waits for it at the desk
    bench.nobody_for(2)
    bench.steady(NORMAL)
    second = bench.door.passage.passage_id
    bench.card()
    assert bench.verdicts[-1].decision is Decision.AMBIGUOUS
    assert bench.door.passage.passage_id == second

    bench.read(*[3540] * 10)
    assert [hold.passage_id for hold in bench.door.holds] == [second]
