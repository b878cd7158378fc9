"""Who is in the long lists of a policy is looked up: 50,000 appointments cost what one does."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable
from hashlib import sha256

from domain.benches import NOON, mode, somebody
from gate_agent.contract.appointments import Appointment, CancelledAppointment, CancelReason
from gate_agent.contract.entries import entries
from gate_agent.contract.policy import HallMode, Policy, RosterEntry
from gate_agent.domain import hall
from gate_agent.domain.passage import Attempt

A, B, CODE = "a" * 64, "b" * 64, "c" * 64


def _digest(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def _asked(people: int) -> list[Callable[[], object]]:
    """Return all that is asked of a policy's lists, of which each has so many others."""
    others = [_digest(number) for number in range(people)]
    green = Appointment(person_ref=A, green_channel=True, code_sha256=CODE)
    appointments = (*(Appointment(person_ref=ref, code_sha256=ref) for ref in others), green)
    gone = CancelledAppointment(person_ref=B, code_sha256=B, reason=CancelReason.BY_HALL)
    cancelled = tuple(
        gone.model_copy(update={"person_ref": ref, "code_sha256": ref}) for ref in others
    )
    roster = tuple(RosterEntry(person_ref=ref) for ref in others)
    lists = {"appointments": appointments, "cancelled": (*cancelled, gone), "roster": roster}
    open_, closed = mode(HallMode.APPOINTMENT, **lists), mode(HallMode.CLOSED, **lists)
    here = Attempt(passage_id="t-1", started=NOON, person=somebody("a"))
    other = somebody("b")
    return [
        lambda: hall.is_green(open_, here, NOON.utc) or 1 / 0,
        lambda: hall.is_booked_by_code(open_, CODE, NOON.utc) or 1 / 0,
        lambda: hall.refusal(open_, other, NOON.utc) == "cancelled_by_hall" or 1 / 0,
        lambda: hall.cancelled_code(open_, B, NOON.utc) or 1 / 0,
        lambda: hall.refusal(closed, other, NOON.utc) == "hall_closed" or 1 / 0,
    ]


def _longest_s(asked: Callable[[], object]) -> float:
    asked()  # the lists are made
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        asked()
        best = min(best, time.perf_counter() - began)
    return best


def test_a_long_list_costs_no_more_than_a_short_one() -> None:
    for long in _asked(50_000):
        assert _longest_s(long) < 0.0005  # it was 14 ms, and more


def test_a_changed_policy_has_lists_of_its_own() -> None:
    policy = Policy(appointments=(Appointment(person_ref=A),))
    assert A in entries(policy).appointments

    changed = policy.model_copy(update={"appointments": (Appointment(person_ref=B),)})

    assert list(entries(changed).appointments) == [B]
    assert list(entries(policy).appointments) == [A]


def test_who_is_booked_twice_is_booked_by_either() -> None:
    early = Appointment(person_ref=A, valid_until=NOON.utc.replace(year=2025))
    policy = mode(HallMode.APPOINTMENT, appointments=(early, Appointment(person_ref=A)))

    assert hall.refusal(policy, somebody("a"), NOON.utc) is None


def test_no_policy_before_the_last_two_is_kept() -> None:
    policy = Policy()
    entries(policy)
    gone = weakref.ref(policy)
    del policy
    for _ in range(2):
        entries(Policy())
    gc.collect()

    assert gone() is None
