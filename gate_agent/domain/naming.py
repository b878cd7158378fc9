"""Whether a name is sure (证件是否核对): laid by who stood there, alone; or a guard says so.

What is sure may let somebody go, by an earlier contact reading; what is named by time alone only
restricts, is said to be unsure, and is put right by a guard.
"""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain import verdict
from gate_agent.domain.clearing import Cleared, beyond_rail
from gate_agent.domain.desk import pair_ns
from gate_agent.domain.effects import WriteEvent
from gate_agent.domain.events import PersonIdentified
from gate_agent.domain.hold import Hold
from gate_agent.domain.identified import BY_CARD, Identity, hold_of, identity, tell_who
from gate_agent.domain.passage import (
    NEAR_S,
    Attempt,
    Gathering,
    Idle,
    Measured,
    Measuring,
    OpenPassage,
    PassageState,
    Registering,
    Settled,
    carried,
)
from gate_agent.domain.release import on_cleared_named
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.temperature import is_by_hand


def is_sure(door: DoorState, at: Moment) -> bool:
    """Whether a card laid now can only be of who stands at the spot, unbroken."""
    here = door.thermometer_usable and not door.passage.presence.is_gone(at)
    return here and _others_are_named(door, at)


def laid_first(door: DoorState, event: PersonIdentified) -> Identity:
    """Return what a card makes known of who steps up next.

    With others near it may be laid over the shoulder of who steps in front. A guard who typed the
    document sees who comes by it.
    """
    early = _is_named(door.passage) and _others_are_named(door, event.at)
    if early and event.person.by_hand is not None:
        return identity(event)
    return identity(event, unsure=not early or _others_are_near(door, event), early=early)


def _others_are_near(door: DoorState, event: PersonIdentified) -> bool:
    if door.seen is None:
        return False
    person_ref, seen_ns = door.seen
    is_near = event.at.boot_ns < seen_ns + NEAR_S * NS_PER_S
    return is_near and person_ref != event.person.person_ref


def _others_are_named(door: DoorState, at: Moment) -> bool:
    """Whether nobody but who is at the spot is nameless, or may be in truth.

    Nor was anybody sent away like that a moment ago.
    """
    since_ns = at.plus_s(-door.policy.measurement.pair_within_s)
    lately = any(
        since_ns <= ns and passage_id != door.passage.passage_id
        for passage_id, ns in door.strangers
    )
    return not lately and all(place.person is not None and _is_named(place) for place in door.desk)


def _is_named(place: PassageState) -> bool:
    """Whether nobody waits for a card of theirs, as far as is known."""
    return isinstance(place, Idle) or place.early or not place.unsure


def name_the_held(
    door: DoorState,
    state: Settled,
    event: PersonIdentified,
    *,
    unsure: bool = False,
    asked: bool = False,
) -> Step | None:
    """A held person is known now, by card or by what a guard typed; None where no hold stands.

    Nothing new is asked of whom the contact thermometer cleared before, where that is sure. Where
    a name is not, a guard is asked whose card it was if it matters, or if it is to be `asked`.
    """
    hold = hold_of(door, state)
    if hold is None:
        return None
    known = identity(event, state.known_phone, unsure=unsure)
    named = replace(replace(state, **known), registered=False, card_asked=asked)
    by = BY_CARD if event.person.by_hand is None else event.person.by_hand.by
    return _told(door, hold, named, by, event.at)


def made_sure(door: DoorState, state: Attempt, by: str, at: Moment) -> Step:
    """The card is theirs: what is known of whom it names counts for them from now on."""
    sure = replace(state, unsure=False, early=False, card_asked=False)
    hold = hold_of(door, sure) if isinstance(sure, Settled) else None
    if isinstance(sure, Settled) and hold is not None:
        return _told(door, hold, sure, by, at)
    return _kept(door, sure, at)


def unnamed(door: DoorState, state: OpenPassage | Settled, by: str, at: Moment) -> Step:
    """The card is another's: they have no name, and are asked for theirs."""
    nobody = replace(
        state,
        person=None,
        known_phone=None,
        identified=None,
        is_repeat=False,
        registered=False,
        unsure=False,
        early=False,
        card_asked=True,
    )
    match nobody:
        case Settled() if (hold := hold_of(door, nobody)) is not None:
            return tell_who(door, hold, nobody, by, at)
        case Measuring():
            return Step(door.placed(replace(nobody, pair_due_ns=None)))
        case Registering() | Gathering(adult=None):
            by_hand = is_by_hand(nobody.temperature)
            within_ns = at.plus_s(door.policy.registration.within_s)
            due_ns = within_ns if by_hand else pair_ns(door, at)
            return Step(door.placed(Measured(**carried(nobody), due_ns=due_ns)))
        case _:
            return _kept(door, nobody, at)


def _kept(door: DoorState, state: Attempt, at: Moment) -> Step:
    """Put somebody who is in no hold back in place; a verdict that is out is told anew."""
    assert isinstance(state, OpenPassage | Settled)  # noqa: S101 found at the door
    door = door.placed(state)
    if not isinstance(state, Settled):
        return Step(door)
    return Step(door, (WriteEvent(verdict.decided(door, state, at)),))


def _told(door: DoorState, hold: Hold, state: Settled, by: str, at: Moment) -> Step:
    """Tell who is held; let go whom the contact thermometer cleared before, or ask whose card."""
    one = _clearing(door, hold, state, at)  # before this very hold ends it
    asked = state.unsure and (state.card_asked or one is not None)
    done = tell_who(door, hold, replace(state, card_asked=asked), by, at)
    if one is None or state.unsure:
        return done
    named = next(held for held in done.door.holds if held.hold_id == hold.hold_id)
    let_go = on_cleared_named(done.door, named, one, at)
    return done.then(let_go)


def _clearing(door: DoorState, hold: Hold, state: Settled, at: Moment) -> Cleared | None:
    """Return the contact reading that answers this flag, where the forehead alone raised it."""
    flagged = hold.state is HoldState.FLAGGED and hold.reason == "elevated"
    if not flagged or state.decision is not Decision.HOLD or beyond_rail(state.temperature):
        return None
    return door.clearing(state.person, at)
