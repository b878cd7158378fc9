"""A flag (体温偏高) and what the contact thermometer says of it: a person releases, or confirms."""

from __future__ import annotations

from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.measurement_records import ContactRead
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import HoldState
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import BY_CONTACT, Cleared
from gate_agent.domain.contact import still_open
from gate_agent.domain.course import on_measured
from gate_agent.domain.effects import StepRefused, WriteEvent
from gate_agent.domain.events import HandMeasured, HoldStepped
from gate_agent.domain.hall import GONE
from gate_agent.domain.hold import FOUND_INSIDE, NOT_DECIDED, Hold, step_hold
from gate_agent.domain.leaving import went
from gate_agent.domain.passage import Settled
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.taken import closed, released
from gate_agent.domain.temperature import by_hand, not_measured


def find_hold(door: DoorState, hold_id: str) -> Hold:
    """Return this open hold. Raises StepRefused."""
    for hold in door.holds:
        if hold.hold_id == hold_id:
            return hold
    raise StepRefused("not_found", "an open hold", "no such hold")


def with_hold(door: DoorState, hold_id: str, moved: Hold | None) -> DoorState:
    """Return the door with this hold in its new state; a closed one goes, with its contacts."""
    holds = tuple(
        kept
        for hold in door.holds
        for kept in ((moved,) if hold.hold_id == hold_id else (hold,))
        if kept is not None
    )
    return replace(door, holds=holds, contacts=still_open(door.contacts, holds))


def on_hold_step(door: DoorState, event: HoldStepped) -> Step:
    """Somebody did the next step of a hold; whom it releases goes on where they were stopped."""
    hold = find_hold(door, event.hold_id)
    moved, effects = step_hold(hold, event, door.policy.hold, door.policy.calls)
    door = with_hold(door, event.hold_id, moved)
    if moved is None:
        return Step(replace(door, taken=closed(door.taken, hold, event.at)), effects)
    if event.step is HoldState.RELEASED:
        door = _freed_from_others(replace(door, taken=released(door.taken, moved)), moved)
        done = _go_on(door, moved, event.by, event.at)
        return Step(done.door, (*effects, *done.effects))
    if event.step in GONE:
        gone = went(door.inside, hold, event.by, event.at)
        return Step(_gone(door, event.hold_id), (*effects, *gone))
    return Step(door, effects)


def _freed_from_others(door: DoorState, hold: Hold) -> DoorState:
    """Let no hold of another door stop whom a person released here."""
    if hold.person_ref is None or hold.unsure:
        return door
    theirs = {
        (one.gate, hold_told.hold_id)
        for one in door.neighbours
        for hold_told in one.told.holds
        if hold_told.person_ref == hold.person_ref
    }
    return replace(door, freed=door.freed | theirs)


def on_held_measured(door: DoorState, state: Settled, event: HandMeasured) -> Step:
    """Take the contact thermometer's reading of a held person, in one tap (一键).

    Below the line it releases whom only the forehead flagged; who is held for symptoms, or by the
    guard, is rechecked, and a person decides. So is whose forehead is far warmer: one reading more
    is asked for. Above the line, the fever is confirmed.
    """
    hold = find_hold(door, state.hold_id or "")
    if hold.state not in NOT_DECIDED:
        raise StepRefused("out_of_turn", "the steps of the hold", f"a reading while {hold.state}")
    line = door.policy.hold.contact_line_centi_c
    read = hold.read(event.contact_centi_c, line)
    steps = [HoldState.ACKNOWLEDGED, HoldState.RECHECKED][NOT_DECIDED.index(hold.state) :]
    if event.contact_centi_c >= line:
        steps.append(HoldState.CONFIRMED)
    elif hold.reason == "elevated" and not read.asks_again:
        steps.append(HoldState.RELEASED)
    if not steps:
        done = with_hold(door, hold.hold_id, read)
        return Step(done, (WriteEvent(contact_read(event, line, hold)),))
    return _stepped(door, hold, steps, event)


def contact_read(event: HandMeasured, line_centi_c: int, hold: Hold | None = None) -> ContactRead:
    """Return the record of a reading that no step of a hold records."""
    return ContactRead(
        passage_id=event.passage_id,
        hold_id=None if hold is None else hold.hold_id,
        contact_centi_c=event.contact_centi_c,
        contact_threshold_centi_c=line_centi_c,
        by=event.by,
        at=format_utc(event.at.utc),
    )


def on_cleared_named(door: DoorState, hold: Hold, one: Cleared, at: Moment) -> Step:
    """A nameless flag turns out to be of somebody whom the contact thermometer cleared before."""
    steps = [HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED]
    reading = HandMeasured(
        at=at, passage_id=hold.passage_id, contact_centi_c=one.contact_centi_c, by=one.by
    )
    return _stepped(
        door, hold, steps, reading, note=f"{BY_CONTACT} {one.at}", line=one.threshold_centi_c
    )


def _stepped(
    door: DoorState,
    hold: Hold,
    steps: list[HoldState],
    reading: HandMeasured,
    *,
    note: str | None = None,
    line: int | None = None,
) -> Step:
    done = Step(door)
    for to in steps:
        contact = None if to is HoldState.ACKNOWLEDGED else reading.contact_centi_c
        step = HoldStepped(
            at=reading.at,
            hold_id=hold.hold_id,
            step=to,
            by=reading.by,
            details=StepDetails(contact_centi_c=contact, note=note),
            line_centi_c=line,
        )
        more = on_hold_step(done.door, step)
        done = done.then(more)
    return done


def _go_on(door: DoorState, hold: Hold, by: str, at: Moment) -> Step:
    """Let the passage that the hold stopped go on, with the reading that released it.

    Who is released by other grounds than a reading below the line is measured anew.
    """
    state, contact = door.of_hold(hold.hold_id), hold.contact_centi_c
    if state is None:
        return Step(door)
    line = hold.line(door.policy.hold)
    if contact is None or contact >= line or hold.reason == FOUND_INSIDE:
        return Step(_gone(door, hold.hold_id))
    temperature = by_hand(state.temperature or not_measured(door.profile), contact, by, line)
    return on_measured(door, state, temperature, at)


def _gone(door: DoorState, hold_id: str) -> DoorState:
    """Give the held person's place at the desk free."""
    state = door.of_hold(hold_id)
    return door if state is None else door.without(state.passage_id)
