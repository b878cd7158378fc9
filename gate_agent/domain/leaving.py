"""Who leaves the hall (离场): recorded, counted; who was to stay rings."""

from __future__ import annotations

from gate_agent.contract.leaving_records import ExitMeans, PersonLeft
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.domain.desk import UNDECIDED
from gate_agent.domain.effects import CallGuard, Effects, Note, StepRefused, WriteEvent
from gate_agent.domain.events import DeparturesTold, ExitSeen
from gate_agent.domain.hold import FOUND_INSIDE, Hold
from gate_agent.domain.inside import Entered, Inside
from gate_agent.domain.passage import SAME_CARD_S
from gate_agent.domain.state import DoorState, Step

MOST_AT_ONCE = 50


def on_exit(door: DoorState, event: ExitSeen) -> Step:
    """An exit device (出口) saw somebody leave; the same card again so soon is no other person."""
    at, newest = event.at, door.inside.newest_left
    again = newest is not None and newest[0] == event.person_ref
    if again and newest and at.boot_ns < newest[1] + SAME_CARD_S * NS_PER_S:
        return Step(door, (Note("same_card_at_exit"),))
    held = [
        hold
        for hold in door.holds
        if hold.person_ref is not None
        and hold.person_ref == event.person_ref
        and hold.state in UNDECIDED
    ]
    known = door.inside.of(event.person_ref)
    record = _left(known, person_ref=event.person_ref, means=event.means, at=at)
    if held:
        record = record.model_copy(update={"hold_id": held[-1].hold_id})
    rings: Effects = tuple(CallGuard(hold.hold_id) for hold in held[-1:])
    return Step(door, (*rings, WriteEvent(record)))


def went(inside: Inside, hold: Hold, by: str, at: Moment) -> Effects:
    """Tell that who was held is inside no more: taken away, or gone; who never went in, nothing.

    Whom nobody named, and who was found ill inside, is counted.
    """
    known = inside.of(hold.person_ref)
    if hold.drill or (known is None and hold.reason != FOUND_INSIDE):
        return ()
    record = _left(known, person_ref=hold.person_ref, means=ExitMeans.GUARD, at=at)
    return (WriteEvent(record.model_copy(update={"by": by})),)


def _left(
    known: Entered | None, *, person_ref: str | None, means: ExitMeans, at: Moment
) -> PersonLeft:
    return PersonLeft(
        person_ref=person_ref,
        means=means,
        at=format_utc(at.utc),
        entered=None if known is None else known.since,
        inside_s=None if known is None else round(known.inside_s(at), 1),
    )


def on_departures(door: DoorState, event: DeparturesTold) -> Step:
    """A guard saw so many leave (离场), whoever they were."""
    if not event.by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    if not 1 <= event.count <= MOST_AT_ONCE:
        raise StepRefused("invalid", f"1 to {MOST_AT_ONCE}", str(event.count))
    record = PersonLeft(
        person_ref=None,
        count=event.count,
        means=ExitMeans.GUARD,
        at=format_utc(event.at.utc),
        by=event.by,
    )
    return Step(door, (WriteEvent(record),))
