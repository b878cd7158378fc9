"""Whose card (证件) it is: by time, of who stands at the spot or of who waits longest at the desk.

What two people may have laid is nobody's: both are measured again, never a guess.
"""

from __future__ import annotations

from gate_agent.contract.hold_records import BY_CARD
from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Decision
from gate_agent.domain import hall, verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import asked_too, pair_ns, set_aside, waits
from gate_agent.domain.effects import Note, StepRefused, WriteEvent
from gate_agent.domain.events import CardUnreadable, CodeShown, PersonIdentified
from gate_agent.domain.group import wanting
from gate_agent.domain.identified import identity, told_by
from gate_agent.domain.late_cards import (
    awaits_card,
    name_late,
    named_by_time,
    put_right,
    stepped_aside,
)
from gate_agent.domain.naming import (
    ANOTHERS,
    SURE,
    CardDoubt,
    doubt,
    doubting_the_held,
    is_anothers_lately,
    is_sure,
    laid_first,
    made_sure,
    name_the_held,
    unnamed,
    went_in_lately,
)
from gate_agent.domain.passage import (
    NOBODY,
    SAME_CARD_S,
    Attempt,
    Gathering,
    Identified,
    Idle,
    Measured,
    Measuring,
    OpenPassage,
    Registering,
    Settled,
    carried,
    is_anothers,
    is_held,
    is_of,
)
from gate_agent.domain.returning import adult_of, is_back, no_companion
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.temperature import is_by_hand
from gate_agent.domain.two_people import both_again, doubting, is_the_others, nobodys, was_doubted


def on_card(door: DoorState, event: PersonIdentified) -> Step:
    """A person laid a card."""
    if event.passage_id is not None:
        return _given_to(door, event, event.passage_id)
    person, at, spot = event.person, event.at, door.passage
    if is_of(spot, person):
        if isinstance(spot, OpenPassage | Settled) and spot.unsure and is_sure(door, at):
            if is_anothers_lately(door, person, at):
                return Step(door, (Note("same_card"),))
            return made_sure(door, spot, BY_CARD, at)
        again = isinstance(spot, Idle) or (
            isinstance(spot, Settled)
            and not waits(door, spot)
            and at.boot_ns >= spot.settled.plus_s(SAME_CARD_S)
        )
        if again:
            return _begin(door, event)
        return is_back(door, person, at, BY_CARD) or Step(door, (Note("same_card"),))
    mine = [place for place in door.desk if is_of(place, person) and not is_held(place)]
    late = next((one for one in mine if named_by_time(one, at)), None)
    refused = is_anothers(person, spot)
    if late and not refused and isinstance(spot, Measuring | Measured) and spot.person is None:
        back = unnamed(door, late, BY_CARD, at)  # whose owner has come up
        return back.then(on_card(back.door, event))
    if (came_back := is_back(door, person, at, BY_CARD)) is not None:
        return _also_the_held(door, event) or came_back
    if any(waits(door, place) and not _steps_up_again(place, at) for place in mine):
        return _also_the_held(door, event) or Step(door, (Note("same_card"),))
    again = is_anothers_lately(door, person, at)
    door = replace(door, desk=tuple(place for place in door.desk if place not in mine))
    if isinstance(spot, Measuring | Identified) and spot.person is not None:
        return verdict.ambiguous(door, spot, "two_cards", at)
    wants, in_doubt = _wants_card(door, at) and not refused, doubt(door, at)
    if is_the_others(door, person, at):
        return nobodys(doubting(door, person, at), at)
    is_doubted = was_doubted(door, person, at)
    cardless = None if wants and is_doubted else _cardless(door, at, person, asked_too=not wants)
    if cardless is not None and wants:
        return both_again(doubting(door, person, at), cardless, at)
    if isinstance(cardless, Settled):
        return _name_the_rechecked(door, cardless, event, ANOTHERS)
    if cardless is not None:
        known = replace(cardless, **identity(event, cardless.known_phone, **ANOTHERS))
        return verdict.decide(door, known, person, at)
    if isinstance(spot, Measuring | Measured) and spot.with_next:  # a child: it is the adult's
        here = door.thermometer_usable and not spot.presence.is_gone(at)
        return _wait_for_the_spot(door, event) if here else _begin(door, event)
    doubted = Step(door)
    if again and wants and (isinstance(spot, Gathering) or awaits_card(spot, at)):
        return Step(door, (Note("same_card"),))
    is_here = isinstance(spot, Measuring | Measured) or (
        isinstance(spot, Settled) and spot.waits_for_hand
    )
    if again and wants and is_here:
        doubted, in_doubt = doubting_the_held(door, person, at), ANOTHERS
    return doubted.then(_pair(doubted.door, event, in_doubt, wants=wants, again=again))


def _pair(
    door: DoorState, event: PersonIdentified, in_doubt: CardDoubt, *, wants: bool, again: bool
) -> Step:
    """Let the card name who is at the spot, or went in without one, or begin a passage."""
    person, at, spot = event.person, event.at, door.passage
    match spot:
        case _ if is_anothers(person, spot):
            pass
        case Measured():
            known = replace(spot, **identity(event, spot.known_phone, **in_doubt))
            return verdict.decide(door, asked_too(door, known), person, at)
        case Measuring():
            known_now = identity(event, spot.known_phone, **in_doubt)
            paired = replace(spot, **known_now, pair_due_ns=pair_ns(door, at))
            return Step(replace(door, passage=asked_too(door, paired)))
        case Gathering(person=None) if wants:  # a companion who has a card, too
            return name_late(door, spot, event, in_doubt)
        case Settled() if (wants and spot.waits_for_hand) or _waits_nameless(door, spot, at):
            return _name_the_rechecked(door, spot, event, in_doubt)
        case Settled() if wants and awaits_card(spot, at):
            return name_late(door, spot, event, in_doubt)
        case Settled(person=None, decision=Decision.HOLD) if wants:
            named = name_the_held(door, spot, event, in_doubt)
            if named is not None:
                return named
        case _:
            pass
    late = None if wants or again else stepped_aside(door, person, at)
    if late is not None:
        return name_late(door, late, event, ANOTHERS)
    if _is_taken(door, person, at):
        return _wait_for_the_spot(door, event)
    return _begin(door, event)


def _also_the_held(door: DoorState, event: PersonIdentified) -> Step | None:
    """Whose card is laid again may be the nameless one who is held at the spot, back and warmer.

    Both are stopped until a guard says whose it is.
    """
    spot = door.passage
    if not is_held(spot) or spot.person is not None or is_anothers(event.person, spot):
        return None
    if spot.presence.is_gone(event.at):
        return None
    return name_the_held(door, spot, event, ANOTHERS, asked=True)


def on_unreadable(door: DoorState, event: CardUnreadable) -> Step:
    """A card was laid that names nobody: whose it is, is not known."""
    at, spot = event.at, door.passage
    note = Note(f"card_fault_{event.fault}")
    if is_held(spot) and not spot.presence.is_gone(at):
        return Step(door, (note,))
    wants = _wants_card(door, at)
    cardless = _cardless(door, at, None, asked_too=not wants)
    match spot:
        case Measured(person=None) if cardless is None and is_by_hand(spot.temperature):
            cardless = spot
        case Settled() if cardless is None and _waits_nameless(door, spot, at):
            cardless = spot
        case _:
            pass
    if cardless is not None and cardless is not spot and wants:
        done = both_again(door, cardless, at)
    elif isinstance(cardless, Settled):
        again = (*cardless.reasons, event.reason)
        done = verdict.settle(door, cardless, Decision.RECHECK, again, at)
    elif cardless is not None and is_by_hand(cardless.temperature):
        done = Step(door)  # a guard is with them, and types the document
    elif cardless is not None:
        done = verdict.recheck(door, cardless, event.reason, at)
    elif isinstance(spot, Measuring | Measured) and spot.person is None:
        done = verdict.recheck(door, spot, event.reason, at)
    elif isinstance(spot, Measuring | Identified):
        done = verdict.ambiguous(door, spot, "two_cards", at)
    else:
        passage_id, ids = door.ids.take()
        new = Attempt(passage_id=passage_id, started=at)
        door = replace(door, ids=ids)
        if waits(door, spot) or awaits_card(spot, at):  # whoever laid it waits behind
            place = Identified(**carried(new), due_ns=pair_ns(door, at))
            door = replace(door, desk=(*door.desk, place))
        else:
            new, door = replace(new, presence=spot.presence), set_aside(door)
        done = verdict.recheck(door, new, event.reason, at)
    return Step(done.door, (*done.effects, note))


def on_code(door: DoorState, event: CodeShown) -> Step:
    """Whoever is being screened shows a code: a phone to confirm, or an appointment."""
    state = door.passage
    if isinstance(state, Idle | Settled):
        asked = [place for place in door.desk if isinstance(place, Registering)]
        if not asked:
            return Step(door, (Note("code_at_nobody"),))
        green = [one for one in asked if hall.is_green(door.policy, one, event.at.utc)]
        state = (green or asked)[0]  # who goes first is asked first
    booked = state.is_booked or hall.is_booked_by_code(
        door.policy, event.appointment_sha256, event.at.utc
    )
    cancelled = hall.cancelled_code(door.policy, event.appointment_sha256, event.at.utc)
    shown = replace(
        state,
        known_phone=event.phone or state.known_phone,
        is_booked=booked,
        cancelled=cancelled or state.cancelled,
    )
    return Step(door.placed(shown))


def _cardless(
    door: DoorState, at: Moment, person: Person | None, *, asked_too: bool
) -> Measured | Settled | None:
    """Return who has waited longest at the desk for a card: for it alone, or for a hand as well.

    `asked_too`: also whom a guard asks for it since a card was ambiguous. While somebody stands at
    the spot they are not meant: or every card would be ambiguous as long as they wait.
    """
    for place in door.desk:
        if isinstance(place, Measured | Settled) and place.card_asked and not asked_too:
            continue
        if place.with_next or is_anothers(person, place):
            continue
        if isinstance(place, Measured) and place.person is None:
            return place
        if isinstance(place, Settled) and _waits_nameless(door, place, at):
            return place
    return None


def _waits_nameless(door: DoorState, place: Settled, at: Moment) -> bool:
    """Whether this is somebody unknown who waits for a hand, and was measured a moment ago."""
    until_ns = place.settled.plus_s(door.policy.measurement.pair_within_s)
    return place.person is None and place.waits_for_hand and at.boot_ns < until_ns


def _wants_card(door: DoorState, at: Moment) -> bool:
    """Whether the card may be of who is at the spot: nobody knows who that is."""
    spot = door.passage
    if spot.person is not None or isinstance(spot, Identified | Registering):
        return False
    return isinstance(spot, Measuring | Measured) or not spot.presence.is_gone(at)


def _is_taken(door: DoorState, person: Person, at: Moment) -> bool:
    """Whether another stands at the spot, as is known: this card is measured after them."""
    spot = door.passage
    is_another = spot.person is not None or is_anothers(person, spot)
    known = is_another and not spot.presence.doubtful
    return door.thermometer_usable and known and not spot.presence.is_gone(at)


def _wait_for_the_spot(door: DoorState, event: PersonIdentified) -> Step:
    """A card came before its person could step up; of two such cards neither has a person."""
    for early in door.desk:
        if isinstance(early, Identified):
            return verdict.ambiguous(door, early, "two_cards", event.at)
    spot = door.passage
    if isinstance(spot, Registering | Gathering) and spot.early:  # theirs may be this one
        door = replace(door, passage=replace(spot, unsure=True))
    elif isinstance(spot, Registering) and spot.unsure:  # whose other card would this be?
        door = replace(door, passage=replace(spot, card_asked=True))
    passage_id, ids = door.ids.take()
    new = Attempt(passage_id=passage_id, started=event.at, **laid_first(door, event))
    early = Identified(**carried(new), due_ns=pair_ns(door, event.at))
    return Step(replace(door, ids=ids, desk=(*door.desk, early)))


def _begin(door: DoorState, event: PersonIdentified) -> Step:
    """Begin a passage that is measured from here on, whatever was measured before."""
    spot = door.passage
    refused = is_anothers(event.person, spot)
    theirs = (spot.person is None and not refused) or is_of(spot, event.person)
    presence = spot.presence if theirs else NOBODY
    again = went_in_lately(door, event.person, event.at, SAME_CARD_S)
    stands = theirs and not again and is_sure(door, event.at)
    is_theirs = stands or event.passage_id is not None  # a guard says so
    known = identity(event) if is_theirs else laid_first(door, event)
    door = set_aside(door)
    passage_id, ids = door.ids.take()
    door = replace(door, ids=ids)
    new = Attempt(
        passage_id=passage_id,
        started=event.at,
        presence=presence,
        adult=wanting(door),
        **known,
    )
    if not door.thermometer_usable:
        return verdict.recheck(door, new, "thermometer_lost", event.at)
    identified = Identified(**carried(new), due_ns=pair_ns(door, event.at))
    return Step(replace(door, passage=identified))


def _name_the_rechecked(
    door: DoorState, state: Settled, event: PersonIdentified, in_doubt: CardDoubt
) -> Step:
    """Name who waits for the contact thermometer: one person, one place."""
    known = replace(state, **identity(event, state.known_phone, **in_doubt))
    return Step(door.placed(known), (WriteEvent(verdict.decided(door, known, event.at)),))


def _given_to(door: DoorState, event: PersonIdentified, passage_id: str) -> Step:
    """A guard typed the document of this very passage, wherever its person waits.

    Who stands there still, and was to come again, is measured by it at once.
    """
    state = door.find(passage_id)
    if _lingers(door, passage_id, event):
        return _begin(door, event)
    if state is None:
        raise StepRefused("not_found", "a passage at the door", "another")
    if is_held(state):
        named = name_the_held(door, state, event)
        if named is not None:
            return named
    elif state.person is not None and not state.unsure:
        pass
    elif adult_of(door, state, event.person) is not None:
        return no_companion(door, state, event.at, told_by(event.person))
    elif isinstance(state, Measured | Gathering | Registering):
        known = replace(state, **identity(event, state.known_phone))
        return verdict.decide(door, known, event.person, event.at)
    elif isinstance(state, Measuring):
        paired = replace(
            state, **identity(event, state.known_phone), pair_due_ns=pair_ns(door, event.at)
        )
        return Step(door.placed(paired))
    elif isinstance(state, Settled) and state.decision is not Decision.ADMIT:
        return _name_the_rechecked(door, state, event, SURE)
    elif isinstance(state, Settled):
        return put_right(door, state, event)
    raise StepRefused("out_of_turn", "a passage without a document", "one that has it")


def _lingers(door: DoorState, passage_id: str, event: PersonIdentified) -> bool:
    """Whether the person of this passage, which waits for nothing, stands at the spot unnamed."""
    spot = door.passage
    last = spot.last if isinstance(spot, Idle) else spot
    if not isinstance(last, Settled) or last.passage_id != passage_id or waits(door, last):
        return False
    is_over = last.decision is not Decision.ADMIT and last.person is None
    return is_over and not spot.presence.is_gone(event.at)


def _steps_up_again(place: Attempt, at: Moment) -> bool:
    """Whether who was sent to be measured again comes back: else their own card is deaf."""
    return isinstance(place, Settled) and at.boot_ns >= place.settled.plus_s(SAME_CARD_S)
