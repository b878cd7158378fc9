"""A flag, the contact thermometer, a person's tap: who is healthy goes on where they stopped."""

from __future__ import annotations

import pytest

from domain.benches import (
    FEVER,
    NORMAL,
    PHONE,
    Bench,
    later,
    new_door,
    verdict,
)
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.policy import HoldPolicy, Policy
from gate_agent.contract.records import (
    Decision,
    HoldOpened,
    HoldState,
    HoldStep,
    Outcome,
    PassageDecided,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.clearing import remembered
from gate_agent.domain.door import (
    HandMeasured,
    HoldStepped,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.domain.effects import Admit, StepRefused
from gate_agent.domain.limits import recompute
from gate_agent.domain.passage import Measured, Registering

FLAG = 3540  # above the line of 35.13, below the ceiling and the rail


def hand(bench: Bench, contact: int, passage_id: str | None = None) -> None:
    about = passage_id or bench.door.passage.passage_id or ""
    bench.take(HandMeasured(at=bench.now, passage_id=about, contact_centi_c=contact, by="guard-1"))


def steps(bench: Bench) -> list[HoldState]:
    return [record.step for record in bench.records if isinstance(record, HoldStep)]


def flagged(policy: Policy | None = None) -> Bench:
    bench = Bench() if policy is None else Bench(new_door(policy))
    bench.card()
    bench.steady(FLAG)
    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    return bench


def test_a_reading_below_the_line_releases_and_admits_in_one_tap() -> None:
    bench = flagged()
    hand(bench, 3660)

    assert steps(bench) == [HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED]
    told = bench.verdicts[-1]
    assert told.decision is Decision.ADMIT
    assert told.passage_id == bench.verdicts[0].passage_id
    assert (told.temperature.contact_centi_c, told.temperature.contact_by) == (3660, "guard-1")
    assert told.temperature.surface_centi_c == FLAG
    assert recompute(told.temperature) is Outcome.NORMAL
    assert bench.effects[-1] == Admit("t-1")


def test_the_same_forehead_opens_no_new_hold() -> None:
    bench = flagged()
    hand(bench, 3660)
    bench.read(*[FLAG + 5] * 120)
    bench.nobody_for(2)
    bench.card()
    bench.steady(FLAG)

    assert sum(isinstance(record, HoldOpened) for record in bench.records) == 1
    told = bench.verdicts[-1]
    assert (told.decision, told.reasons) == (Decision.ADMIT, ("cleared_by_contact",))
    assert (told.temperature.contact_centi_c, told.temperature.contact_by) == (3660, "guard-1")
    assert told.temperature.contact_at is not None


def test_registration_that_is_due_comes_before_the_admission() -> None:
    bench = flagged(Policy())
    hand(bench, 3660)
    state = bench.door.passage
    assert isinstance(state, Registering)
    details = RegistrationDetails(phone=PHONE)
    bench.take(
        RegistrationGiven(at=bench.now, passage_id=state.passage_id, details=details, by="guard-1")
    )

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.registrations[-1].registration.details.phone == PHONE
    assert bench.verdicts[-1].temperature.contact_centi_c == 3660


def test_who_has_no_card_yet_lays_it_after_the_release() -> None:
    bench = Bench()
    bench.steady(FLAG)
    hand(bench, 3660)
    assert isinstance(bench.door.passage, Measured)
    bench.wait(60)
    bench.card()

    assert verdict(bench) == (Decision.ADMIT, ())


def test_who_was_taken_aside_is_released_while_the_next_stands_at_the_spot() -> None:
    bench = flagged()
    held = bench.door.passage.passage_id
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(NORMAL)
    hand(bench, 3660, held)

    assert [v.person_ref for v in bench.verdicts[1:]] == ["b" * 64, "a" * 64]
    assert {v.decision for v in bench.verdicts[1:]} == {Decision.ADMIT}


def test_a_reading_at_the_line_confirms() -> None:
    bench = flagged()
    hand(bench, 3730)

    assert steps(bench) == [HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED]
    assert len(bench.verdicts) == 1
    with pytest.raises(StepRefused):
        hand(bench, 3660)


def test_the_line_is_the_centres() -> None:
    policy = HoldPolicy(contact_line_centi_c=3750)
    bench = flagged(Bench().door.policy.model_copy(update={"hold": policy}))
    hand(bench, 3740)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert recompute(bench.verdicts[-1].temperature) is Outcome.NORMAL


def test_the_steps_one_by_one_let_the_passage_go_on_as_well() -> None:
    bench = flagged()
    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED):
        step = HoldStepped(
            at=bench.now,
            hold_id=bench.door.holds[0].hold_id,
            step=to,
            by="guard-1",
            details=StepDetails(contact_centi_c=3650),
        )
        bench.take(step)

    assert verdict(bench) == (Decision.ADMIT, ())


def test_symptoms_are_released_by_a_person_not_by_a_temperature() -> None:
    bench = Bench()
    bench.card()
    bench.steady(NORMAL)
    bench.take(
        SymptomsDeclared(at=bench.now, passage_id=bench.door.passage.passage_id, by="guard-1")
    )
    hand(bench, 3650)

    assert bench.door.holds[0].state is HoldState.RECHECKED
    assert verdict(bench)[0] is Decision.HOLD


def test_nothing_vouches_for_a_reading_beyond_the_rail() -> None:
    bench = flagged()
    hand(bench, 3660)
    bench.read(*[3860] * 5)
    assert verdict(bench) == (Decision.HOLD, ("elevated",))

    hand(bench, 3660)
    bench.nobody_for(2)
    bench.card()
    bench.steady(FEVER)
    assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_after_an_hour_a_flag_asks_again() -> None:
    bench = flagged()
    hand(bench, 3660)
    bench.nobody_for(2)
    bench.wait(3601)
    bench.card()
    bench.steady(FLAG)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_a_nameless_flag_of_somebody_cleared_asks_nothing_new_once_the_card_is_laid() -> None:
    bench = flagged()
    hand(bench, 3660)
    bench.nobody_for(2)
    bench.steady(FLAG)
    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    bench.card()

    assert verdict(bench)[0] is Decision.ADMIT
    assert bench.door.holds[-1].state is HoldState.RELEASED


def test_somebody_else_is_not_cleared() -> None:
    bench = flagged()
    hand(bench, 3660)
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(FLAG)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_who_is_cleared_is_known_from_the_journal_alone() -> None:
    bench = flagged()
    hand(bench, 3660)

    told = [(record, bench.now.boot_ns) for record in bench.records]
    assert remembered(told) == bench.door.cleared
    assert len(bench.door.cleared) == 1


def test_a_contact_reading_of_fever_stops_who_registers_or_was_let_in() -> None:
    registering, admitted = Bench(new_door(Policy())), Bench()
    for bench in (registering, admitted):
        bench.card()
        bench.steady(NORMAL)
        hand(bench, 3810)

        assert verdict(bench) == (Decision.HOLD, ("elevated",))


def test_the_forehead_alone_beyond_the_rail_is_told_with_the_hold() -> None:
    for surface, beyond in ((FLAG, False), (FEVER, True)):
        bench = Bench()
        bench.steady(surface)
        opened = [record for record in bench.records if isinstance(record, HoldOpened)]
        assert [record.beyond_rail for record in opened] == [beyond]


def test_who_walked_away_and_comes_back_is_let_in_after_one_reading() -> None:
    bench = flagged()
    bench.take(
        HoldStepped(
            at=bench.now, hold_id=bench.door.holds[0].hold_id, step=HoldState.LEFT, by="guard-1"
        )
    )
    bench.nobody_for(12)
    bench.card()
    bench.steady(NORMAL)
    assert verdict(bench) == (Decision.HOLD, ("open_hold",))
    hand(bench, 3660)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert all(
        isinstance(record, PassageDecided | HoldOpened | HoldStep) for record in bench.records
    )
    bench.now = later(bench.now, 1)


def test_whose_registration_came_too_late_is_cleared_all_the_same() -> None:
    bench = Bench(new_door(Policy()))
    bench.card()
    bench.steady(FLAG)
    hand(bench, 3660)
    bench.wait_for_deadline()
    assert verdict(bench) == (Decision.DENY, ("registration_timeout",))
    bench.nobody_for(15)
    bench.card()
    bench.steady(FLAG)

    assert not [one for one in bench.door.holds if one.state is HoldState.FLAGGED]
    assert isinstance(bench.door.passage, Registering)
