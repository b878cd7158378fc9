"""What readings and time do: to who stands at the spot, and to who waits at the desk."""

from __future__ import annotations

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import Decision, Outcome, PassageLeft, Temperature
from gate_agent.contract.signals import Reading
from gate_agent.domain import verdict
from gate_agent.domain.baseline import NEW_DOOR, UNTRUSTED
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import beyond_rail, vouched
from gate_agent.domain.desk import asked_too, asking_whose, freed, pair_ns, set_aside
from gate_agent.domain.effects import Note, WriteEvent
from gate_agent.domain.events import (
    PassagesInterrupted,
    ReadingTaken,
    ThermometerChanged,
    TrustChanged,
)
from gate_agent.domain.group import wanting
from gate_agent.domain.passage import (
    EARLY_S,
    NOBODY,
    SETTLED_FOR_S,
    Attempt,
    Gathering,
    Identified,
    Idle,
    Measured,
    Measuring,
    Presence,
    Registering,
    Settled,
    Waiting,
    carried,
    is_held,
)
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.temperature import (
    ReadingWindow,
    is_by_hand,
    judge,
    not_measured,
    stable_part,
)


def on_reading(door: DoorState, event: ReadingTaken) -> Step:
    """The thermometer reported: always of who stands at the spot, whatever they wait for."""
    if not door.thermometer_usable:
        return Step(door, (Note("reading_untrusted"),))
    at, reading, state = event.at, event.reading, door.passage
    skin = door.profile.sees_skin(reading)
    arrives = skin and state.presence.is_gone(at)
    presence = state.presence.after(reading, skin=skin, at=at, kept=door.profile.stable_samples)
    if skin:
        known = None if arrives or state.person is None else state.person.person_ref
        door = replace(door, seen=(known, at.boot_ns))
    if isinstance(state, Measuring):
        more = replace(state, window=state.window.add(reading), presence=presence)
        if more.window.finished(at, door.profile, door.policy.measurement):
            return _conclude(door, more, at)
        return Step(replace(door, passage=more))
    if isinstance(state, Identified) and skin:
        if state.unsure:
            door = asking_whose(door, at)
            state = asked_too(door, state)
        seen = replace(state, presence=presence)
        measuring = _measuring(door, seen, reading, at, pair_due_ns=state.due_ns)
        return _with_who_waited(door, measuring, at)
    if arrives:
        return _arrived(door, presence, reading, at)
    still = replace(state, presence=presence)
    if skin and max(door.profile.value(reading), reading.surface_centi_c) > presence.judged:
        return _more_of(door, still, at)
    return Step(replace(door, passage=still))


def on_thermometer(door: DoorState, event: ThermometerChanged) -> Step:
    """The thermometer is lost or back. Lost, it also no longer tells who stands there.

    Who waits at the spot is taken to stand there still when it is back, so that nobody is held
    twice; where what it sees then, or a card, speaks against that, it is measured as another.
    """
    seen = None if door.seen is None else (None, event.at.boot_ns)  # whoever came meanwhile
    door = replace(door, thermometer_usable=event.usable, seen=seen)
    if event.usable:
        return Step(_still_there(door, event.at))
    state = door.passage
    if isinstance(state, Registering | Gathering) or (
        isinstance(state, Settled) and (is_held(state) or state.waits_for_hand)
    ):
        unseen = replace(state.presence, recent=(), judged=0, doubtful=True)
        door = replace(door, passage=replace(state, presence=unseen))
    elif isinstance(state, Idle):
        door = replace(door, passage=Idle())
    else:
        door = replace(door, passage=replace(state, presence=NOBODY))
    return _take_back(door, (Measuring, Identified, Measured), "thermometer_lost", event.at)


def _still_there(door: DoorState, at: Moment) -> DoorState:
    """Take whose card came a moment ago, while it was lost, to stand there: nobody waits twice."""
    state = door.passage
    if not isinstance(state, Settled) or not state.waits_for_hand or state.person is None:
        return door
    if state.presence != NOBODY or at.boot_ns >= state.settled.plus_s(SETTLED_FOR_S):
        return door
    return replace(door, passage=replace(state, presence=Presence(seen_ns=at.boot_ns)))


def on_trust(door: DoorState, event: TrustChanged) -> Step:
    """The thermometer is believed again, or no longer: then its last word waits for no card."""
    door = replace(door, thermometer_trusted=event.trusted)
    if event.trusted:
        return Step(door)
    return _take_back(door, (Measured,), UNTRUSTED, event.at)


def on_interrupted(door: DoorState, event: PassagesInterrupted) -> Step:
    """Let who waited at a restart be measured again: what they waited for is known no more."""
    done = Step(door)
    for attempt in event.attempts:
        waits = Identified(**carried(attempt), due_ns=event.at.boot_ns)
        there = replace(done.door, desk=(*done.door.desk, waits))
        more = verdict.recheck(there, attempt, "interrupted", event.at)
        done = done.then(Step(more.door.without(attempt.passage_id), more.effects))
    return done


def on_due(door: DoorState, at: Moment) -> Step:
    """The earliest deadline of a passage, at the spot or at the desk, has passed."""
    due = [state for state in (door.passage, *door.desk) if state.due_ns is not None]
    match min(due, key=lambda state: state.due_ns or 0, default=Idle()):
        case Measuring() as state:
            if at.boot_ns >= state.window_due_ns:
                return _conclude(door, state, at)
            return _left_unmeasured(door, state, at)
        case Identified() as state:
            why = "no_temperature" if door.thermometer_trusted else UNTRUSTED
            why = NEW_DOOR if door.is_starting(at) else why
            return verdict.recheck(door, state, why, at)
        case Measured() as state:
            return verdict.recheck(door, state, "no_card", at)
        case Registering() as state:
            return verdict.settle(door, state, Decision.DENY, ("registration_timeout",), at)
        case Gathering() as state:
            return verdict.waited(door, state, at)
        case Settled() as state if state is not door.passage:
            return Step(door.without(state.passage_id))
        case Settled():
            return Step(freed(door, at))
        case Idle():
            return Step(door)


def on_measured(door: DoorState, attempt: Attempt, temperature: Temperature, at: Moment) -> Step:
    """A measurement is there: decide on it, or wait for the card."""
    card_until_ns = pair_ns(door, at) if attempt.person is None else None
    measured = replace(attempt, temperature=temperature, card_until_ns=card_until_ns)
    match temperature.outcome:
        case Outcome.ELEVATED:
            known = _vouched(door, measured, at)
            if known is not None and known.temperature is not None and known.person is not None:
                return verdict.decide(door, known, known.person, at)
            return verdict.hold(door, measured, "elevated", at)
        case Outcome.LOW | Outcome.UNUSABLE:
            held = verdict.held_before(door, measured, at)  # no cooler skin ends a hold
            if held is not None:
                return held
            return verdict.recheck(door, measured, temperature.reason or "unstable", at)
        case Outcome.NORMAL if attempt.person is not None:
            return verdict.decide(door, measured, attempt.person, at)
        case Outcome.NORMAL if attempt.adult is not None:
            return verdict.gather(door, measured, at)
        case Outcome.NORMAL:
            due_ns = (
                at.plus_s(door.policy.registration.within_s)
                if is_by_hand(temperature)  # a guard is with them: no hurry
                else pair_ns(door, at)
            )
            return Step(door.placed(Measured(**carried(measured), due_ns=due_ns)))


def _vouched(door: DoorState, measured: Attempt, at: Moment) -> Attempt | None:
    """Return a flagged person with the contact reading that cleared them before, None without."""
    temperature = measured.temperature
    one = door.vouching(measured, at)
    if one is None or temperature is None or is_by_hand(temperature) or beyond_rail(temperature):
        return None
    return replace(measured, temperature=vouched(temperature, one))


def _arrived(door: DoorState, presence: Presence, reading: Reading, at: Moment) -> Step:
    """Somebody else stands there now: who waits goes to the desk, a card that waited is theirs."""
    door = set_aside(door)
    for early in door.desk:
        if isinstance(early, Identified):
            door = asking_whose(door, at) if early.unsure else door
            early = asked_too(door, early)  # noqa: PLW2901 as it is now
            here = replace(early, presence=presence, adult=early.adult or wanting(door))
            door = door.without(early.passage_id)
            measuring = _measuring(door, here, reading, at, pair_due_ns=early.due_ns)
            return _with_who_waited(door, measuring, at)
    door = asking_whose(door, at)
    passage_id, ids = door.ids.take()
    back = any(place.back_ns is not None and at.boot_ns < place.back_ns for place in door.desk)
    adult = None if back else wanting(door)  # who laid the card again is no companion of their own
    if back:
        door = replace(door, desk=tuple(replace(place, back_ns=None) for place in door.desk))
    new = Attempt(passage_id=passage_id, started=at, presence=presence, adult=adult)
    measuring = _measuring(door, new, reading, at, pair_due_ns=None)
    return _with_who_waited(replace(door, ids=ids), measuring, at)


def _with_who_waited(door: DoorState, adult: Measuring, at: Moment) -> Step:
    """Who comes now is the adult of a child who went first (与下一位同行), as a guard said."""
    waiting = [place for place in door.desk if place.with_next and isinstance(place, Measured)]
    if not waiting or adult.adult is not None:
        return Step(replace(door, passage=adult))
    adult = replace(adult, companions=adult.companions + len(waiting))
    done = Step(replace(door, passage=adult))
    for child in waiting:
        theirs = replace(child, with_next=False, adult=adult.passage_id)
        more = verdict.gather(done.door, theirs, at)
        done = done.then(more)
    return done


def _more_of(door: DoorState, still: Idle | Waiting, at: Moment) -> Step:
    """Who was judged already stands there, warmer than before: what is stable is judged again."""
    recent = still.presence.recent
    if not stable_part(recent, door.profile):
        return Step(replace(door, passage=still))
    usual = door.memory.usual(door.profile, at.boot_ns)
    temperature = judge(recent, door.profile, door.policy.measurement, usual)
    if temperature.outcome is Outcome.UNUSABLE:  # an error hides no fever that comes after it
        return Step(replace(door, passage=still))
    judged = max(max(door.profile.value(one), one.surface_centi_c) for one in recent)
    known = replace(still, presence=replace(still.presence, judged=judged))
    door = replace(door, passage=known)
    who = known.last if isinstance(known, Idle) else known
    if isinstance(known, Waiting) and known.presence.doubtful and _differs(known, temperature):
        return _another(door, known, temperature, at)
    if who is None or is_held(who):
        return Step(door)
    if temperature.outcome is not Outcome.ELEVATED:
        return Step(door)
    decided = is_by_hand(who.temperature) or door.vouching(who, at) is not None
    if (decided or door.is_starting(at)) and not beyond_rail(temperature):
        return Step(door)  # the contact thermometer decided of this very person, or is going to
    hot = replace(who, temperature=temperature, presence=known.presence)
    return verdict.hold(door, hot, "elevated", at)


def _differs(state: Waiting, seen: Temperature) -> bool:
    """Whether a forehead is warm that was not, or no longer: it may be another's."""
    return _is_warm(state.temperature) != _is_warm(seen)


def _is_warm(measured: Temperature | None) -> bool:
    if measured is None or measured.score_centi_c is None or measured.threshold_centi_c is None:
        return measured is not None and measured.outcome is Outcome.ELEVATED
    return measured.outcome is Outcome.ELEVATED or (
        measured.score_centi_c >= measured.threshold_centi_c
    )


def _another(door: DoorState, state: Waiting, temperature: Temperature, at: Moment) -> Step:
    """Somebody stands there who may be another than who waits: measured for themselves.

    Who was well before, and may be who is warm now, is measured by hand before they go on.
    """
    done = Step(door)
    if isinstance(state, Registering | Gathering):
        done = verdict.recheck(door, state, "thermometer_lost", at)
    door = set_aside(done.door)
    passage_id, ids = door.ids.take()
    here = replace(state.presence, doubtful=False)
    new = Attempt(passage_id=passage_id, started=at, presence=here, adult=wanting(door))
    return done.then(on_measured(replace(door, ids=ids), new, temperature, at))


def _measuring(
    door: DoorState, attempt: Attempt, reading: Reading, at: Moment, *, pair_due_ns: int | None
) -> Measuring:
    window = ReadingWindow(started=at, readings=(reading,))
    if attempt.identified is not None and at.seconds_since(attempt.identified) > EARLY_S:
        attempt = replace(attempt, unsure=True, doubt_ns=None, early=False)  # another may have come
    return Measuring(
        **carried(attempt),
        window=window,
        window_due_ns=window.ends_ns(door.policy.measurement),
        usual=door.memory.usual(door.profile, at.boot_ns),
        pair_due_ns=pair_due_ns,
    )


def _conclude(door: DoorState, state: Measuring, at: Moment) -> Step:
    """The measurement is over: decide on it, or wait for the card."""
    measurement = door.policy.measurement
    temperature = judge(state.window.readings, door.profile, measurement, state.usual)
    stable = stable_part(state.window.readings, door.profile)
    tops = (max(door.profile.value(one), one.surface_centi_c) for one in stable)
    usable = temperature.outcome is not Outcome.UNUSABLE
    presence = replace(state.presence, judged=max(tops, default=0) if usable else 0)
    measured = replace(state, temperature=temperature, presence=presence)
    if usable and door.is_starting(at) and not beyond_rail(temperature):
        return verdict.recheck(door, measured, NEW_DOOR, at)
    if not door.thermometer_trusted and temperature.outcome is not Outcome.ELEVATED:
        return verdict.recheck(door, measured, UNTRUSTED, at)
    return on_measured(door, measured, temperature, at)


def _take_back(door: DoorState, kinds: tuple[type[Attempt], ...], reason: str, at: Moment) -> Step:
    """Measure again, by hand, whom the thermometer's word let go on; not whom the hand did."""
    done = Step(door)
    for state in (door.passage, *door.desk):
        if isinstance(state, kinds) and not is_by_hand(state.temperature):
            again = verdict.recheck(done.door, state, reason, at)
            done = done.then(again)
    return done


def _left_unmeasured(door: DoorState, state: Measuring, at: Moment) -> Step:
    """Who was only glanced at has not been measured; whose card is here may step up again."""
    if state.person is not None and state.pair_due_ns is not None:
        back = replace(state, presence=NOBODY)
        waiting = Identified(**carried(back), due_ns=state.pair_due_ns)
        return Step(replace(door, passage=waiting))
    skin = [r.surface_centi_c for r in state.window.readings if door.profile.sees_skin(r)]
    seen = not_measured(door.profile).model_copy(
        update={
            "lowest_centi_c": min(skin, default=None),
            "highest_centi_c": max(skin, default=None),
            "readings": len(skin),
        }
    )
    record = PassageLeft(
        passage_id=state.passage_id,
        temperature=seen,
        started=format_utc(state.started.utc),
        left=format_utc(at.utc),
    )
    return Step(freed(replace(door, passage=Idle()), at), (WriteEvent(record),))
