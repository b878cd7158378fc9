"""A card that comes late (补刷证件): of who goes in, or was let in, without one.

A companion needs no card, and may have one. Laid as long after the measurement as cards are
paired, it names who was measured and makes nobody new, also where the group has gone in.
"""

from __future__ import annotations

from typing import TypeGuard

from gate_agent.contract.hold_records import BY_CARD
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Decision
from gate_agent.domain import hall, verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.effects import WriteEvent
from gate_agent.domain.events import PersonIdentified
from gate_agent.domain.group import wanting
from gate_agent.domain.hold import FOUND_INSIDE
from gate_agent.domain.identified import identity, without_the_patient
from gate_agent.domain.naming import SURE, CardDoubt
from gate_agent.domain.passage import SAME_CARD_S, Gathering, PassageState, Settled, is_anothers
from gate_agent.domain.state import DoorState, Step


def awaits_card(place: PassageState, at: Moment) -> TypeGuard[Gathering | Settled]:
    """Whether this is somebody who goes in without a card, and may lay it still."""
    if not isinstance(place, Gathering | Settled) or place.person is not None:
        return False
    if isinstance(place, Settled) and place.decision is not Decision.ADMIT:
        return False
    return place.card_until_ns is not None and at.boot_ns < place.card_until_ns


def named_by_time(place: PassageState, at: Moment) -> TypeGuard[Gathering | Settled]:
    """Whether somebody of a group has a name by time alone: its card, laid anew, may take it."""
    if not isinstance(place, Gathering | Settled) or place.adult is None or not place.unsure:
        return False
    if isinstance(place, Settled) and place.decision is not Decision.ADMIT:
        return False
    laid = place.identified
    return laid is not None and at.boot_ns >= laid.plus_s(SAME_CARD_S)


def stepped_aside(door: DoorState, person: Person, at: Moment) -> Gathering | Settled | None:
    """Return who went in, or goes in, without a card first, and has left the spot.

    Where one more of a group is awaited, a card is taken to be of that one.
    """
    if wanting(door) is not None:
        return None
    here = (door.passage,) if door.passage.presence.is_gone(at) else ()
    for place in (*door.desk, *here):
        if awaits_card(place, at) and not is_anothers(person, place):
            return place
    return None


def name_late(
    door: DoorState, state: Gathering | Settled, event: PersonIdentified, in_doubt: CardDoubt
) -> Step:
    """Name who was measured; a group that still waits goes on."""
    if isinstance(state, Settled):
        return put_right(door, state, event, in_doubt)
    known = replace(state, **identity(event, state.known_phone, **in_doubt))
    return verdict.decide(door, known, event.person, event.at)


def put_right(
    door: DoorState, state: Settled, event: PersonIdentified, in_doubt: CardDoubt = SURE
) -> Step:
    """Who was let in nameless, or by a card that was another's, is recorded under the right name.

    Whom a hold of that name stops is asked to stay.
    """
    shown = state.known_phone if state.person is None else None
    known = replace(state, **identity(event, shown, **in_doubt), registered=False)
    known = replace(known, card_until_ns=state.card_until_ns)  # kept as long: it may be another's
    standing = hall.standing_hold(door.holds, known.person)
    is_found = standing is not None and standing.reason == FOUND_INSIDE  # their entry stays
    held = None if is_found else verdict.held_before(door, known, event.at)
    if held is not None:
        return held.then(without_the_patient(held.door, known, BY_CARD, event.at))
    register = verdict.register(door, known)
    known = replace(known, registered=bool(register))
    done = without_the_patient(door.placed(known), known, BY_CARD, event.at)
    decided = WriteEvent(verdict.decided(door, known, event.at))
    return Step(done.door, (*register, decided, *done.effects))
