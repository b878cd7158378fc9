"""Who was taken away (移送) not long ago, once that hold is closed: who is back is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gate_agent.contract.door_told import HoldTold
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Category, HoldState
from gate_agent.domain.hold import Hold

TAKEN = "transferred_earlier"  # why such a person is held
TAKEN_FOR_S = 24 * 3600  # the same day, and a night in the fever clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One closed hold, whose person was taken away."""

    hold_id: str
    person_ref: str
    category: Category
    opened: str
    at_ns: int

    def is_of_late(self, at: Moment) -> bool:
        """Whether somebody who is back is still asked about it."""
        return self.at_ns >= at.plus_s(-TAKEN_FOR_S)

    def told(self) -> HoldTold:
        """Return what the other doors must know of it."""
        return HoldTold(
            hold_id=self.hold_id,
            person_ref=self.person_ref,
            category=self.category,
            reason=TAKEN,
            state=HoldState.TRANSFERRED,
            opened=self.opened,
            closed=True,
        )


def closed(taken: Iterable[Taken], hold: Hold, at: Moment) -> tuple[Taken, ...]:
    """Return who was taken away, once this hold is closed."""
    kept = tuple(one for one in taken if one.is_of_late(at))
    if hold.state is not HoldState.TRANSFERRED or hold.person_ref is None or hold.drill:
        return kept
    new = Taken(
        hold_id=hold.hold_id,
        person_ref=hold.person_ref,
        category=hold.category,
        opened=hold.opened,
        at_ns=at.boot_ns,
    )
    return (*kept, new)


def released(taken: Iterable[Taken], hold: Hold) -> tuple[Taken, ...]:
    """Return who is asked about still, once a person released this hold."""
    if hold.unsure:
        return tuple(taken)
    return tuple(one for one in taken if one.person_ref != hold.person_ref)
