"""The guard says whose a card is (是不是他的证件), and the others concerned follow."""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.domain import verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import pair_ns
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.events import CardJudged
from gate_agent.domain.naming import made_sure, unnamed
from gate_agent.domain.passage import (
    EARLY_S,
    Attempt,
    Gathering,
    Identified,
    Idle,
    LooseCard,
    Measured,
    Measuring,
    OpenPassage,
    Settled,
    is_anothers,
    is_held,
    is_of,
)
from gate_agent.domain.state import DoorState, Step

_SOON_NS = EARLY_S * NS_PER_S


def on_card_judged(door: DoorState, event: CardJudged) -> Step:
    """The card is theirs, or another's. Raises StepRefused where that is in no question."""
    state = door.find(event.passage_id)
    if state is None:
        raise StepRefused("not_found", "a passage at the door", "another")
    if not event.by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    person = state.person
    in_question = state.unsure or (is_held(state) and not event.theirs)
    if isinstance(state, Identified) or person is None or not in_question:
        raise StepRefused("out_of_turn", "a person whose card is in question", "another")
    if event.theirs:
        return _theirs(door, state, person, event)
    return _anothers(door, state, person, event)


def _theirs(
    door: DoorState, state: OpenPassage | Settled, person: Person, event: CardJudged
) -> Step:
    """It is theirs: nobody else has this name, and of the others there is nothing to ask."""
    also = [place for place in _unsure(door, state) if is_of(place, person)]
    for place in _unsure(door, state):
        if place not in also and place.card_asked and not isinstance(place, Settled):
            door = door.placed(replace(place, card_asked=False))
    done = made_sure(replace(door, loose=None), state, event.by, event.at)
    for place in also:  # but who has just taken their place over, as the adult that they are
        if done.door.find(place.passage_id) is not None:
            done = done.then(unnamed(done.door, place, event.by, event.at))
    return done


def _anothers(
    door: DoorState, state: OpenPassage | Settled, person: Person, event: CardJudged
) -> Step:
    """It is another's: of who came to the spot nameless by then, as far as that is known.

    Of two whose cards are in question each is asked of; two times no, and they have each other's.
    A held person's may have been laid over their shoulder, however sure it seemed.
    """
    taken = LooseCard(of=state.passage_id, person=person, known_phone=state.known_phone)
    before, others = door.loose, [one for one in _unsure(door, state) if one.card_asked]
    done = unnamed(replace(door, loose=None), state, event.by, event.at)
    if others:
        return Step(replace(done.door, loose=taken), done.effects)
    if before is not None and door.find(before.of) is not None:
        done = done.then(_given(done.door, before.of, taken, event.at))
        return done.then(_given(done.door, state.passage_id, before, event.at))
    other = _nameless_by(done.door, state)
    return done if other is None else done.then(_given(done.door, other, taken, event.at))


def _nameless_by(door: DoorState, state: OpenPassage | Settled) -> str | None:
    """Return who came to the spot first within a moment of this card, and has none.

    Who is behind a held person comes as soon as that one steps aside.
    """
    paired_ns = round(door.policy.measurement.pair_within_s * NS_PER_S)
    within_ns = paired_ns if is_held(state) else _SOON_NS
    laid_ns = -within_ns if state.identified is None else state.identified.boot_ns
    came = [
        (place.started.boot_ns, place.passage_id)
        for place in (door.passage, *door.desk)
        if isinstance(place, Measuring | Measured | Gathering)
        and place.person is None
        and place.passage_id != state.passage_id
        and not is_anothers(state.person, place)
        and laid_ns <= place.started.boot_ns <= laid_ns + within_ns
    ]
    return min(came)[1] if came else None


def _unsure(door: DoorState, but: Attempt) -> list[OpenPassage | Settled]:
    return [
        place
        for place in (door.passage, *door.desk)
        if not isinstance(place, Idle | Identified)
        and place.passage_id != but.passage_id
        and place.unsure
        and place.person is not None
    ]


def _given(door: DoorState, to: str, card: LooseCard, at: Moment) -> Step:
    """Give the card to who may have laid it, where they still wait for one: asked of, too."""
    state = door.find(to)
    if not isinstance(state, Measuring | Measured | Gathering) or is_anothers(card.person, state):
        return Step(door)
    known = replace(
        state,
        person=card.person,
        known_phone=card.known_phone,
        identified=at,
        is_repeat=card.known_phone is not None,
        unsure=True,
        card_asked=True,
    )
    if isinstance(known, Measuring):
        return Step(door.placed(replace(known, pair_due_ns=pair_ns(door, at))))
    return verdict.decide(door, known, card.person, at)
