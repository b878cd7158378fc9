"""The machine as it was before both doors acted as one and a spot was never blind, rule by rule."""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.door import (
    DeparturesTold,
    DoorEvent,
    DoorState,
    FoundInside,
    HandMeasured,
    HoldStepped,
    OtherDoorHeard,
    PassagesInterrupted,
    PersonIdentified,
    ReadingTaken,
    Step,
    TimePassed,
    step,
)
from gate_agent.domain.effects import FindContacts
from gate_agent.domain.passage import Identified, Idle, Measuring, Registering, Settled


def first_verdict_stands(door: DoorState, event: DoorEvent) -> Step:
    """Evidence after the first verdict is not looked at."""
    spot = door.passage
    if (
        isinstance(event, ReadingTaken)
        and not isinstance(spot, Measuring | Identified)
        and door.profile.sees_skin(event.reading)
        and not spot.presence.is_gone(event.at)
    ):
        cold = replace(event.reading, surface_centi_c=door.profile.skin_low)
        return step(door, replace(event, reading=cold))
    return step(door, event)


def blind_while_registering(door: DoorState, event: DoorEvent) -> Step:
    """While somebody's phone is asked for, nobody else is measured."""
    places = (door.passage, *door.desk)
    if isinstance(event, ReadingTaken) and any(isinstance(one, Registering) for one in places):
        return step(door, TimePassed(at=event.at))
    return step(door, event)


def released_is_flagged_again(door: DoorState, event: DoorEvent) -> Step:
    """A release ends the hold and nothing else: the passage does not go on, and nobody is known."""
    door = replace(
        door, cleared=(), neighbours=tuple(replace(n, cleared=()) for n in door.neighbours)
    )
    held = door.find(event.passage_id) if isinstance(event, HandMeasured) else None
    done = step(door, event)
    if not (isinstance(held, Settled) and held.decision is Decision.HOLD):
        return done
    released = any(
        hold.hold_id == held.hold_id and hold.state is HoldState.RELEASED
        for hold in done.door.holds
    )
    if not released:
        return done
    state = door.passage
    gone = door.without(held.passage_id)
    if state is held:
        gone = replace(gone, passage=Idle(presence=state.presence))
    after = replace(gone, holds=done.door.holds, memory=done.door.memory)
    return Step(after, done.effects[:3])  # the three steps of the hold


def holds_stay_at_their_door(door: DoorState, event: DoorEvent) -> Step:
    """What the other door tells is not heard."""
    if isinstance(event, OtherDoorHeard):
        return step(door, replace(event, told=None))
    return step(door, event)


def _held_nameless(door: DoorState, at: Moment) -> Settled | None:
    """Return who stands flagged and nameless at the spot."""
    spot = door.passage
    if isinstance(spot, Settled) and spot.decision is Decision.HOLD and spot.person is None:
        return None if spot.presence.is_gone(at) else spot
    return None


def holds_stay_nameless(door: DoorState, event: DoorEvent) -> Step:
    """The card of a held person changes the door's memory alone."""
    spot = _held_nameless(door, event.at)
    if isinstance(event, PersonIdentified) and spot is not None:
        late = step(door, TimePassed(at=event.at))
        if late.door.passage is spot:
            return Step(
                replace(late.door, passage=replace(spot, person=event.person)), late.effects
            )
    return step(door, event)


def any_card_names_surely(door: DoorState, event: DoorEvent) -> Step:
    """A card that comes while somebody flagged stands nameless at the spot is surely theirs."""
    spot = _held_nameless(door, event.at)
    if isinstance(event, PersonIdentified) and spot is not None:
        event = replace(event, passage_id=spot.passage_id)
    return step(door, event)


def restart_forgets_who_waits(door: DoorState, event: DoorEvent) -> Step:
    """Who waited when the daemon ended is known to nobody afterwards."""
    if isinstance(event, PassagesInterrupted):
        return step(door, TimePassed(at=event.at))
    return step(door, event)


def whoever_comes_laid_the_card(door: DoorState, event: DoorEvent) -> Step:
    """Who was at the spot a moment ago has nobody behind."""
    return step(replace(door, seen=None), event)


def a_no_is_forgotten(door: DoorState, event: DoorEvent) -> Step:
    """A card that a guard said is another's may name that person again."""
    if isinstance(event, PersonIdentified):
        spot, none = door.passage, frozenset[str]()
        if not isinstance(spot, Idle):
            spot = replace(spot, not_theirs=none)
        elif spot.last is not None:
            spot = replace(spot, last=replace(spot.last, not_theirs=none))
        desk = tuple(replace(one, not_theirs=none) for one in door.desk)
        door = replace(door, passage=spot, desk=desk)
    return step(door, event)


def a_drill_finds_contacts(door: DoorState, event: DoorEvent) -> Step:
    """Who passed near a drill is proposed as a contact, as near a fever."""
    done = step(door, event)
    drills = {hold.hold_id for hold in door.holds if hold.drill}
    if isinstance(event, HoldStepped) and event.hold_id in drills:
        return Step(done.door, (*done.effects, FindContacts(event.hold_id)))
    return done


def departures_are_nobodys(door: DoorState, event: DoorEvent) -> Step:
    """How many left is not recorded."""
    return (
        step(door, TimePassed(at=event.at))
        if isinstance(event, DeparturesTold)
        else step(door, event)
    )


def nobody_is_found_inside(door: DoorState, event: DoorEvent) -> Step:
    """Who falls ill inside is nobody's business."""
    return Step(door) if isinstance(event, FoundInside) else step(door, event)
