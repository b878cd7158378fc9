"""One person, one hold: what turns out to be of one person is one, with all that was done."""

from __future__ import annotations

from domain.benches import FEVER, NORMAL, Bench, verdict
from domain.test_release import FLAG, flagged, hand
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import Decision, HoldClosed, HoldState
from gate_agent.domain.door import CardJudged, HoldStepped, SymptomsDeclared
from gate_agent.domain.effects import Admit
from gate_agent.domain.passage import Settled


def test_who_is_held_nameless_and_named_later_is_in_one_hold_and_gets_in_by_one_reading() -> None:
    bench = flagged()
    (first,) = bench.door.holds
    bench.nobody_for(2)
    bench.steady(FEVER)
    bench.card()

    (hold,) = bench.door.holds
    (ended,) = [record for record in bench.records if isinstance(record, HoldClosed)]
    assert (hold.hold_id, hold.surface_centi_c) == (first.hold_id, FEVER)
    assert (ended.outcome, ended.into) == ("closed", first.hold_id)
    here = bench.door.passage.passage_id or ""
    assert (hold.passage_id, bench.verdicts[-1].hold_id) == (here, first.hold_id)
    assert bench.door.desk == ()
    hand(bench, 3660)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.effects[-1] == Admit(here)


def test_a_hold_takes_over_what_was_measured_in_the_other_of_the_same_person() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    symptoms = SymptomsDeclared(
        at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1"
    )
    bench.take(symptoms)
    bench.nobody_for(2)
    bench.steady(FEVER)
    nameless = bench.door.holds[1].hold_id
    bench.take(
        HoldStepped(at=bench.now, hold_id=nameless, step=HoldState.ACKNOWLEDGED, by="guard-1")
    )
    reading = StepDetails(contact_centi_c=3690)
    bench.take(
        HoldStepped(
            at=bench.now, hold_id=nameless, step=HoldState.RECHECKED, by="guard-1", details=reading
        )
    )
    bench.card()

    (hold,) = bench.door.holds
    assert (hold.reason, hold.state) == ("declared_symptoms", HoldState.RECHECKED)
    assert (hold.contact_centi_c, hold.surface_centi_c) == (3690, FEVER)


def test_who_may_be_another_keeps_a_hold_of_their_own_until_a_guard_says_who_it_is() -> None:
    bench = flagged()
    bench.nobody_for(2)
    bench.steady(FLAG)
    nameless = bench.door.passage.passage_id or ""
    bench.nobody_for(2)
    bench.steady(FLAG)  # a second one without a name: a card is surely of neither
    bench.card()
    assert len(bench.door.holds) == 3
    asked = bench.door.passage
    assert isinstance(asked, Settled)
    assert asked.unsure
    bench.take(CardJudged(at=bench.now, passage_id=asked.passage_id, theirs=True, by="guard-1"))

    assert [hold.person_ref for hold in bench.door.holds] == ["a" * 64, None]
    assert bench.door.holds[0].passage_id == asked.passage_id
    assert [place.passage_id for place in bench.door.desk] == [nameless]


def test_who_is_back_and_held_again_is_in_the_hold_by_the_newest_passage() -> None:
    bench = flagged()
    bench.nobody_for(12)
    bench.card()
    bench.steady(NORMAL)

    (hold,) = bench.door.holds
    assert verdict(bench) == (Decision.HOLD, ("open_hold",))
    assert hold.passage_id == bench.verdicts[-1].passage_id != bench.verdicts[0].passage_id
