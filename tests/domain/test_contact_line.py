"""What a contact reading may decide, by which line, and that each is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import NORMAL, PHONE_OPTIONAL, Bench, new_door, verdict
from domain.test_release import FLAG, flagged, hand
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.policy import HoldPolicy, Policy
from gate_agent.contract.records import ContactRead, Decision, HoldState, HoldStep
from gate_agent.domain.door import HoldStepped, PolicyChanged, SymptomsDeclared
from gate_agent.domain.effects import StepRefused


def test_the_line_of_the_time_of_the_reading_judges_it() -> None:
    for read_under, decided_under, contact in ((3730, 3700, 3720), (3750, 3730, 3740)):
        lines = [
            PHONE_OPTIONAL.model_copy(update={"hold": HoldPolicy(contact_line_centi_c=line)})
            for line in (read_under, decided_under)
        ]
        bench = flagged(lines[0])
        hold_id = bench.door.holds[0].hold_id
        step = HoldStepped(at=bench.now, hold_id=hold_id, step=HoldState.ACKNOWLEDGED, by="g")
        bench.take(step)
        reading = StepDetails(contact_centi_c=contact)
        bench.take(replace(step, step=HoldState.RECHECKED, details=reading))
        bench.take(PolicyChanged(at=bench.now, policy=lines[1]))
        bench.take(replace(step, step=HoldState.RELEASED))

        told = [record for record in bench.records if isinstance(record, HoldStep)]
        assert [one.contact_threshold_centi_c for one in told] == [None, read_under, read_under]
        measured = bench.verdicts[-1].temperature
        assert (measured.contact_centi_c, measured.contact_threshold_centi_c) == (
            contact,
            read_under,
        )
        assert verdict(bench) == (Decision.ADMIT, ())


def test_whom_an_earlier_reading_cleared_goes_in_though_the_line_is_lower_since() -> None:
    bench = flagged()
    hand(bench, 3720)
    strict = PHONE_OPTIONAL.model_copy(update={"hold": HoldPolicy(contact_line_centi_c=3700)})
    bench.take(PolicyChanged(at=bench.now, policy=strict))
    bench.nobody_for(2)
    bench.steady(FLAG)
    bench.card()

    assert verdict(bench)[0] is Decision.ADMIT


@pytest.mark.parametrize("contact", [2500, 3400, 3499, 4201])
def test_what_no_contact_thermometer_shows_of_a_person_decides_nothing(contact: int) -> None:
    bench = flagged()
    hold_id = bench.door.holds[0].hold_id
    step = HoldStepped(at=bench.now, hold_id=hold_id, step=HoldState.ACKNOWLEDGED, by="g")
    bench.take(step)
    before = len(bench.records)
    reading = StepDetails(contact_centi_c=contact)
    with pytest.raises(StepRefused, match="3500 to 4200"):
        hand(bench, contact)
    with pytest.raises(StepRefused, match="3500 to 4200"):
        bench.take(replace(step, step=HoldState.RECHECKED, details=reading))

    assert (len(bench.records), bench.door.holds[0].state) == (before, HoldState.ACKNOWLEDGED)


@pytest.mark.parametrize("by_steps", [False, True])
def test_one_reading_far_below_the_forehead_lets_nobody_go(by_steps: bool) -> None:  # noqa: FBT001
    bench = Bench()
    bench.card()
    bench.steady(3990)
    hand(bench, 3600)
    (hold,) = bench.door.holds
    assert (hold.state, hold.asks_again) == (HoldState.RECHECKED, True)
    release = HoldStepped(at=bench.now, hold_id=hold.hold_id, step=HoldState.RELEASED, by="guard-1")
    with pytest.raises(StepRefused, match="second contact reading"):
        bench.take(release)
    if by_steps:
        bench.take(replace(release, details=StepDetails(contact_centi_c=3650)))
    else:
        hand(bench, 3650)

    assert [one.contact_centi_c for one in bench.records if isinstance(one, HoldStep)] == [
        None,
        3600,
        3650,
    ]
    assert verdict(bench) == (Decision.ADMIT, ())


def test_a_second_reading_of_fever_confirms() -> None:
    bench = Bench()
    bench.steady(3990)
    hand(bench, 3600)
    hand(bench, 3850)

    assert bench.door.holds[0].state is HoldState.CONFIRMED


def test_every_reading_is_recorded_also_the_one_that_another_followed() -> None:
    registering = Bench(new_door(Policy()))
    registering.card()
    registering.steady(NORMAL)
    symptoms = Bench()
    symptoms.card()
    symptoms.steady(NORMAL)
    symptoms.take(
        SymptomsDeclared(at=symptoms.now, passage_id=symptoms.door.passage.passage_id, by="guard-1")
    )
    for bench in (registering, symptoms):
        for contact in (3640, 3690, 3810):
            hand(bench, contact)

        told = [
            (record.contact_centi_c, record.contact_threshold_centi_c)
            for record in bench.records
            if isinstance(record, ContactRead | HoldStep) and record.contact_centi_c is not None
        ]
        told += [
            (record.temperature.contact_centi_c, record.temperature.contact_threshold_centi_c)
            for record in bench.verdicts
            if record.temperature.contact_centi_c is not None
        ]
        assert sorted(set(told)) == [(3640, 3730), (3690, 3730), (3810, 3730)]
        assert bench.door.holds[0].reason in ("elevated", "declared_symptoms")
