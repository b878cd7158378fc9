"""The adult of a group is back before the thermometer (本人返回): no companion of their own.

Presence broken is a new person, and whoever comes while companions are awaited is one of them:
unless the card that the adult waits with is laid again, or typed, which tells who it is.
"""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import PassageGrouped, PassageLeft
from gate_agent.domain.changed import replace
from gate_agent.domain.course import on_measured
from gate_agent.domain.desk import waits
from gate_agent.domain.effects import Note, WriteEvent
from gate_agent.domain.group import members
from gate_agent.domain.passage import (
    EARLY_S,
    Attempt,
    Gathering,
    Idle,
    Measured,
    OpenPassage,
    Settled,
    Waiting,
    carried,
    is_anothers,
    is_held,
    is_of,
)
from gate_agent.domain.state import DoorState, Step


def is_back(door: DoorState, person: Person, at: Moment, by: str) -> Step | None:
    """Take who lays the card that an adult waits with to be that one; None where nobody does.

    A nameless companion at the spot is the adult, then; else whoever comes there at once.
    """
    adult = _waiting_adult(door, person)
    if adult is None:
        return None
    spot = door.passage
    if adult is spot and not spot.presence.is_gone(at):
        return None
    if (
        not isinstance(spot, Idle)
        and spot.person is None
        and spot.adult == adult.passage_id
        and not is_anothers(person, spot)
    ):
        return None if is_held(spot) else no_companion(door, spot, at, by)
    back = replace(adult, back_ns=at.plus_s(EARLY_S))
    return Step(door.placed(back), (Note("same_card"),))


def adult_of(door: DoorState, state: Attempt, person: Person) -> Waiting | None:
    """Return the adult of this companion where it is this very person, measured once more."""
    adult = _waiting_adult(door, person)
    return adult if adult is not None and adult.passage_id == state.adult else None


def no_companion(door: DoorState, state: OpenPassage | Settled, at: Moment, by: str) -> Step:
    """Take somebody out of the group that they came with: they go on as anybody."""
    record = PassageGrouped(passage_id=state.passage_id, companions=0, by=by, at=format_utc(at.utc))
    alone, effects = replace(state, adult=None), (WriteEvent(record),)
    if isinstance(alone, Settled) and state is door.passage:  # the one place waits for a hand
        return Step(replace(door, passage=Idle(presence=alone.presence, last=alone)), effects)
    if isinstance(alone, Gathering) and alone.temperature is not None:
        measured = Measured(**carried(alone), due_ns=alone.due_ns)
        done = on_measured(door, measured, alone.temperature, at)
        return Step(done.door, (*effects, *done.effects))
    return Step(door.placed(alone), effects)


def with_group_of(
    door: DoorState, state: Settled, adult: Waiting, at: Moment
) -> tuple[Settled, Step]:
    """Let a held person be who has the group: it was the adult, who was measured once more."""
    for one in members(door, adult.passage_id):
        if one.passage_id != state.passage_id:
            door = door.placed(replace(one, adult=state.passage_id))
    known = replace(
        state,
        adult=None,
        companions=adult.companions,
        given=adult.given,
        known_phone=state.known_phone or adult.known_phone,
    )
    done = Step(door.without(adult.passage_id).placed(known))
    if isinstance(adult, Settled) or adult.temperature is None:
        return known, done
    left = PassageLeft(
        passage_id=adult.passage_id,
        temperature=adult.temperature,
        started=format_utc(adult.started.utc),
        left=format_utc(at.utc),
    )
    return known, Step(done.door, (WriteEvent(left),))


def _waiting_adult(door: DoorState, person: Person) -> Waiting | None:
    for place in (door.passage, *door.desk):
        if not isinstance(place, Waiting):
            continue
        if is_of(place, person) and place.companions and waits(door, place) and not is_held(place):
            return place
    return None
