"""What the guard may do, and what no guard may."""

from __future__ import annotations

import pytest

from domain.benches import COLD, FEVER, NORMAL, Bench, hold_step, new_door, somebody, verdict
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.door import GuardOverrode, PersonIdentified, SymptomsDeclared, TrustChanged
from gate_agent.domain.effects import Admit, StepRefused


def overrule(bench: Bench, decision: Decision, reason: str = "接触测温正常") -> GuardOverrode:
    passage_id = bench.door.passage.passage_id
    assert passage_id is not None
    return GuardOverrode(
        at=bench.now, passage_id=passage_id, decision=decision, by="guard-1", reason=reason
    )


def test_a_guard_admits_a_cold_skin_with_a_reason_and_it_is_recorded() -> None:
    bench = Bench()
    bench.card()
    bench.steady(COLD)

    bench.take(overrule(bench, Decision.ADMIT))

    first, second = bench.verdicts
    assert first.passage_id == second.passage_id
    assert (second.decision, second.by) == (Decision.ADMIT, "guard-1")
    assert second.reasons == ("guard", "接触测温正常")
    assert second.registered
    assert bench.effects[-1] == Admit("t-1")


@pytest.mark.parametrize("surface", [FEVER, 4280])
def test_no_guard_admits_who_is_elevated_or_was_not_measured(surface: int) -> None:
    bench = Bench()
    bench.card()
    bench.steady(surface)

    with pytest.raises(StepRefused) as caught:
        bench.take(overrule(bench, Decision.ADMIT))

    assert caught.value.code == "out_of_turn"


def test_no_guard_admits_who_is_still_held() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(FEVER)
    bench.nobody_for(12)
    bench.card("a")
    bench.steady(COLD)
    assert verdict(bench) == (Decision.HOLD, ("open_hold",))

    with pytest.raises(StepRefused) as caught:
        bench.take(overrule(bench, Decision.ADMIT))

    assert caught.value.expected == "the steps of the hold"


def test_an_admitted_person_may_still_be_held() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)

    bench.take(overrule(bench, Decision.HOLD, "咳嗽"))

    assert bench.verdicts[-1].decision is Decision.HOLD
    assert bench.verdicts[-1].registered
    assert len(bench.registrations) == 1
    assert bench.door.holds[0].reason == "guard"


def test_declared_symptoms_hold_at_a_normal_temperature() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)

    bench.take(
        SymptomsDeclared(
            at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1", note="咳嗽"
        )
    )

    assert verdict(bench) == (Decision.HOLD, ("declared_symptoms", "咳嗽"))
    assert bench.verdicts[-1].by == "guard-1"
    assert bench.door.holds[0].reason == "declared_symptoms"


def test_symptoms_declared_after_a_release_hold_anew() -> None:
    bench = Bench()
    bench.steady(FEVER)
    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED):
        bench.take(hold_step(bench, to))

    bench.take(
        SymptomsDeclared(at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1")
    )

    assert [hold.state for hold in bench.door.holds] == [HoldState.RELEASED, HoldState.FLAGGED]


def test_symptoms_may_be_declared_before_anybody_was_noticed() -> None:
    bench = Bench()

    bench.take(
        SymptomsDeclared(at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1")
    )

    assert verdict(bench) == (Decision.HOLD, ("declared_symptoms",))
    assert bench.verdicts[0].temperature.reason == "not_measured"


def test_symptoms_are_of_whom_the_guard_saw_and_refused_where_that_person_is_gone() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(NORMAL)
    seen = bench.door.passage.passage_id
    bench.nobody_for(12)
    bench.card("b")
    bench.steady(NORMAL)
    before = bench.door
    for passage_id in (seen, None):
        with pytest.raises(StepRefused) as refused:
            bench.take(SymptomsDeclared(at=bench.now, passage_id=passage_id, by="guard-1"))
        assert refused.value.code == "out_of_turn"

    assert bench.door is before


def test_symptoms_of_who_stepped_aside_hold_them_and_not_who_stands_there() -> None:
    bench = Bench(new_door(Policy()))
    bench.card("a")
    bench.steady(NORMAL)  # to be registered
    seen = bench.door.passage.passage_id or ""
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(NORMAL)
    bench.take(SymptomsDeclared(at=bench.now, passage_id=seen, by="guard-1"))

    assert (verdict(bench)[0], bench.verdicts[-1].person_ref) == (Decision.HOLD, "a" * 64)
    assert [hold.passage_id for hold in bench.door.holds] == [seen]
    assert bench.door.passage.person is not None
    assert bench.door.passage.person.person_ref == "b" * 64


@pytest.mark.parametrize("surface", [COLD, 4280])
@pytest.mark.parametrize("waits_s", [0, 12])
def test_a_document_typed_for_who_was_to_come_again_and_stands_there_measures_them(
    surface: int, waits_s: int
) -> None:
    bench = Bench()
    bench.steady(surface)
    about = bench.door.passage.passage_id or ""
    assert verdict(bench)[0] is Decision.RECHECK
    bench.read(*[surface] * (10 * waits_s))
    bench.take(PersonIdentified(at=bench.now, person=somebody("a"), passage_id=about))
    bench.steady(NORMAL)

    assert (bench.verdicts[-1].person_ref, verdict(bench)[0]) == ("a" * 64, Decision.ADMIT)


def test_a_document_typed_for_who_is_gone_meanwhile_names_nobody_else() -> None:
    bench = Bench()
    bench.steady(COLD)
    about = bench.door.passage.passage_id or ""
    bench.nobody_for(12)
    bench.steady(NORMAL)
    before = bench.door
    with pytest.raises(StepRefused, match="a passage at the door"):
        bench.take(PersonIdentified(at=bench.now, person=somebody("a"), passage_id=about))

    assert bench.door is before


def test_a_document_typed_for_who_waits_for_a_hand_is_recorded_with_their_verdict() -> None:
    bench = Bench()
    bench.take(TrustChanged(at=bench.now, trusted=False))
    bench.steady(NORMAL)
    about = bench.door.passage.passage_id or ""
    bench.nobody_for(30)
    bench.take(PersonIdentified(at=bench.now, person=somebody("a"), passage_id=about))

    told = bench.verdicts[-1]
    assert (told.passage_id, told.person_ref, told.decision) == (about, "a" * 64, Decision.RECHECK)
    assert [one.person_ref for one in bench.door.rechecked] == ["a" * 64]
