"""Who may enter the hall (大厅): its mode, the roster, appointments; and who is still held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gate_agent.contract.appointments import Appointment, CancelledAppointment, CancelReason
from gate_agent.contract.entries import entries
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.policy import HallMode, KnownPhone, PhoneRule, Policy
from gate_agent.contract.records import Category, HoldState
from gate_agent.domain.hold import Hold
from gate_agent.domain.passage import Attempt

GONE = (HoldState.LEFT, HoldState.TRANSFERRED)
"""The person of such a hold is not here any more; who comes back gets another."""
NO_APPOINTMENT, CANCELLED = "no_appointment", "cancelled_"  # and why: reasons of a denial


def refusal(
    policy: Policy,
    person: Person,
    utc: datetime,
    *,
    is_booked: bool = False,
    cancelled: CancelReason | None = None,
) -> str | None:
    """Return why this person may not enter now (a reason code), None if nothing is against it.

    `is_booked`: an appointment's code was shown, or a guard says so; `cancelled`: a code of none.

    `utc` is held against the times of appointments only: those are times of people's clocks.
    """
    match policy.hall_mode:
        case HallMode.EMERGENCY:
            return "emergency"
        case HallMode.CLOSED:
            theirs = entries(policy).roster.get(person.person_ref, ())
            on_duty = any(entry.on_duty for entry in theirs)
            return None if on_duty else "hall_closed"
        case HallMode.APPOINTMENT:
            booked = (
                is_booked
                or person.category is Category.STAFF
                or any(
                    _is_valid(entry, utc)
                    for entry in entries(policy).appointments.get(person.person_ref, ())
                )
            )
            if booked:
                return None
            gone = entries(policy).cancelled.get(person.person_ref, ())
            why = cancelled or _cancelled(gone, utc)
            return NO_APPOINTMENT if why is None else f"{CANCELLED}{why}"
        case HallMode.OPEN:
            return None


def is_green(policy: Policy, attempt: Attempt, utc: datetime) -> bool:
    """Whether this person comes by the green channel (绿色通道): by list, or a guard's word."""
    if attempt.is_green or attempt.person is None:
        return attempt.is_green
    theirs = entries(policy).appointments.get(attempt.person.person_ref, ())
    return any(entry.green_channel and _is_valid(entry, utc) for entry in theirs)


def is_unbooked(reasons: Iterable[str]) -> bool:
    """Whether somebody was turned away for nothing but an appointment."""
    return any(one == NO_APPOINTMENT or one.startswith(CANCELLED) for one in reasons)


def is_booked_by_code(policy: Policy, code_sha256: str | None, utc: datetime) -> bool:
    """Whether a code that was shown is that of an appointment of now."""
    return code_sha256 is not None and any(
        _is_valid(entry, utc) for entry in entries(policy).codes.get(code_sha256, ())
    )


def cancelled_code(policy: Policy, code_sha256: str | None, utc: datetime) -> CancelReason | None:
    """Return why a code that was shown books nobody any more; None where it was not cancelled."""
    if code_sha256 is None:
        return None
    return _cancelled(entries(policy).cancelled_codes.get(code_sha256, ()), utc)


def _cancelled(theirs: Iterable[CancelledAppointment], utc: datetime) -> CancelReason | None:
    """Return why one person's or code's appointment was cancelled last, if it was."""
    reasons = [one.reason for one in theirs if one.valid_until is None or one.valid_until >= utc]
    return reasons[-1] if reasons else None


def is_registered_here(person: Person | None) -> bool:
    """Whether an admission or a hold of this person is registered (实名登记): visitors are."""
    return person is not None and person.category is Category.VISITOR


def needs_phone(policy: Policy, person: Person) -> bool:
    """Whether this person is admitted with a mobile number only."""
    return policy.registration.phone is PhoneRule.REQUIRED and is_registered_here(person)


def waits_for_registration(policy: Policy, person: Person, phone: Secret | None) -> bool:
    """Whether the decision has to wait for the guard: to type the phone, or to confirm it."""
    trusted = phone is not None and policy.registration.known_phone is KnownPhone.TRUST
    return needs_phone(policy, person) and not trusted


def standing_hold(holds: Iterable[Hold], person: Person | None) -> Hold | None:
    """Return the hold this person was not released from, newest first; None if free to go on.

    A cooler skin a minute later is no release: only the steps of the hold are. One that has its
    name by a card that may be another's stops both, and releases neither.
    """
    return None if person is None else standing_hold_of(holds, person.person_ref)


def standing_hold_of(holds: Iterable[Hold], person_ref: str | None) -> Hold | None:
    """Return the same for who is known by reference alone; nobody is held under no name."""
    if person_ref is None:
        return None
    released = False
    for hold in reversed(tuple(holds)):
        if hold.person_ref != person_ref:
            continue
        if hold.state is HoldState.RELEASED:
            released = released or not hold.unsure
        elif not (released and (hold.state in GONE or hold.unsure)):  # a later release clears those
            return hold
    return None


def _is_valid(appointment: Appointment, utc: datetime) -> bool:
    begun = appointment.valid_from is None or appointment.valid_from <= utc
    over = appointment.valid_until is not None and appointment.valid_until < utc
    return begun and not over
