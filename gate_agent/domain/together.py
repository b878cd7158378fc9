"""What the guard says of who came together (随行): so many, this one too, or split."""

from __future__ import annotations

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import PassageGrouped
from gate_agent.domain import verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.course import on_measured
from gate_agent.domain.desk import waits
from gate_agent.domain.effects import StepRefused, WriteEvent
from gate_agent.domain.events import CompanionCame, CompanionTold, GroupTold
from gate_agent.domain.group import members
from gate_agent.domain.passage import (
    Attempt,
    Gathering,
    Identified,
    Measured,
    Measuring,
    OpenPassage,
    Registering,
    Settled,
    carried,
    is_admitted,
)
from gate_agent.domain.state import DoorState, Step

MOST_COMPANIONS = 20  # a school class comes by its own arrangement


def on_group(door: DoorState, event: GroupTold) -> Step:
    """So many go in with this person; a group that is whole by that goes in at once."""
    state = _passage(door, event.passage_id)
    if not event.by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    if not 0 <= event.companions <= MOST_COMPANIONS:
        raise StepRefused("invalid", f"0 to {MOST_COMPANIONS}", str(event.companions))
    if state.adult is not None or (not waits(door, state) and isinstance(state, Settled)):
        raise StepRefused("out_of_turn", "somebody who waits, and came with nobody", "another")
    reason = (event.reason or "").strip() or None
    if event.companions < state.companions and reason is None:
        raise StepRefused("invalid", "a reason to split", "none")
    record = PassageGrouped(
        passage_id=state.passage_id,
        companions=event.companions,
        was=state.companions,
        by=event.by,
        reason=reason,
        at=format_utc(event.at.utc),
    )
    door = door.placed(replace(state, companions=event.companions))
    done = verdict.go_in(door, state.passage_id, event.at)
    return Step(done.door, (WriteEvent(record), *done.effects))


def on_companion(door: DoorState, event: CompanionTold) -> Step:
    """This person came with that one, or with nobody: then they go on as anybody."""
    state = _passage(door, event.passage_id)
    if not event.by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    if state.companions or (isinstance(state, Settled) and not waits(door, state)):
        raise StepRefused("out_of_turn", "somebody who waits, and has no companions", "another")
    if event.with_next:
        return _with_next(door, state, event)
    if event.adult is not None:
        _takes_companions(door, event.adult, state.passage_id)
    record = PassageGrouped(
        passage_id=state.passage_id,
        companions=0,
        with_passage=event.adult,
        by=event.by,
        at=format_utc(event.at.utc),
    )
    done = _linked(door, replace(state, adult=event.adult), event)
    return Step(done.door, (WriteEvent(record), *done.effects))


def on_companion_came(door: DoorState, event: CompanionCame) -> Step:
    """One of the group is here, and is to be measured by hand: a place of their own, as any.

    Who has a card lays it; the others leave no trace while the thermometer sees nobody.
    """
    if not event.by.strip():
        raise StepRefused("invalid", "who says so", "nobody")
    if not door.measures_by_hand:
        raise StepRefused("out_of_turn", "the thermometer, which measures", "a companion by hand")
    adult = _takes_companions(door, event.adult, "")
    passage_id, ids = door.ids.take()
    new = Attempt(passage_id=passage_id, started=event.at, adult=event.adult)
    others = len(members(door, event.adult))
    if not isinstance(adult, Settled) or waits(door, adult):
        door = door.placed(replace(adult, companions=max(adult.companions, others + 1)))
    place = Identified(**carried(new), due_ns=event.at.boot_ns)
    beside = replace(door, ids=ids, desk=(*door.desk, place))
    return verdict.recheck(beside, new, door.why_by_hand, event.at, by=event.by)


def _with_next(door: DoorState, state: OpenPassage | Settled, event: CompanionTold) -> Step:
    """Let a child who went first wait for who comes next, whose card is not the child's."""
    if event.adult is not None or not isinstance(state, Measuring | Measured):
        raise StepRefused("out_of_turn", "somebody who waits without a card", "another")
    waits = replace(state, with_next=True)
    if isinstance(waits, Measured):
        waits = replace(waits, due_ns=event.at.plus_s(door.policy.registration.within_s))
    record = PassageGrouped(
        passage_id=state.passage_id,
        companions=0,
        with_next=True,
        by=event.by,
        at=format_utc(event.at.utc),
    )
    return Step(door.placed(waits), (WriteEvent(record),))


def _linked(door: DoorState, state: OpenPassage | Settled, event: CompanionTold) -> Step:
    """Let a companion wait for the group, or somebody who is none any more for a card."""
    adult = door.find(event.adult)
    if adult is not None:
        others = [one for one in members(door, event.adult) if one.passage_id != state.passage_id]
        if not isinstance(adult, Settled) and len(others) >= adult.companions:
            door = door.placed(replace(adult, companions=len(others) + 1))
    measured = state.temperature
    if isinstance(state, Measured | Registering) and event.adult is not None:
        return verdict.gather(door, state, event.at)
    if event.adult is None and state.with_next:
        return Step(door.placed(replace(state, with_next=False)))
    if isinstance(state, Gathering) and event.adult is None and measured is not None:
        return on_measured(
            door, Measured(**carried(state), due_ns=state.due_ns), measured, event.at
        )
    return Step(door.placed(state))


def _takes_companions(door: DoorState, adult_id: str, passage_id: str) -> OpenPassage | Settled:
    adult = door.find(adult_id)
    is_here = is_admitted(adult) or isinstance(
        adult, Measuring
    )  # whose verdict the companion waits for
    if adult is None or not (is_here or waits(door, adult)):
        raise StepRefused("not_found", "somebody at the door to come with", "nobody")
    if adult.adult is not None or adult_id == passage_id:
        raise StepRefused("out_of_turn", "somebody who came with nobody", "a companion")
    return adult


def _passage(door: DoorState, passage_id: str) -> OpenPassage | Settled:
    state = door.find(passage_id)
    if state is None:
        raise StepRefused("not_found", "a passage at the door", "another")
    return state
