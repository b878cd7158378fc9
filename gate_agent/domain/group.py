"""Who go in together (随行): one person who is registered, and the companions of that one."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar

from gate_agent.contract.identity import Companion, Person, Secret
from gate_agent.contract.records import Category
from gate_agent.contract.signals import CardType
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import waits
from gate_agent.domain.passage import (
    Attempt,
    Gathering,
    Idle,
    OpenPassage,
    PassageState,
    Settled,
    is_held,
)
from gate_agent.domain.state import DoorState

_A = TypeVar("_A", bound=Attempt)


def who(attempt: Attempt) -> Person | None:
    """Return who this is; a companion without a card is a person too, known by the passage.

    Such a reference is of this one visit: nothing of a document is in it.
    """
    if attempt.person is not None or attempt.adult is None:
        return attempt.person
    name, number = Secret(""), None
    if attempt.called is not None:
        name, number = attempt.called.name, attempt.called.number
    return Person(
        category=Category.VISITOR,
        person_ref=companion_ref(attempt.passage_id),
        card_type=CardType.OTHER,
        name=name,
        number=number or Secret(""),
    )


def companion_ref(passage_id: str) -> str:
    """Return who a companion without a card is: of this one visit."""
    return sha256(f"companion:{passage_id}".encode()).hexdigest()


def members(door: DoorState, adult_id: str | None) -> tuple[OpenPassage | Settled, ...]:
    """Return the companions of a group that are at the door, and not sent away."""
    if adult_id is None:
        return ()
    return tuple(
        state
        for state in (*door.desk, door.passage)
        if not isinstance(state, Idle)
        and state.adult == adult_id
        and (not isinstance(state, Settled) or waits(door, state))
    )


def ready(door: DoorState, adult_id: str | None) -> tuple[Gathering, ...]:
    """Return the companions of a group who wait for nothing but the others."""
    return tuple(one for one in members(door, adult_id) if isinstance(one, Gathering))


def wanting(door: DoorState) -> str | None:
    """Return the passage whose companion whoever comes now is: of who has waited longest for one.

    A held person's companions are told by the guard: others come by in the time a hold takes.
    """
    for state in door.desk:
        if (
            state.companions > len(members(door, state.passage_id))
            and waits(door, state)
            and not is_held(state)
        ):
            return state.passage_id
    return None


def unfinished(door: DoorState, state: Gathering) -> bool:
    """Whether the others of this group are still at the desk, or in a hold."""
    if state.adult is None:
        return any(is_held(one) for one in members(door, state.passage_id))
    adult = door.find(state.adult)
    return adult is not None and waits(door, adult)


def named(attempt: _A, adult: PassageState | None, here: tuple[OpenPassage | Settled, ...]) -> _A:
    """Return a companion with what the adult's registration says: the phone, and the name typed.

    Whose card tells the name has that. The others take what is left in the order in which they
    came; that alone makes no name sure, where more than one person or name is left.
    """
    if attempt.adult is None or not isinstance(adult, Attempt):
        return attempt
    known = replace(attempt, known_phone=attempt.known_phone or adult.known_phone)
    typed = adult.given.details.companions if adult.given else ()
    if attempt.person is not None or not typed:
        return known
    cards = [one.person for one in here if one.person is not None]
    shown = {text.reveal() for one in cards for text in (one.name, one.number)}
    left = [one for one in typed if shown.isdisjoint(_texts(one))]
    others = [one.passage_id for one in here if one.person is None]
    place = others.index(attempt.passage_id) if attempt.passage_id in others else len(others)
    if place >= len(left):
        return known
    awaited = max(adult.companions, len(here)) - len(cards)
    by_order = len(left) > 1 or awaited > 1
    return replace(known, called=left[place], by_order=by_order)


def _texts(one: Companion) -> set[str]:
    return {one.name.reveal(), *((one.number.reveal(),) if one.number else ())}
