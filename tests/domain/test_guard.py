"""What the guard may do, and what no guard may."""

from __future__ import annotations

import pytest

from domain.benches import COLD, FEVER, NORMAL, Bench, hold_step, verdict
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.door import GuardOverrode, SymptomsDeclared
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

    bench.take(SymptomsDeclared(at=bench.now, by="guard-1", note="咳嗽"))

    assert verdict(bench) == (Decision.HOLD, ("declared_symptoms", "咳嗽"))
    assert bench.verdicts[-1].by == "guard-1"
    assert bench.door.holds[0].reason == "declared_symptoms"


def test_symptoms_declared_after_a_release_hold_anew() -> None:
    bench = Bench()
    bench.steady(FEVER)
    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED):
        bench.take(hold_step(bench, to))

    bench.take(SymptomsDeclared(at=bench.now, by="guard-1"))

    assert [hold.state for hold in bench.door.holds] == [HoldState.RELEASED, HoldState.FLAGGED]


def test_symptoms_may_be_declared_before_anybody_was_noticed() -> None:
    bench = Bench()

    bench.take(SymptomsDeclared(at=bench.now, by="guard-1"))

    assert verdict(bench) == (Decision.HOLD, ("declared_symptoms",))
    assert bench.verdicts[0].temperature.reason == "not_measured"
