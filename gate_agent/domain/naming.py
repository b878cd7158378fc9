"""Whether a name is sure (证件是否核对): laid by who stood there, alone; or a guard says so.

What is sure may let somebody go, by an earlier contact reading; what is named by time alone only
restricts, is said to be unsure, and is put right by a guard.
"""

from __future__ import annotations

from typing import TypedDict

from gate_agent.contract.hold_records import BY_CARD
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.records import HoldState
from gate_agent.domain import verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import Cleared, beyond_rail
from gate_agent.domain.desk import pair_ns
from gate_agent.domain.effects import WriteEvent
from gate_agent.domain.events import PersonIdentified
from gate_agent.domain.hold import Hold
from gate_agent.domain.identified import Identity, hold_of, identity, tell_who, told_by
from gate_agent.domain.passage import (
    NEAR_S,
    SAME_CARD_S,
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
    is_held,
    is_of,
)
from gate_agent.domain.release import on_cleared_named
from gate_agent.domain.returning import adult_of, with_group_of
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.temperature import is_by_hand


class CardDoubt(TypedDict):
    """Whether a name is unsure, and since when, where for others' doubts alone."""

    unsure: bool
    doubt_ns: int | None


SURE = CardDoubt(unsure=False, doubt_ns=None)
ANOTHERS = CardDoubt(unsure=True, doubt_ns=None)
"""Of a card that came when its person may have stepped away."""


def is_sure(door: DoorState, at: Moment) -> bool:
    """Whether a card laid now can only be of who stands at the spot, unbroken."""
    return _stands_there(door, at) and not _doubts(door, at)


def doubt(door: DoorState, at: Moment) -> CardDoubt:
    """Return what is in doubt of a card that is laid now, if it is of who is at the spot."""
    if not _stands_there(door, at):
        return ANOTHERS
    doubts = _doubts(door, at)
    return CardDoubt(unsure=bool(doubts), doubt_ns=min(doubts, default=None))


def _stands_there(door: DoorState, at: Moment) -> bool:
    presence = door.passage.presence
    return door.thermometer_usable and not presence.is_gone(at) and not presence.doubtful


def laid_first(door: DoorState, event: PersonIdentified) -> Identity:
    """Return what a card makes known of who steps up next.

    With others near it may be laid over the shoulder of who steps in front. A guard who typed the
    document sees who comes by it.
    """
    doubts = (*_doubts(door, event.at), *_doubts_of(door, door.passage, event.at))
    if not doubts and event.person.by_hand is not None:
        return identity(event)
    again = went_in_lately(door, event.person, event.at, SAME_CARD_S)
    unsure = bool(doubts) or again or _others_are_near(door, event)
    return identity(event, unsure=unsure, doubt_ns=min(doubts, default=None), early=not doubts)


def is_anothers_lately(door: DoorState, person: Person, at: Moment) -> bool:
    """Whether this card let somebody in a moment ago, or named who is held, elsewhere than here.

    Laid again it is most likely theirs still, whoever stands at the spot by now.
    """
    within_s = door.policy.measurement.pair_within_s
    held = _held_lately(door, person, at.plus_s(-within_s))
    return held is not None or went_in_lately(door, person, at, within_s)


def went_in_lately(door: DoorState, person: Person, at: Moment, within_s: float) -> bool:
    """Whether this card let somebody in so short a time ago, who is not at the spot."""
    entered = door.inside.of(person.person_ref)
    if entered is None or entered.passage_id == door.passage.passage_id:
        return False
    return at.boot_ns < entered.at_ns + round(within_s * NS_PER_S)


def doubting_the_held(door: DoorState, person: Person, at: Moment) -> Step:
    """Ask whose card it is that named who is held, and is laid again by another as it seems."""
    since_ns = at.plus_s(-door.policy.measurement.pair_within_s)
    state = _held_lately(door, person, since_ns)
    hold = None if state is None else hold_of(door, state)
    if state is None or hold is None:
        return Step(door)
    asked = replace(state, unsure=True, card_asked=True)
    return tell_who(door, hold, asked, BY_CARD, at)


def _held_lately(door: DoorState, person: Person, since_ns: int) -> Settled | None:
    for place in door.desk:
        if not is_held(place) or not is_of(place, person) or place.identified is None:
            continue
        if place.identified.boot_ns > since_ns:
            return place
    return None


def _others_are_near(door: DoorState, event: PersonIdentified) -> bool:
    if door.seen is None:
        return False
    person_ref, seen_ns = door.seen
    is_near = event.at.boot_ns < seen_ns + NEAR_S * NS_PER_S
    return is_near and person_ref != event.person.person_ref


def _doubts(door: DoorState, at: Moment) -> tuple[int, ...]:
    """Return since when others than who is at the spot are nameless, or may be in truth.

    Also who was sent away like that a moment ago.
    """
    since_ns = at.plus_s(-door.policy.measurement.pair_within_s)
    lately = (
        ns
        for passage_id, ns in door.strangers
        if since_ns <= ns and passage_id != door.passage.passage_id
    )
    nameless = (at.boot_ns for place in door.desk if place.person is None)
    waiting = (ns for place in door.desk for ns in _doubts_of(door, place, at))
    return (*lately, *nameless, *waiting)


def _doubts_of(door: DoorState, place: PassageState, at: Moment) -> tuple[int, ...]:
    """Return since when it is in doubt whose card this place has, while their own may come.

    What is in doubt for others' doubts is so no longer than those: else one card that may be
    another's would put everybody behind in doubt, without end.
    """
    if isinstance(place, Idle) or place.person is None or place.early or not place.unsure:
        return ()
    own_ns = (place.identified or place.started).boot_ns
    since_ns = own_ns if place.doubt_ns is None else place.doubt_ns
    is_asked = place.card_asked and place.doubt_ns is None  # until a guard says whose it is
    oldest_ns = at.plus_s(-door.policy.measurement.pair_within_s)
    return (since_ns,) if is_asked or since_ns >= oldest_ns else ()


def name_the_held(
    door: DoorState,
    state: Settled,
    event: PersonIdentified,
    in_doubt: CardDoubt = SURE,
    *,
    asked: bool = False,
) -> Step | None:
    """A held person is known now, by card or by what a guard typed; None where no hold stands.

    Nothing new is asked of whom the contact thermometer cleared before, where that is sure. Where
    a name is not, a guard is asked whose card it was if it matters, or if it is to be `asked`.
    """
    hold = hold_of(door, state)
    if hold is None:
        return None
    known = identity(event, state.known_phone, **in_doubt)
    named = replace(replace(state, **known), registered=False, card_asked=asked)
    return _told(door, hold, named, told_by(event.person), event.at)


def made_sure(door: DoorState, state: Attempt, by: str, at: Moment) -> Step:
    """The card is theirs: what is known of whom it names counts for them from now on."""
    sure = replace(state, unsure=False, doubt_ns=None, early=False, card_asked=False)
    hold = hold_of(door, sure) if isinstance(sure, Settled) else None
    if isinstance(sure, Settled) and hold is not None:
        return _told(door, hold, sure, by, at)
    return _kept(door, sure, at)


def unnamed(door: DoorState, state: OpenPassage | Settled, by: str, at: Moment) -> Step:
    """The card is another's: they have no name, and are asked for theirs.

    Where a guard says so it names them no more, unless a guard says that as well.
    """
    not_theirs = state.not_theirs
    if by != BY_CARD and state.person is not None:
        not_theirs |= {state.person.person_ref}
    nobody = replace(
        state,
        not_theirs=not_theirs,
        person=None,
        known_phone=None,
        identified=None,
        is_repeat=False,
        registered=False,
        unsure=False,
        doubt_ns=None,
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
    adult = adult_of(door, state, state.person) if state.person and not state.unsure else None
    taken = Step(door)
    if adult is not None:
        state, taken = with_group_of(door, state, adult, at)
        door = taken.door
    one = _clearing(door, hold, state, at)  # before this very hold ends it
    asked = state.unsure and (state.card_asked or one is not None)
    done = taken.then(tell_who(door, hold, replace(state, card_asked=asked), by, at))
    if one is None or state.unsure:
        return done
    named = next((held for held in done.door.holds if held.hold_id == hold.hold_id), None)
    if named is None:  # one with another of theirs
        return done
    let_go = on_cleared_named(done.door, named, one, at)
    return done.then(let_go)


def _clearing(door: DoorState, hold: Hold, state: Settled, at: Moment) -> Cleared | None:
    """Return the contact reading that answers this flag, where the forehead alone raised it."""
    flagged = hold.state is HoldState.FLAGGED and hold.reason == "elevated"
    if not flagged or not is_held(state) or beyond_rail(state.temperature):
        return None
    return door.clearing(state.person, at)
