"""What an order changes of the appointments (取消、改期、发码): the part of the next policy. Pure.

An order names appointments as they stood. The policy that it starts from must have each of them;
a version that waits for its time is changed as far as it has them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.appointments import Appointment, CancelledAppointment, CancelReason
from gate_agent.contract.policy import Policy
from gate_agent.errors import AskedInVain
from gate_collector.appointments.booked import key_of
from gate_collector.policies.sheet_appointments import unbooked
from gate_collector.policies.sheets import check_quota


class Gone(AskedInVain):
    """An appointment is not as it was; `code` says why in a word."""


@dataclass(slots=True, kw_only=True)
class _Order:
    """An order of some appointments; the first policy that it is asked of must have them all."""

    keys: Collection[str]
    _begun: bool = field(default=False, init=False)

    def _named(self, old: Policy) -> dict[str, Appointment]:
        named = {key: one for one in old.appointments if (key := key_of(one)) in self.keys}
        if not self._begun and (missing := len(set(self.keys) - named.keys())):
            expected = f"{len(set(self.keys))} appointments as they were"
            raise Gone("changed", f"expected {expected}, got {missing} that are others now")
        self._begun = True
        return named


@dataclass(slots=True, kw_only=True)
class Cancel(_Order):
    """Let these book nobody any more, and say at the door why until their time is over."""

    reason: CancelReason
    now: datetime

    def __call__(self, old: Policy) -> dict[str, Any]:
        """Return the part of the document that this sets. Raises Gone."""
        named = self._named(old)
        gone = {(one.person_ref, one.valid_from) for one in named.values()}
        kept = [
            one
            for one in old.cancelled
            if (one.valid_until is None or one.valid_until >= self.now)
            and (one.person_ref, one.valid_from) not in gone
        ]
        new = [
            CancelledAppointment(
                person_ref=one.person_ref, valid_from=one.valid_from,
                valid_until=one.valid_until, code_sha256=one.code_sha256, reason=self.reason,
            )
            for one in named.values()
        ]  # fmt: skip
        stay = [one for one in old.appointments if key_of(one) not in named]
        return {"appointments": _plain(stay), "cancelled": _plain([*kept, *new])}


@dataclass(slots=True, kw_only=True)
class Move(_Order):
    """Let one appointment hold at another time, by the same card and the same code."""

    begins: datetime
    ends: datetime
    zone: ZoneInfo

    def __call__(self, old: Policy) -> dict[str, Any]:
        """Return the part of the document that this sets. Raises Gone, PolicyFault."""
        named = self._named(old)
        times = {"valid_from": self.begins, "valid_until": self.ends}
        moved = tuple(
            one.model_copy(update=times) if key_of(one) in named else one
            for one in old.appointments
        )
        places = [(one.person_ref, one.valid_from) for one in moved]
        if len(places) != len(set(places)):
            raise Gone("booked_then", "expected a time that is free of this person's, got theirs")
        check_quota(moved, old.quotas, self.zone)
        cancelled = [*old.cancelled, *map(self._marked, named.values())]
        again = [self._goes_on(one, {it.person_ref for it in named.values()}) for one in cancelled]
        return {"appointments": _plain(moved), "cancelled": _plain(unbooked(again, moved))}

    def _marked(self, one: Appointment) -> CancelledAppointment:
        """Return what tells that this time books nobody any more; the code goes along."""
        return CancelledAppointment(
            person_ref=one.person_ref, valid_from=one.valid_from, valid_until=self.ends,
            reason=CancelReason.MOVED,
        )  # fmt: skip

    def _goes_on(self, one: CancelledAppointment, moved: Collection[str]) -> CancelledAppointment:
        """Return it with the end of where it was moved to now, if it was moved before."""
        is_it = one.reason is CancelReason.MOVED and one.person_ref in moved
        return one.model_copy(update={"valid_until": self.ends}) if is_it else one


@dataclass(slots=True, kw_only=True)
class GiveCodes(_Order):
    """Give these appointments codes, by their keys; one that has a code has another then."""

    digests: Mapping[str, str]

    def __call__(self, old: Policy) -> dict[str, Any]:
        """Return the part of the document that this sets. Raises Gone."""
        named = self._named(old)
        given = [
            one.model_copy(update={"code_sha256": self.digests[key]})
            if (key := key_of(one)) in named
            else one
            for one in old.appointments
        ]
        return {"appointments": _plain(given)}


def _plain(entries: Collection[Appointment] | Collection[CancelledAppointment]) -> list[Any]:
    return [one.model_dump(mode="json") for one in entries]
