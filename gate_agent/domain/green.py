"""The green channel (绿色通道), and who is booked on the spot (现场补预约), as a guard says it.

Neither lets anybody in by itself: who is let by is measured, known by name and held as anybody.
"""

from __future__ import annotations

from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.passage_marks import AppointmentMade, PassageMarked
from gate_agent.contract.records import Decision
from gate_agent.domain import hall, verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.desk import waits
from gate_agent.domain.effects import StepRefused, WriteEvent
from gate_agent.domain.events import AppointmentGiven, GreenGiven
from gate_agent.domain.passage import OpenPassage, Settled
from gate_agent.domain.state import DoorState, Step


def on_green(door: DoorState, event: GreenGiven) -> Step:
    """The guard gives the mark with a reason, or takes back what a guard gave."""
    state = _passage(door, event.passage_id, event.by)
    reason = None if event.reason is None else event.reason.strip()
    if reason == "":
        raise StepRefused("invalid", "a reason", "none")
    gives = reason is not None
    if state.is_green is gives or not _goes_on(door, state):
        expected = "without" if gives else "with"
        raise StepRefused(
            "out_of_turn", f"somebody who waits, {expected} a guard's mark", "another"
        )
    record = PassageMarked(
        passage_id=state.passage_id,
        green_channel=gives,
        reason=reason,
        by=event.by,
        at=format_utc(event.at.utc),
    )
    done = _let_by(door, replace(state, is_green=gives), event.at)
    return Step(done.door, (WriteEvent(record), *done.effects))


def on_appointment(door: DoorState, event: AppointmentGiven) -> Step:
    """The guard books somebody on the spot, for this passage."""
    state = _passage(door, event.passage_id, event.by)
    person = state.person
    if person is None or not _goes_on(door, state) or not _lacks_one(door, state, event.at):
        raise StepRefused("out_of_turn", "somebody known who lacks an appointment", "another")
    record = AppointmentMade(
        passage_id=state.passage_id,
        person_ref=person.person_ref,
        by=event.by,
        at=format_utc(event.at.utc),
    )
    done = _let_by(door, replace(state, is_booked=True), event.at)
    return Step(done.door, (WriteEvent(record), *done.effects))


def _let_by(door: DoorState, state: OpenPassage | Settled, at: Moment) -> Step:
    """Let who was turned away for the lack of an appointment go on where they were stopped."""
    door = door.placed(state)
    turned_away = isinstance(state, Settled) and hall.is_unbooked(state.reasons)
    if not turned_away or state.person is None or _lacks_one(door, state, at):
        return Step(door)
    return verdict.decide(door, state, state.person, at)


def _goes_on(door: DoorState, state: OpenPassage | Settled) -> bool:
    """Whether this may matter still: nobody has let them in, nor sent them away for good."""
    if not isinstance(state, Settled) or waits(door, state):
        return True
    return state.decision is Decision.DENY and hall.is_unbooked(state.reasons)


def _lacks_one(door: DoorState, state: OpenPassage | Settled, at: Moment) -> bool:
    if state.person is None:
        return False
    refused = verdict.refusal(door, state, state.person, at)
    return refused is not None and hall.is_unbooked((refused,))


def _passage(door: DoorState, passage_id: str, by: str) -> OpenPassage | Settled:
    state = door.find(passage_id)
    if state is None:
        raise StepRefused("not_found", "a passage at the door", "another")
    if not by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    return state
