"""Finds who is in the long lists of a policy (花名册, 预约, 已取消): looked up, never searched.

A province's policy has 50,000 appointments, and each verdict and each picture of a screen asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from gate_agent.contract.appointments import Appointment, CancelledAppointment
    from gate_agent.contract.policy import Policy, RosterEntry


_E = TypeVar("_E")


@dataclass(frozen=True, eq=False)
class Entries:
    """The lists of one policy, each by what it is asked for; made when it is asked first."""

    policy: Policy

    @cached_property
    def roster(self) -> Mapping[str, list[RosterEntry]]:
        """花名册, by person."""
        return _by(lambda one: one.person_ref, self.policy.roster)

    @cached_property
    def appointments(self) -> Mapping[str, list[Appointment]]:
        """预约, by person."""
        return _by(lambda one: one.person_ref, self.policy.appointments)

    @cached_property
    def codes(self) -> Mapping[str, list[Appointment]]:
        """预约, by code."""
        return _by(lambda one: one.code_sha256, self.policy.appointments)

    @cached_property
    def cancelled(self) -> Mapping[str, list[CancelledAppointment]]:
        """已取消的预约, by person."""
        return _by(lambda one: one.person_ref, self.policy.cancelled)

    @cached_property
    def cancelled_codes(self) -> Mapping[str, list[CancelledAppointment]]:
        """已取消的预约, by code."""
        return _by(lambda one: one.code_sha256, self.policy.cancelled)


def entries(policy: Policy) -> Entries:
    """Return the lists of this very policy; another object, however like it, has its own."""
    return _entries(_Same(policy))


@dataclass(frozen=True, eq=False)
class _Same:
    """A policy as a key: by which object it is. To compare 50,000 entries is what is spared."""

    policy: Policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policy is self.policy

    def __hash__(self) -> int:
        return id(self.policy)


@lru_cache(maxsize=2)  # the one in force, and the one before: a policy is large
def _entries(key: _Same) -> Entries:
    return Entries(key.policy)


def _by(key: Callable[[_E], str | None], listed: Iterable[_E]) -> Mapping[str, list[_E]]:
    """Return the entries by a key of theirs; who has none is in no list."""
    theirs: dict[str, list[_E]] = defaultdict(list)
    for entry in listed:
        if (name := key(entry)) is not None:
            theirs[name].append(entry)
    return dict(theirs)
