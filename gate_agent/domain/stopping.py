"""What stops somebody before anything is measured: a hold of theirs, here or at another door.

And whom an ambulance took away (移送) not long ago, who is back: a person decides about that.
"""

from __future__ import annotations

from dataclasses import dataclass

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import HoldState
from gate_agent.domain import hall
from gate_agent.domain.hold import NOT_DECIDED
from gate_agent.domain.neighbours import HERE
from gate_agent.domain.state import DoorState
from gate_agent.domain.taken import TAKEN

_HERE = "a hold that stands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why somebody is stopped: what a hold here is for, what is shown, and by what."""

    reason: str
    shown: str
    by: str  # in a refusal


def stopped_by(door: DoorState, person: Person | None, at: Moment) -> Stop | None:
    """Return what stops this person now; None where nothing does."""
    standing = hall.standing_hold(door.holds, person)
    if standing is not None:
        if standing.state is HoldState.TRANSFERRED:
            return Stop(reason=TAKEN, shown=TAKEN, by=_HERE)
        return Stop(reason=standing.reason, shown="open_hold", by=_HERE)
    other = door.held_elsewhere(person)
    if other is not None:
        there, held = other
        shown = TAKEN if held.state == HoldState.TRANSFERRED else "held_elsewhere"
        # whom only a forehead flagged there, the contact thermometer clears; else a person decides
        reason = held.reason if held.state in NOT_DECIDED else shown
        return Stop(reason=reason, shown=shown, by=f"one held at {there.name}")
    if was_taken(door, person, at):
        return Stop(reason=TAKEN, shown=TAKEN, by="one who was taken away")
    return None


def was_taken(door: DoorState, person: Person | None, at: Moment) -> bool:
    """Whether this person was taken away from here of late, and nobody found them well since."""
    if person is None:
        return False
    freed = frozenset[tuple[str, str]]().union(*(one.freed for one in door.neighbours))
    return any(
        one.person_ref == person.person_ref
        and one.is_of_late(at)
        and (HERE, one.hold_id) not in freed
        for one in door.taken
    )
