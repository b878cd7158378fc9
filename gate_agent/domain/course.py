"""What cards, readings and time do to the passage at the door."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Decision, HoldState, Outcome, Temperature
from gate_agent.contract.signals import Reading
from gate_agent.domain import hall, verdict
from gate_agent.domain.effects import Note, Write
from gate_agent.domain.events import (
    CardUnreadable,
    CodeShown,
    PersonIdentified,
    ReadingTaken,
    ThermometerChanged,
    TrustChanged,
)
from gate_agent.domain.passage import (
    NOBODY,
    SAME_CARD_S,
    Attempt,
    Identified,
    Idle,
    Measured,
    Measuring,
    Registering,
    Settled,
    carried,
)
from gate_agent.domain.state import Door, Step
from gate_agent.domain.temperature import Window, judge


def on_card(door: Door, event: PersonIdentified) -> Step:
    """A person laid a card."""
    person, at = event.person, event.at
    match door.passage:
        case Measured() as state:
            known = replace(state, **_identity(event, state.known_phone))
            return verdict.decide(door, known, person, at)
        case Measuring(person=None) as state:
            paired = replace(
                state, **_identity(event, state.known_phone), pair_due_ns=_pair_ns(door, at)
            )
            return Step(replace(door, passage=paired))
        case Settled() as state:
            return _card_after_verdict(door, state, event)
        case Measuring() | Identified() as state:
            if _is_same(state, person):
                return Step(door, (Note("same_card"),))
            return verdict.ambiguous(door, state, "two_cards", at)
        case Registering() as state:
            # card and measurement are paired already: the next in the queue can wait
            return Step(door, (Note("same_card" if _is_same(state, person) else "card_too_early"),))
        case Idle():
            return _begin_with_card(door, event)


def on_unreadable(door: Door, event: CardUnreadable) -> Step:
    """A card was laid whose number cannot be one: whose it is, is not known."""
    at, state = event.at, door.passage
    note = Note(f"card_fault_{event.fault}")
    if isinstance(state, Registering) or (isinstance(state, Settled) and state.waits_for_hand):
        return Step(door, (note,))
    if isinstance(state, Idle | Settled):
        if _is_held_here(state, at):
            return Step(door, (note,))
        passage_id, ids = door.ids.take()
        new = Attempt(passage_id=passage_id, started=at, presence=state.presence)
        done = verdict.recheck(replace(door, ids=ids), new, "card_fault", at)
    elif state.person is None:
        done = verdict.recheck(door, state, "card_fault", at)
    else:
        done = verdict.ambiguous(door, state, "two_cards", at)
    return Step(done.door, (*done.effects, note))


def on_code(door: Door, event: CodeShown) -> Step:
    """Whoever is being screened shows a code: a phone to confirm, or an appointment."""
    state = door.passage
    if isinstance(state, Idle | Settled):
        return Step(door, (Note("code_at_nobody"),))
    booked = state.is_booked or hall.is_booked_by_code(
        door.policy, event.appointment_sha256, event.at.utc
    )
    shown = replace(state, known_phone=event.phone or state.known_phone, is_booked=booked)
    return Step(replace(door, passage=shown))


def on_reading(door: Door, event: ReadingTaken) -> Step:
    """The thermometer reported."""
    if not door.thermometer_usable:
        return Step(door, (Note("reading_untrusted"),))
    at, reading = event.at, event.reading
    state = door.passage
    skin = door.profile.sees_skin(reading)
    arrives = skin and state.presence.is_gone(at)
    presence = state.presence.after(skin=skin, at=at)
    match state:
        case Measuring():
            more = replace(state, window=state.window.add(reading), presence=presence)
            if more.window.finished(at, door.profile, door.policy.measurement):
                return _conclude(door, more, at)
            return Step(replace(door, passage=more))
        case Identified() if skin:
            seen = replace(state, presence=presence)
            measuring = _measuring(door, seen, reading, at, pair_due_ns=state.due_ns)
            return Step(replace(door, passage=measuring))
        case Measured() if arrives:
            joined = replace(state, presence=presence)
            return verdict.ambiguous(door, joined, "two_people", at)
        case Settled(waits_for_hand=True) if door.measures_by_hand:
            return Step(replace(door, passage=replace(state, presence=presence)))
        case Idle() | Settled() if arrives:
            passage_id, ids = door.ids.take()
            new = Attempt(passage_id=passage_id, started=at, presence=presence)
            measuring = _measuring(door, new, reading, at, pair_due_ns=None)
            return Step(replace(door, passage=measuring, ids=ids))
        case Idle() | Identified() | Measured() | Registering() | Settled():
            return Step(replace(door, passage=replace(state, presence=presence)))


def on_thermometer(door: Door, event: ThermometerChanged) -> Step:
    """The thermometer is lost or back. Lost, it also no longer tells who stands there."""
    door = replace(door, thermometer_usable=event.usable)
    if event.usable:
        return Step(door)
    match door.passage:
        case Measuring() | Identified() | Measured() as state:
            blind = replace(state, presence=NOBODY)
            return verdict.recheck(door, blind, "thermometer_lost", event.at)
        case Idle() | Registering() | Settled() as rest:
            return Step(replace(door, passage=replace(rest, presence=NOBODY)))


def on_trust(door: Door, event: TrustChanged) -> Step:
    """The thermometer is believed again, or no longer: then its last word waits for no card."""
    door = replace(door, thermometer_trusted=event.trusted)
    state = door.passage
    if event.trusted or not isinstance(state, Measured) or _is_by_hand(state.temperature):
        return Step(door)
    return verdict.recheck(door, state, "thermometer_untrusted", event.at)


def on_due(door: Door, at: Moment) -> Step:
    """The passage's deadline has passed."""
    match door.passage:
        case Measuring() as state:
            if at.boot_ns >= state.window_due_ns:
                return _conclude(door, state, at)
            return _left_unmeasured(door, state)
        case Identified() as state:
            why = "no_temperature" if door.thermometer_trusted else "thermometer_untrusted"
            return verdict.recheck(door, state, why, at)
        case Measured() as state:
            return verdict.recheck(door, state, "no_card", at)
        case Registering() as state:
            return verdict.settle(door, state, Decision.DENY, ("registration_timeout",), at)
        case Settled() as state:
            return Step(replace(door, passage=Idle(presence=state.presence)))
        case Idle():
            return Step(door)


class _Identity(TypedDict):
    person: Person
    known_phone: Secret | None
    identified: Moment
    is_repeat: bool


def _identity(event: PersonIdentified, shown: Secret | None = None) -> _Identity:
    """Return what a card makes known of an attempt; a phone `shown` as a code is newer."""
    phone = event.known_phone
    return _Identity(
        person=event.person,
        known_phone=shown or phone,
        identified=event.at,
        is_repeat=phone is not None,
    )


def _begin_with_card(door: Door, event: PersonIdentified) -> Step:
    """Begin a passage that is measured from here on, whatever was measured before."""
    passage_id, ids = door.ids.take()
    door = replace(door, ids=ids)
    new = Attempt(
        passage_id=passage_id,
        started=event.at,
        presence=door.passage.presence,
        **_identity(event),
    )
    if not door.thermometer_usable:
        return verdict.recheck(door, new, "thermometer_lost", event.at)
    identified = Identified(**carried(new), due_ns=_pair_ns(door, event.at))
    return Step(replace(door, passage=identified))


def _card_after_verdict(door: Door, state: Settled, event: PersonIdentified) -> Step:
    if state.person is not None and state.waits_for_hand and door.measures_by_hand:
        same = _is_same(state, event.person)
        return Step(door, (Note("same_card" if same else "card_too_early"),))
    if _is_same(state, event.person):
        if event.at.boot_ns < state.settled.plus_s(SAME_CARD_S):
            return Step(door)
    elif state.person is None and _is_held_here(state, event.at):
        named = _name_the_held(door, state, event)
        if named is not None:
            return named
    return _begin_with_card(door, event)


def _name_the_held(door: Door, state: Settled, event: PersonIdentified) -> Step | None:
    """The held person, still standing there, lays a card: the hold gets its name."""
    person = event.person
    holds = tuple(
        replace(hold, person_ref=person.person_ref, category=person.category)
        if hold.hold_id == state.hold_id and hold.state is not HoldState.RELEASED
        else hold
        for hold in door.holds
    )
    if holds == door.holds:
        return None
    named = replace(state, **_identity(event))
    register = verdict.register(door, named)
    named = replace(named, registered=bool(register))
    record = Write(verdict.decided(door, named, event.at))
    return Step(replace(door, passage=named, holds=holds), (*register, record))


def _measuring(
    door: Door, attempt: Attempt, reading: Reading, at: Moment, *, pair_due_ns: int | None
) -> Measuring:
    window = Window(started=at, readings=(reading,))
    return Measuring(
        **carried(attempt),
        window=window,
        window_due_ns=window.ends_ns(door.policy.measurement),
        pair_due_ns=pair_due_ns,
    )


def _conclude(door: Door, state: Measuring, at: Moment) -> Step:
    """The measurement is over: decide on it, or wait for the card."""
    measurement = door.policy.measurement
    usual = door.memory.usual(door.profile, at.boot_ns)
    temperature = judge(state.window.readings, door.profile, measurement, usual)
    measured = replace(state, temperature=temperature)
    if not door.thermometer_trusted and temperature.outcome is not Outcome.ELEVATED:
        return verdict.recheck(door, measured, "thermometer_untrusted", at)
    return on_measured(door, measured, temperature, at)


def on_measured(door: Door, attempt: Attempt, temperature: Temperature, at: Moment) -> Step:
    """A measurement is there: decide on it, or wait for the card."""
    measured = replace(attempt, temperature=temperature)
    match temperature.outcome:
        case Outcome.ELEVATED:
            return verdict.hold(door, measured, "elevated", at)
        case Outcome.LOW | Outcome.UNUSABLE:
            return verdict.recheck(door, measured, temperature.reason or "unstable", at)
        case Outcome.NORMAL if attempt.person is not None:
            return verdict.decide(door, measured, attempt.person, at)
        case Outcome.NORMAL:
            waiting = Measured(**carried(measured), due_ns=_pair_ns(door, at))
            return Step(replace(door, passage=waiting))


def _is_by_hand(temperature: Temperature | None) -> bool:
    return temperature is not None and temperature.contact_centi_c is not None


def _left_unmeasured(door: Door, state: Measuring) -> Step:
    """Who was only glanced at has not been measured; whose card is here may step up again."""
    if state.person is None or state.pair_due_ns is None:
        return Step(replace(door, passage=Idle()), (Note("passed_by"),))
    back = replace(state, presence=NOBODY)
    return Step(
        replace(door, passage=Identified(**carried(back), due_ns=state.pair_due_ns)),
    )


def _is_held_here(state: Idle | Settled, now: Moment) -> bool:
    """Whether a held person has not moved from the door."""
    held = isinstance(state, Settled) and state.decision is Decision.HOLD
    return held and not state.presence.is_gone(now)


def _pair_ns(door: Door, at: Moment) -> int:
    return at.plus_s(door.policy.measurement.pair_within_s)


def _is_same(attempt: Attempt, person: Person) -> bool:
    return attempt.person is not None and attempt.person.person_ref == person.person_ref
