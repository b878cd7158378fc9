"""Who may enter the hall, and that a visitor is registered with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.benches import FEVER, NOON, NORMAL, PHONE, Bench, later, mode, new_door, verdict
from gate_agent.contract.appointments import Appointment
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.policy import HallMode, KnownPhone, Policy, RegistrationPolicy, RosterEntry
from gate_agent.contract.records import Category, Decision
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import PolicyChanged, RegistrationGiven
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Registering

STAFF = Category.STAFF

ON_DUTY = (RosterEntry(person_ref="a" * 64), RosterEntry(person_ref="c" * 64, on_duty=False))
HOUR = timedelta(hours=1)
BOOKED = (
    Appointment(person_ref="a" * 64, valid_from=NOON.utc - HOUR, valid_until=NOON.utc + HOUR),
    Appointment(person_ref="d" * 64, valid_from=NOON.utc + HOUR),
    Appointment(person_ref="e" * 64, valid_until=NOON.utc - HOUR),
    Appointment(person_ref="f" * 64, green_channel=True),
)


@pytest.mark.parametrize(
    ("hall_mode", "letter", "category", "refused"),
    [
        (HallMode.OPEN, "b", Category.VISITOR, None),
        (HallMode.EMERGENCY, "a", STAFF, "emergency"),
        (HallMode.EMERGENCY, "b", Category.VISITOR, "emergency"),
        (HallMode.CLOSED, "a", STAFF, None),
        (HallMode.CLOSED, "c", STAFF, "hall_closed"),
        (HallMode.CLOSED, "b", Category.VISITOR, "hall_closed"),
        (HallMode.APPOINTMENT, "c", STAFF, None),
        (HallMode.APPOINTMENT, "a", Category.VISITOR, None),
        (HallMode.APPOINTMENT, "d", Category.VISITOR, "no_appointment"),
        (HallMode.APPOINTMENT, "e", Category.VISITOR, "no_appointment"),
        (HallMode.APPOINTMENT, "f", Category.VISITOR, None),
        (HallMode.APPOINTMENT, "b", Category.VISITOR, "no_appointment"),
    ],
)
def test_the_mode_of_the_hall_decides_who_enters(
    hall_mode: HallMode, letter: str, category: Category, refused: str | None
) -> None:
    bench = Bench(new_door(mode(hall_mode, roster=ON_DUTY, appointments=BOOKED)))

    bench.card(letter, category)
    bench.steady(NORMAL)

    expected = (Decision.DENY, (refused,)) if refused else (Decision.ADMIT, ())
    assert verdict(bench) == expected
    assert bool(bench.registrations) == (not refused and category is Category.VISITOR)
    assert bench.verdicts[0].hall_mode is hall_mode


def test_fever_goes_before_the_mode_of_the_hall() -> None:
    bench = Bench(new_door(mode(HallMode.EMERGENCY)))

    bench.card()
    bench.steady(FEVER)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert bench.registrations


def waiting() -> Bench:
    bench = Bench(new_door(Policy()))
    bench.card()
    bench.steady(NORMAL)
    return bench


def given(bench: Bench, *, passage_id: str = "t-1") -> RegistrationGiven:
    details = RegistrationDetails(phone=PHONE, purpose="社保")
    return RegistrationGiven(at=bench.now, passage_id=passage_id, details=details)


def test_a_visitor_without_a_known_phone_waits_for_it_and_is_then_admitted() -> None:
    bench = waiting()
    assert isinstance(bench.door.passage, Registering)
    assert bench.effects == []

    bench.wait(60)
    bench.take(given(bench))

    assert verdict(bench) == (Decision.ADMIT, ())
    registration = bench.registrations[0].registration
    assert registration.details == RegistrationDetails(phone=PHONE, purpose="社保")


def test_a_phone_known_from_an_earlier_visit_takes_one_tap() -> None:
    bench = Bench(new_door(Policy()))
    bench.card(phone=PHONE)
    bench.steady(NORMAL)
    passage = bench.door.passage
    assert isinstance(passage, Registering)

    bench.take(
        RegistrationGiven(
            at=later(bench.now, 1),
            passage_id=passage.passage_id,
            details=RegistrationDetails(purpose="社保"),
        )
    )

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.registrations[0].registration.details.phone == PHONE
    assert bench.verdicts[-1].repeat_visit


def test_where_the_centre_trusts_it_a_known_phone_takes_none() -> None:
    trusting = Policy(registration=RegistrationPolicy(known_phone=KnownPhone.TRUST))
    bench = Bench(new_door(trusting))

    bench.card(phone=PHONE)
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.registrations[0].registration.details.phone == PHONE


def test_the_time_from_card_to_admission_is_told_of_registered_visitors_alone() -> None:
    bench = Bench()

    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(12)
    bench.card("b", STAFF)
    bench.steady(NORMAL)

    assert [one.registration_ms for one in bench.verdicts] == [500, None]


def test_companions_and_the_notice_go_with_the_registration() -> None:
    bench = Bench(new_door(Policy()))
    bench.card()
    bench.steady(NORMAL)
    child = Companion(name=Secret("小明"))

    bench.take(
        RegistrationGiven(
            at=bench.now,
            passage_id=bench.door.passage.passage_id or "",
            details=RegistrationDetails(phone=PHONE, companions=(child,)),
        )
    )

    assert not bench.registrations, "a companion is measured, too"
    bench.nobody_for(1.3)
    bench.steady(NORMAL)
    registration = bench.registrations[0].registration
    assert registration.details.companions == (child,)
    assert registration.notice_version == 1


def test_staff_are_measured_and_never_registered() -> None:
    bench = Bench(new_door(Policy()))

    bench.card("a", STAFF)
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert not bench.registrations
    assert not bench.verdicts[0].registered


def test_a_registration_that_does_not_come_in_time_denies_and_keeps_nothing() -> None:
    bench = waiting()

    bench.wait(120)

    assert verdict(bench) == (Decision.DENY, ("registration_timeout",))
    assert not bench.registrations


def test_a_registration_that_comes_after_its_time_is_refused() -> None:
    bench = waiting()
    bench.now = later(bench.now, 120)

    with pytest.raises(StepRefused) as caught:
        bench.take(given(bench))

    assert caught.value.code == "out_of_turn"
    assert isinstance(bench.door.passage, Registering)  # nothing was done, not even the time-out


def test_a_registration_for_another_passage_is_not_found() -> None:
    bench = waiting()

    with pytest.raises(StepRefused) as caught:
        bench.take(given(bench, passage_id="t-9"))

    assert caught.value.code == "not_found"
    assert isinstance(bench.door.passage, Registering)


def test_a_hall_that_closes_during_the_registration_is_closed() -> None:
    bench = waiting()
    bench.take(PolicyChanged(at=bench.now, policy=mode(HallMode.EMERGENCY)))

    bench.take(given(bench))

    assert verdict(bench) == (Decision.DENY, ("emergency",))
    assert not bench.registrations
