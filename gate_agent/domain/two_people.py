"""A card that two people may have laid (两人): it is nobody's, and both are measured again."""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.domain import verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import set_aside, waits
from gate_agent.domain.passage import (
    NOBODY,
    SAME_CARD_S,
    Attempt,
    Identified,
    Measured,
    Measuring,
    Settled,
    carried,
    is_held,
)
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.temperature import is_by_hand

DOUBTED_FOR_S = 60  # a card that two may have laid, laid again so soon, is of who stands there


def both_again(door: DoorState, cardless: Measured | Settled, at: Moment) -> Step:
    """One card, two people who may have laid it: neither is named, both are measured again.

    Whom a guard measures by hand keeps that reading, and the place: the guard asks for the card.
    """
    again = []
    for one in (cardless, door.passage):
        if isinstance(one, Measuring | Measured) and not is_by_hand(one.temperature):
            again.append(one)
        elif isinstance(one, Measured | Settled):
            door = door.placed(replace(one, card_asked=True))
    done = Step(door)
    for one in again:
        more = verdict.ambiguous(done.door, one, "two_people", at)
        done = done.then(more)
    return done if again else nobodys(door, at)


def nobodys(door: DoorState, at: Moment) -> Step:
    """Record a card that is nobody's, whose people are measured again, or keep their places.

    Who keeps the place at the spot is who stands there still: the card's record is no person.
    """
    passage_id, ids = door.ids.take()
    nobody = Attempt(passage_id=passage_id, started=at, presence=door.passage.presence)
    if waits(door, door.passage):
        nobody = replace(nobody, presence=NOBODY)
        place = Identified(**carried(nobody), due_ns=at.boot_ns)
        beside = replace(door, ids=ids, desk=(*door.desk, place))
        done = verdict.ambiguous(beside, nobody, "two_people", at)
        return Step(done.door.without(passage_id), done.effects)
    aside = replace(set_aside(door), ids=ids)
    return verdict.ambiguous(aside, nobody, "two_people", at)


def _doubted(door: DoorState, at: Moment, for_s: float) -> tuple[tuple[str, int], ...]:
    since_ns = at.plus_s(-for_s)
    return tuple(one for one in door.doubted if one[1] >= since_ns)


def was_doubted(door: DoorState, person: Person, at: Moment) -> bool:
    """Whether two may have laid this card a while ago: laid again, it is of who stands there."""
    return any(ref == person.person_ref for ref, _ in _doubted(door, at, DOUBTED_FOR_S))


def doubting(door: DoorState, person: Person, at: Moment) -> DoorState:
    """Remember a card that two may have laid: laid again, it is of who stands there then."""
    kept = _doubted(door, at, DOUBTED_FOR_S)
    return replace(door, doubted=(*kept, (person.person_ref, at.boot_ns)))


def is_the_others(door: DoorState, person: Person, at: Moment) -> bool:
    """Whether two people could not be told apart a moment ago, and this is the second card.

    Somebody who came since lays their own; a held person is named, unsurely, and a guard asked.
    """
    of_late = [ref for ref, _ in _doubted(door, at, SAME_CARD_S)]
    is_new = isinstance(door.passage, Measuring | Measured) or is_held(door.passage)
    return bool(of_late) and person.person_ref not in of_late and not is_new
