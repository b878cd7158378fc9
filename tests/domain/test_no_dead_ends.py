"""From wherever a door can get: a fever stops, the healthy can get in, nothing is swallowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import ACTS, Act
from domain.benches import FEVER, NO_SKIN, NOON, NORMAL, PHONE, later, new_door, somebody
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand, Decision, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import Reading
from gate_agent.domain.desk import UNDECIDED, waits
from gate_agent.domain.door import (
    CardJudged,
    CardUnreadable,
    CodeShown,
    CompanionTold,
    DoorEvent,
    DoorState,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    PassagesInterrupted,
    PersonIdentified,
    PolicyChanged,
    ReadingTaken,
    RegistrationGiven,
    ThermometerChanged,
    TimePassed,
    TrustChanged,
    step,
)
from gate_agent.domain.effects import Admit, Effects, StepRefused, WriteEvent
from gate_agent.domain.group import ready
from gate_agent.domain.passage import Gathering, Idle, Measured, OpenPassage, Registering, Settled

_TAPS = 8  # a guard needs fewer for one person
RESTARTS = st.lists(st.integers(0, 200), max_size=2)


def restarted(door: DoorState, now: Moment) -> DoorState:
    """Return what a restart keeps: the holds, and the passages that they stopped.

    Everybody else who waited leaves with an event.
    """
    waited = [one for one in (door.passage, *door.desk) if isinstance(one, OpenPassage)]
    held = tuple(
        place
        for place in (*door.desk, door.passage)
        if isinstance(place, Settled) and place.decision is Decision.HOLD and waits(door, place)
    )
    door = replace(door, passage=Idle(), desk=held)
    done = step(door, PassagesInterrupted(at=now, attempts=tuple(waited)))
    told = {one.record.subject for one in done.effects if isinstance(one, WriteEvent)}
    assert told >= {one.passage_id for one in waited}, "left without an event"
    return done.door


def played(acts: Sequence[Act], restarts: Sequence[int]) -> tuple[DoorState, Moment]:
    """Let all of it happen, with the power going in between; nothing may be swallowed."""
    door, now, count = new_door(Policy()), NOON, 0
    for act in acts:
        for _ in range(act.times):
            now = later(now, act.wait_s)
            event = act.make(door, now)
            before = step(door, TimePassed(at=now)).door
            try:
                done = step(door, event)
            except StepRefused:
                done = step(door, TimePassed(at=now))
            else:
                seen = isinstance(event, PersonIdentified | CardUnreadable | CodeShown)
                assert not seen or done.effects or done.door != before, "swallowed"
            door, count = done.door, count + 1
            if count in restarts:
                door = restarted(door, now)
    return door, now


def well(door: DoorState, now: Moment) -> DoorState:
    """Return the door open to everybody, with a thermometer that works."""
    for event in (
        PolicyChanged(at=now, policy=Policy()),
        ThermometerChanged(at=now, usable=True),
        TrustChanged(at=now, trusted=True),
    ):
        door = step(door, event).door
    return door


def reads(door: DoorState, now: Moment, *surfaces: int) -> tuple[DoorState, Moment]:
    for surface in surfaces:
        now = later(now, 0.1)
        reading = Reading(surface_centi_c=surface, ambient_centi_c=2400)
        door = step(door, ReadingTaken(at=now, reading=reading)).door
    return door, now


def tap(door: DoorState, now: Moment, passage_id: str, letter: str) -> DoorEvent | None:
    """Return what a guard taps next so that this healthy person gets in; None: nothing is left."""
    state = door.find(passage_id)
    if isinstance(state, Settled) and state.decision is Decision.HOLD:
        hold = next((one for one in door.holds if one.hold_id == state.hold_id), None)
        if hold is None or hold.state not in UNDECIDED:
            return None
        if state.card_asked and state.person is not None:
            return CardJudged(at=now, passage_id=passage_id, theirs=True, by="g")
        by_steps = hold.state in (HoldState.CONFIRMED, HoldState.REPORTED) or (
            hold.state is HoldState.RECHECKED and hold.reason != "elevated"
        )
        if by_steps:
            details = StepDetails(contact_centi_c=3650)
            return HoldStepped(
                at=now, hold_id=hold.hold_id, step=HoldState.RELEASED, by="g", details=details
            )
        return HandMeasured(at=now, passage_id=passage_id, contact_centi_c=3650, by="g")
    if isinstance(state, Measured):
        typed = replace(somebody(letter), by_hand=ByHand(reason="no_card", by="g"))
        return PersonIdentified(at=now, person=typed, passage_id=passage_id)
    if isinstance(state, Gathering) and state.adult is not None:
        return CompanionTold(at=now, passage_id=passage_id, adult=None, by="g")
    if isinstance(state, Gathering):
        here = len(ready(door, passage_id))
        return GroupTold(at=now, passage_id=passage_id, companions=here, by="g", reason="split")
    if isinstance(state, Registering) and state.card_asked:
        return CardJudged(at=now, passage_id=passage_id, theirs=True, by="g")
    if isinstance(state, Registering):
        given_now = RegistrationDetails(phone=PHONE)
        return RegistrationGiven(at=now, passage_id=passage_id, details=given_now, by="g")
    if isinstance(state, Settled) and state.decision is Decision.DENY:
        return GuardOverrode(
            at=now, passage_id=passage_id, decision=Decision.RECHECK, by="g", reason="again"
        )
    if state is None:
        return None
    return HandMeasured(at=now, passage_id=passage_id, contact_centi_c=3650, by="g")


def helped(door: DoorState, now: Moment, passage_id: str, letter: str) -> Effects:
    """Let a guard tap for this person until they are in, or nothing is left to tap."""
    effects: Effects = ()
    for _ in range(_TAPS):
        event = tap(door, now, passage_id, letter)
        if event is None:
            break
        done = step(door, event)
        door, effects = done.door, (*effects, *done.effects)
        if any(isinstance(one, Admit) and one.passage_id == passage_id for one in done.effects):
            break
        now = later(now, 0.2)
    return effects


def is_in(effects: Effects, passage_id: str) -> bool:
    return any(isinstance(one, Admit) and one.passage_id == passage_id for one in effects)


@settings(max_examples=150, deadline=None)
@given(ACTS, RESTARTS)
def test_a_fever_stops_whoever_stands_there(acts: list[Act], restarts: list[int]) -> None:
    door, now = played(acts, restarts)
    door, now = reads(well(door, now), now, *[FEVER] * 40)

    state = door.passage
    who = state.last if isinstance(state, Idle) else state
    assert who is not None
    by_hand = who.temperature is not None and who.temperature.contact_centi_c is not None
    assert by_hand or (isinstance(who, Settled) and who.decision is Decision.HOLD)


@settings(max_examples=150, deadline=None)
@given(ACTS, RESTARTS)
def test_everybody_who_waits_can_get_in_by_the_guards_taps(
    acts: list[Act], restarts: list[int]
) -> None:
    door, now = played(acts, restarts)
    door, now = well(door, now), later(now, 0.01)
    for place in (door.passage, *door.desk):
        if isinstance(place, Idle) or not waits(door, place):
            continue
        if isinstance(place, Settled) and place.hold_id is not None:
            newest = door.of_hold(place.hold_id)
            assert newest is not None
            if newest is not place:
                continue  # the same person, who came again: it is that passage that goes on
        effects = helped(door, now, place.passage_id, "d")
        assert is_in(effects, place.passage_id), place


@settings(max_examples=150, deadline=None)
@given(ACTS, RESTARTS)
def test_somebody_new_and_healthy_gets_in_whatever_was_before(
    acts: list[Act], restarts: list[int]
) -> None:
    door, now = played(acts, restarts)
    door, now = reads(well(door, now), now, *[NO_SKIN] * 15)
    door, now = reads(door, now, *[NORMAL] * 6)
    passage_id = door.passage.passage_id

    assert passage_id is not None
    state = door.passage
    if isinstance(state, Settled) and state.decision is Decision.ADMIT:
        return  # the early card of a member of staff: in without a tap
    assert is_in(helped(door, now, passage_id, "e"), passage_id)


@settings(max_examples=150, deadline=None)
@given(ACTS, RESTARTS)
def test_every_place_has_a_deadline_or_a_person_who_is_called(
    acts: list[Act], restarts: list[int]
) -> None:
    door, _ = played(acts, restarts)
    for place in (door.passage, *door.desk):
        if isinstance(place, Idle) or place.due_ns is not None:
            continue
        assert isinstance(place, Settled)
        held = [hold for hold in door.holds if hold.hold_id == place.hold_id]
        here = place is door.passage and place.presence.gone_ns is None
        assert here or [hold for hold in held if hold.due_ns is not None], place
