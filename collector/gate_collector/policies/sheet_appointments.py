"""A sheet of appointments, held against what the office cancelled and moved since. Pure.

Whoever sends the sheet has it from elsewhere, where nobody knows of that: so what was cancelled
stays cancelled, and what was moved stays where it was moved to, unless somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gate_agent.contract.appointments import Appointment, CancelledAppointment, CancelReason
from gate_agent.contract.policy import Policy

_Place = tuple[str, datetime | None]  # whose, from when on


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a sheet makes of the appointments, and what of it the office had changed since."""

    appointments: tuple[Appointment, ...]
    cancelled: tuple[CancelledAppointment, ...]
    cancelled_since: int  # lines of the sheet whose appointment was cancelled
    moved_since: int  # or moved


def place(entry: Appointment | CancelledAppointment) -> _Place:
    """Return whose appointment it is, and when: nobody has two of it."""
    return entry.person_ref, entry.valid_from


def unbooked(
    cancelled: Sequence[CancelledAppointment], appointments: Sequence[Appointment]
) -> tuple[CancelledAppointment, ...]:
    """Return what is cancelled of these: nobody is booked and cancelled at once."""
    booked = set(map(place, appointments))
    return tuple(one for one in cancelled if place(one) not in booked)


def merged(entries: Sequence[Appointment], old: Policy, *, replace: bool, restore: bool) -> Merged:
    """Return what the entries of a sheet make of `old`.

    `replace`: in place of what is there; `restore`: also what was cancelled or moved since is as
    the sheet has it. A code that the office gave stays, where the sheet has none.
    """
    booked = {place(one): one for one in old.appointments}
    in_sheet = set(map(place, entries))
    since = {
        place(one): one for one in unbooked(old.cancelled, old.appointments)
        if place(one) in in_sheet
    }  # fmt: skip
    taken = [
        _with_code(one, booked.get(place(one)))
        for one in entries
        if restore or place(one) not in since
    ]
    gone = set(map(place, taken))
    moved = [one for one in since.values() if one.reason is CancelReason.MOVED]
    there = {place(to) for one in moved for to in _moved_to(one, old, in_sheet)}
    kept = [
        one
        for one in old.appointments
        if place(one) not in gone
        and (not restore or place(one) not in there)
        and (not replace or place(one) in there)
    ]
    appointments = (*kept, *taken)
    return Merged(
        appointments=appointments,
        cancelled=unbooked(old.cancelled, appointments),
        cancelled_since=len(since) - len(moved),
        moved_since=len(moved),
    )


def _with_code(entry: Appointment, before: Appointment | None) -> Appointment:
    if before is None or entry.code_sha256 is not None:
        return entry
    return entry.model_copy(update={"code_sha256": before.code_sha256})


def _moved_to(
    one: CancelledAppointment, old: Policy, in_sheet: set[_Place]
) -> Iterator[Appointment]:
    """Yield the appointment to which one was moved: that of this person which ends with it."""
    theirs = [
        entry
        for entry in old.appointments
        if entry.person_ref == one.person_ref and place(entry) not in in_sheet
    ]
    ends = [entry for entry in theirs if entry.valid_until == one.valid_until]
    yield from ends or theirs
