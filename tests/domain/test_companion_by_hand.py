"""A companion without a card who comes while no thermometer measures is one of the group."""

from __future__ import annotations

import pytest

from domain.benches import NORMAL, PHONE
from domain.test_group import CHILD, Family, family
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import Decision
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    CompanionCame,
    HandMeasured,
    RegistrationGiven,
    ThermometerChanged,
    TrustChanged,
)
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Gathering, Settled


def came(bench: Family, adult: str) -> str:
    bench.take(CompanionCame(at=bench.now, adult=adult, by="g"))
    return bench.door.desk[-1].passage_id


def hand(bench: Family, passage_id: str, contact: int = 3650) -> None:
    bench.take(HandMeasured(at=bench.now, passage_id=passage_id, contact_centi_c=contact, by="g"))


def breaks(bench: Family, how: str) -> None:
    if how == "lost":
        bench.take(ThermometerChanged(at=bench.now, usable=False))
    else:
        bench.take(TrustChanged(at=bench.now, trusted=False))


@pytest.mark.parametrize("how", ["lost", "untrusted"])
def test_a_child_without_a_card_is_measured_by_hand_and_goes_in_with_all(how: str) -> None:
    bench = family(1)
    breaks(bench, how)
    child = came(bench, bench.adult)
    state = bench.newest_state(child)
    assert isinstance(state, Settled)
    assert state.waits_for_hand
    hand(bench, child)
    assert isinstance(bench.newest_state(child), Gathering)
    bench.registers(CHILD)

    assert bench.admitted() == [bench.adult, child]
    newest = bench.newest(child)
    assert (newest.with_passage, newest.temperature.contact_centi_c) == (bench.adult, 3650)
    assert newest.registered


@pytest.mark.parametrize("how", ["lost", "untrusted"])
def test_an_adult_who_waits_for_a_hand_has_theirs_with_them(how: str) -> None:
    bench = Family()
    bench.set(policy=Policy())
    breaks(bench, how)
    bench.card()
    adult = bench.door.passage.passage_id or ""
    if how == "untrusted":
        bench.steady(NORMAL)
    first, second = came(bench, adult), came(bench, adult)
    for one in (second, adult, first):
        hand(bench, one)
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=adult, details=details, by="g"))

    assert bench.admitted() == [adult, first, second]
    assert bench.newest(adult).companions == 2


def test_a_feverish_one_is_held_and_keeps_the_others() -> None:
    bench = family(1)
    breaks(bench, "lost")
    child = came(bench, bench.adult)
    hand(bench, child, 3810)
    bench.registers()

    assert bench.newest(child).decision is Decision.HOLD
    assert bench.admitted() == []


def test_while_the_thermometer_measures_companions_step_before_it() -> None:
    bench = family(1)
    with pytest.raises(StepRefused, match="measures"):
        came(bench, bench.adult)
    breaks(bench, "lost")
    with pytest.raises(StepRefused):
        came(bench, "t-99")
