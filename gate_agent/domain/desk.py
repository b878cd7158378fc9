"""The desk (等候台): who is measured and waits, while the spot is free for the next."""

from __future__ import annotations

from typing import TypeVar

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.changed import replace
from gate_agent.domain.passage import (
    EARLY_S,
    NOBODY,
    Attempt,
    Gathering,
    Identified,
    Idle,
    Measured,
    Measuring,
    PassageState,
    Registering,
    Settled,
    Waiting,
    is_anothers,
    is_held,
)
from gate_agent.domain.state import DoorState

_Named = TypeVar("_Named", Identified, Measuring, Measured)
UNDECIDED = (
    HoldState.FLAGGED,
    HoldState.ACKNOWLEDGED,
    HoldState.RECHECKED,
    HoldState.CONFIRMED,
    HoldState.REPORTED,
)
"""A hold in these keeps the passage that it stopped: it may still go on."""


def waits(door: DoorState, state: PassageState) -> bool:
    """Whether this passage still waits for something, wherever its person stands."""
    match state:
        case Identified() | Measured() | Registering() | Gathering():
            return True
        case Settled(decision=Decision.HOLD):
            return any(
                hold.hold_id == state.hold_id and hold.state in UNDECIDED for hold in door.holds
            )
        case Settled():
            return state.waits_for_hand
        case _:
            return False


def set_aside(door: DoorState) -> DoorState:
    """Free the spot: who waits goes to the desk, behind the others; one hold has one place."""
    state = door.passage
    is_kept = isinstance(state, Settled) and state.kept_ns > 0
    if isinstance(state, Idle) or not (is_kept or waits(door, state)):
        return replace(door, passage=Idle())
    assert isinstance(state, Waiting)  # noqa: S101 they wait
    kept = door.desk
    if isinstance(state, Settled) and state.hold_id is not None:
        kept = tuple(
            place
            for place in kept
            if not (isinstance(place, Settled) and place.hold_id == state.hold_id)
        )
    desk = (*kept, replace(state, presence=NOBODY))
    return replace(door, passage=Idle(), desk=desk)


def freed(door: DoorState, at: Moment) -> DoorState:
    """Let the spot go: to the card that came early, else to nobody.

    Who still stands there, and waits for nothing, stays known as who was seen last.
    """
    state = door.passage
    present = not state.presence.is_gone(at)
    held = is_held(state)
    if present and isinstance(state, Settled) and not held:
        return replace(door, passage=Idle(presence=state.presence, last=state))
    is_kept = isinstance(state, Settled) and state.kept_ns > at.boot_ns
    door = set_aside(door) if held or is_kept else replace(door, passage=Idle())
    for early in door.desk:
        if isinstance(early, Identified):
            return replace(door.without(early.passage_id), passage=early)
    return door


def asking_whose(door: DoorState, at: Moment) -> DoorState:
    """Ask whose card it is that named who had stepped away: who comes now may have laid it."""
    since_ns = at.plus_s(-EARLY_S)
    return replace(
        door,
        desk=tuple(
            replace(place, card_asked=True) if _named_away(place, since_ns) else place
            for place in door.desk
        ),
    )


def _named_away(place: Waiting, since_ns: int) -> bool:
    is_in = isinstance(place, Settled) and place.kept_ns > 0
    return (
        (is_in or isinstance(place, Registering | Gathering))
        and place.unsure
        and place.identified is not None
        and place.started.boot_ns < place.identified.boot_ns >= since_ns
    )


def asked_too(door: DoorState, named: _Named) -> _Named:
    """Ask of this person, too, where it is in question whose card another has: one answer tells.

    So it is where somebody nameless was held a moment before: the card may be that person's.
    """
    asked = named.unsure and any(
        (place.card_asked and place.unsure) or _may_have_laid(door, place, named)
        for place in door.desk
    )
    return replace(named, card_asked=asked)


def _may_have_laid(door: DoorState, place: Waiting, named: Attempt) -> bool:
    if not is_held(place):
        return False
    if place.person is not None or named.identified is None or not waits(door, place):
        return False
    if is_anothers(named.person, place):
        return False
    until_ns = place.settled.plus_s(door.policy.measurement.pair_within_s)
    return place.settled.boot_ns <= named.identified.boot_ns < until_ns


def pair_ns(door: DoorState, at: Moment) -> int:
    """Return until when a card and a measurement made now count as one person's."""
    return at.plus_s(door.policy.measurement.pair_within_s)
