"""One person, one hold (一人一案): two that turn out to be of one person become one.

So it is where somebody nameless was held, and a card or a guard says later who that is.
"""

from __future__ import annotations

from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import HoldClosed, HoldState
from gate_agent.domain import verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import UNDECIDED
from gate_agent.domain.effects import Effects, WriteEvent
from gate_agent.domain.events import HoldStepped
from gate_agent.domain.hold import FOUND_INSIDE, NOT_DECIDED, Hold, next_steps, step_hold
from gate_agent.domain.passage import Idle
from gate_agent.domain.state import DoorState, Step


def joined(door: DoorState, hold: Hold, by: str, at: Moment) -> Step:
    """Let this hold, whose name is sure now, be one with another of the same person, if any.

    What was done for the one counts for the other; the passage that came last is theirs.
    """
    both = [one for one in door.holds if _is_of(one, hold)]
    if hold.person_ref is None or len(both) < 2:  # noqa: PLR2004 this one, and another
        return Step(door)
    kept = max(both, key=_stays)
    place = door.of_hold(hold.hold_id)
    done = Step(door)
    for gone in both:
        if gone is not kept:
            more = _ended(done.door, gone, kept.hold_id, by, at)
            done = done.then(more)
    door = done.door
    if place is None:
        return done
    old = door.of_hold(kept.hold_id)
    if old is not None and old.passage_id != place.passage_id:
        if old is door.passage:
            door = replace(door, passage=Idle(presence=old.presence, last=old))
        door = door.without(old.passage_id)
    theirs = replace(place, hold_id=kept.hold_id)
    door = door.placed(theirs)
    holds = tuple(
        replace(one, passage_id=place.passage_id) if one.hold_id == kept.hold_id else one
        for one in door.holds
    )
    door = replace(door, holds=holds)
    if hold.reason == FOUND_INSIDE:  # that is no passage
        return Step(door, done.effects)
    return Step(door, (*done.effects, WriteEvent(verdict.decided(door, theirs, at))))


def _is_of(one: Hold, hold: Hold) -> bool:
    same = one.person_ref == hold.person_ref and not one.unsure and not one.drill
    return same and one.state in UNDECIDED


def _stays(hold: Hold) -> tuple[bool, bool]:
    """Order two holds: which one stays; of equal ones the older."""
    return hold.state not in NOT_DECIDED, hold.reason != "elevated"


def _ended(door: DoorState, gone: Hold, kept_id: str, by: str, at: Moment) -> Step:
    """End a hold in favour of another, which takes over what was measured and done."""
    kept = next(one for one in door.holds if one.hold_id == kept_id)
    end = HoldClosed(
        hold_id=gone.hold_id,
        outcome=HoldState.CLOSED,
        into=kept_id,
        by=by,
        disinfected=gone.disinfected,
        closed=format_utc(at.utc),
    )
    effects: Effects = (WriteEvent(end),)
    foreheads = [one.surface_centi_c for one in (kept, gone) if one.surface_centi_c is not None]
    kept = replace(kept, surface_centi_c=max(foreheads, default=None))
    for past in gone.steps:
        if past.step in NOT_DECIDED and past.step in next_steps(kept):
            again = HoldStepped(
                at=at,
                hold_id=kept_id,
                step=past.step,
                by=past.by,
                details=StepDetails(contact_centi_c=past.contact_centi_c, note=past.note),
                line_centi_c=past.contact_threshold_centi_c,
            )
            moved, more = step_hold(kept, again, door.policy.hold)
            kept, effects = moved or kept, effects + more
    holds = tuple(
        kept if one.hold_id == kept_id else one for one in door.holds if one.hold_id != gone.hold_id
    )
    return Step(replace(door, holds=holds), effects)
