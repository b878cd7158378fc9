"""The green channel (绿色通道) and an appointment on the spot: let by, and measured as anybody."""

from __future__ import annotations

import pytest

from domain.benches import FEVER, NOON, NORMAL, PHONE, Bench, mode, new_door, verdict
from gate_agent.contract.appointments import Appointment
from gate_agent.contract.opening import GREEN_CHANNEL
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import AppointmentMade, Decision, PassageMarked
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import AppointmentGiven, CodeShown, GreenGiven, RegistrationGiven
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Registering

ON_THE_LIST = (
    Appointment(person_ref="a" * 64, green_channel=True),
    Appointment(person_ref="c" * 64, green_channel=True, valid_until=NOON.utc.replace(year=2025)),
)
BY_APPOINTMENT = mode(HallMode.APPOINTMENT, appointments=ON_THE_LIST)


def here(bench: Bench) -> str:
    return bench.door.passage.passage_id or ""


def marks(bench: Bench, reason: str | None = "老年人", passage_id: str | None = None) -> None:
    about = passage_id or here(bench)
    bench.take(GreenGiven(at=bench.now, passage_id=about, reason=reason, by="guard-1"))


def books(bench: Bench) -> None:
    bench.take(AppointmentGiven(at=bench.now, passage_id=here(bench), by="guard-1"))


@pytest.mark.parametrize("letter", ["a", "b", "c"])
def test_who_is_on_the_list_is_marked_in_the_verdict_and_nobody_else(letter: str) -> None:
    bench = Bench(new_door(mode(HallMode.OPEN, appointments=ON_THE_LIST)))
    bench.card(letter)
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].green_channel is (letter == "a")


def test_who_is_turned_away_for_an_appointment_goes_on_by_the_green_channel() -> None:
    bench = Bench(new_door(BY_APPOINTMENT))
    bench.card("b")
    bench.steady(NORMAL)
    assert verdict(bench) == (Decision.DENY, ("no_appointment",))

    marks(bench)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].green_channel
    assert len(bench.registrations) == 1
    (record,) = [one for one in bench.records if isinstance(one, PassageMarked)]
    assert (record.green_channel, record.reason, record.by) == (True, "老年人", "guard-1")


def test_a_walk_in_is_booked_by_the_guard_once_and_goes_on_to_the_registration() -> None:
    bench = Bench(new_door(Policy(hall_mode=HallMode.APPOINTMENT)))
    bench.card("b")
    bench.steady(NORMAL)

    books(bench)

    assert isinstance(bench.door.passage, Registering)
    (record,) = [one for one in bench.records if isinstance(one, AppointmentMade)]
    assert (record.person_ref, record.by) == ("b" * 64, "guard-1")
    with pytest.raises(StepRefused):
        books(bench)
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=here(bench), details=details))
    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].green_channel is False


def test_a_mark_given_before_the_verdict_counts_and_is_taken_back_while_they_wait() -> None:
    bench = Bench(new_door(mode(HallMode.APPOINTMENT)))
    bench.read(NORMAL, NORMAL)
    marks(bench)
    marks(bench, None)
    marks(bench)
    bench.steady(NORMAL)
    bench.card("b")

    assert verdict(bench) == (Decision.ADMIT, ())


@pytest.mark.parametrize("hall_mode", [HallMode.EMERGENCY, HallMode.CLOSED])
def test_a_hall_that_is_closed_is_closed_to_the_green_channel_too(hall_mode: HallMode) -> None:
    bench = Bench(new_door(mode(hall_mode, appointments=ON_THE_LIST)))
    bench.read(NORMAL)
    marks(bench)
    bench.card("a")
    bench.steady(NORMAL)

    assert verdict(bench)[0] is Decision.DENY


def test_a_fever_is_held_whoever_it_is() -> None:
    bench = Bench(new_door(BY_APPOINTMENT))
    bench.card("a")
    bench.steady(FEVER)

    assert verdict(bench) == (Decision.HOLD, ("elevated",))
    assert bench.verdicts[-1].green_channel


def test_the_own_purpose_is_for_who_comes_by_it_alone() -> None:
    details = RegistrationDetails(phone=PHONE, purpose=GREEN_CHANNEL)
    for letter, allowed in (("a", True), ("b", False)):
        bench = Bench(new_door(Policy(appointments=ON_THE_LIST)))
        bench.card(letter)
        bench.steady(NORMAL)
        given = RegistrationGiven(at=bench.now, passage_id=here(bench), details=details)
        if allowed:
            bench.take(given)
            assert bench.registrations[0].registration.details.purpose == GREEN_CHANNEL
        else:
            with pytest.raises(StepRefused):
                bench.take(given)


def test_a_code_at_the_desk_is_of_who_goes_first() -> None:
    bench = Bench(new_door(Policy(appointments=ON_THE_LIST)))
    for letter in ("b", "a"):
        bench.card(letter)
        bench.steady(NORMAL)
        bench.nobody_for(1.5)
    bench.steady(NORMAL)
    bench.nobody_for(30)
    bench.take(CodeShown(at=bench.now, phone=PHONE))

    known = {one.person.person_ref[0] for one in bench.door.desk if one.person and one.known_phone}
    assert known == {"a"}


@pytest.mark.parametrize(("reason", "by"), [("", "guard-1"), ("老年人", " "), (None, "guard-1")])
def test_a_mark_needs_a_reason_and_a_guard_and_only_one_that_is_there_is_taken_back(
    reason: str | None, by: str
) -> None:
    bench = Bench()
    bench.read(NORMAL)
    with pytest.raises(StepRefused):
        bench.take(GreenGiven(at=bench.now, passage_id=here(bench), reason=reason, by=by))


def test_nobody_is_booked_where_none_is_needed_nor_without_a_name() -> None:
    for policy, letter in ((mode(HallMode.OPEN), "b"), (BY_APPOINTMENT, "a"), (BY_APPOINTMENT, "")):
        bench = Bench(new_door(policy))
        if letter:
            bench.card(letter)
        bench.read(NORMAL)
        with pytest.raises(StepRefused):
            books(bench)
