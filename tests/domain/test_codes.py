"""What a visitor's code says, and what it is worth at the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.benches import NOON, NORMAL, Bench, mode, new_door, somebody, verdict
from gate_agent.contract.appointments import (
    Appointment,
    CancelledAppointment,
    CancelReason,
)
from gate_agent.contract.codes import code_digest
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import Decision
from gate_agent.domain.codes import read_code
from gate_agent.domain.hall import refusal

CODE = "7F3K9Q2MX4"
HOUR = timedelta(hours=1)


def booked(*, valid_until: bool = False) -> Appointment:
    until = NOON.utc - HOUR if valid_until else None
    return Appointment(person_ref="f" * 64, code_sha256=code_digest(CODE), valid_until=until)


def shows(bench: Bench, text: str) -> None:
    event = read_code(text, bench.now)
    assert event is not None
    bench.take(event)


def test_a_registration_code_carries_a_phone_that_is_checked() -> None:
    event = read_code("GATE-R:13800138000", NOON)

    assert event is not None
    assert event.phone is not None
    assert event.phone.reveal() == "+8613800138000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "GATE-R:12345678901",
        "GATE-R:",
        "GATE-A:short",
        "GATE-A:7F3K9Q2MX4 ",
        "WIFI:S:x",
    ],
)
def test_a_code_that_is_not_ours_is_none(text: str) -> None:
    assert read_code(text, NOON) is None


def test_who_shows_the_code_of_an_appointment_may_enter() -> None:
    bench = Bench(new_door(mode(HallMode.APPOINTMENT, appointments=(booked(),))))
    bench.card("a")

    shows(bench, f"GATE-A:{CODE}")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())


@pytest.mark.parametrize(
    ("code", "late"), [("7F3K9Q2MX5", False), (CODE, True)], ids=["another", "over"]
)
def test_another_code_or_one_of_another_time_books_nobody(code: str, late: bool) -> None:  # noqa: FBT001
    appointments = (booked(valid_until=late),)
    bench = Bench(new_door(mode(HallMode.APPOINTMENT, appointments=appointments)))
    bench.card("a")

    shows(bench, f"GATE-A:{code}")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.DENY, ("no_appointment",))


def test_a_code_shown_to_nobody_stays_with_nobody() -> None:
    bench = Bench(new_door(mode(HallMode.APPOINTMENT, appointments=(booked(),))))
    shows(bench, f"GATE-A:{CODE}")

    bench.card("a")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.DENY, ("no_appointment",))


def test_the_phone_of_a_code_outlives_the_card_laid_after_it() -> None:
    bench = Bench()
    bench.read(NORMAL, NORMAL)
    shows(bench, "GATE-R:13800138000")
    bench.card("a")

    bench.steady(NORMAL)

    phone = bench.registrations[0].registration.details.phone
    assert phone is not None
    assert phone.reveal() == "+8613800138000"


@pytest.mark.parametrize("reason", CancelReason)
@pytest.mark.parametrize("by_code", [True, False])
def test_a_cancelled_appointment_is_turned_away_with_its_reason(
    reason: CancelReason,
    by_code: bool,  # noqa: FBT001
) -> None:
    code = code_digest(CODE) if by_code else None
    person_ref = "f" * 64 if by_code else "a" * 64
    gone = CancelledAppointment(
        person_ref=person_ref, code_sha256=code, valid_until=NOON.utc + HOUR, reason=reason
    )
    bench = Bench(new_door(mode(HallMode.APPOINTMENT, cancelled=(gone,))))
    bench.card("a")

    if by_code:
        shows(bench, f"GATE-A:{CODE}")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.DENY, (f"cancelled_{reason}",))


def test_who_was_moved_comes_at_the_new_time_and_a_cancellation_ends_with_its_time() -> None:
    now = Appointment(person_ref="f" * 64, code_sha256=code_digest(CODE), valid_from=NOON.utc)
    gone = CancelledAppointment(
        person_ref="f" * 64, valid_until=NOON.utc - HOUR, reason=CancelReason.BY_VISITOR
    )
    policy = mode(HallMode.APPOINTMENT, appointments=(now,), cancelled=(gone,))
    bench = Bench(new_door(policy))
    bench.card("a")

    shows(bench, f"GATE-A:{CODE}")
    bench.steady(NORMAL)

    assert verdict(bench) == (Decision.ADMIT, ())
    assert refusal(policy, somebody("f"), NOON.utc - HOUR * 2) == "cancelled_by_visitor"
    assert refusal(policy, somebody("f"), NOON.utc - HOUR / 2) == "no_appointment"
