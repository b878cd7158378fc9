"""What the doors tell each other (两门互通), and what comes of it: both act as one."""

from __future__ import annotations

from gate_agent.contract.door_told import (
    MOST_TOLD,
    AnswerTold,
    ClearedTold,
    DoorTold,
    FreedTold,
    HoldTold,
    RecheckTold,
)
from gate_agent.contract.hold_records import HoldAnswered
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc
from gate_agent.contract.records import Decision, HoldState, PassageDecided, Record
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import Cleared
from gate_agent.domain.effects import StepRefused, WriteEvent
from gate_agent.domain.events import HoldStepped, OtherDoorHeard, OtherHoldAnswered
from gate_agent.domain.hold import Hold
from gate_agent.domain.neighbours import Neighbour, heard, still_cleared
from gate_agent.domain.release import on_hold_step
from gate_agent.domain.state import DoorState, Step


def on_other_door(door: DoorState, event: OtherDoorHeard) -> Step:
    """Another door told something, or is not there any more: what it told last still counts."""
    before = next((one for one in door.neighbours if one.gate == event.gate), None)
    if event.told is not None:
        now = heard(
            before, event.told, event.at, is_live=event.is_live, freed_ours=event.freed_ours
        )
    elif before is not None:
        now = replace(before, is_live=event.is_live)
    else:
        nothing = DoorTold(gate=event.gate, name=None, time=format_utc(event.at.utc))
        now = Neighbour(gate=event.gate, told=nothing, is_live=event.is_live)
    others = tuple(one for one in door.neighbours if one.gate != event.gate)
    neighbours = tuple(sorted((*others, now), key=lambda one: one.gate))
    there = {(one.gate, hold.hold_id): hold for one in neighbours for hold in one.told.holds}
    waiting = {key for key, hold in there.items() if hold.state == HoldState.FLAGGED}
    freed = (door.freed | {(event.gate, hold_id) for hold_id in event.freed}) & there.keys()
    door = replace(
        door,
        neighbours=neighbours,
        freed=freed,
        answers=door.answers & waiting,
        cleared=still_cleared(door.cleared, neighbours, freed),
    )
    done = Step(door)
    for hold_id in event.answered:
        mine = next((hold for hold in done.door.holds if hold.hold_id == hold_id), None)
        if mine is None or mine.state is not HoldState.FLAGGED:
            continue
        step = HoldStepped(at=event.at, hold_id=hold_id, step=HoldState.ACKNOWLEDGED, by=event.gate)
        more = on_hold_step(done.door, step)
        done = done.then(more)
    return done


def on_answer(door: DoorState, event: OtherHoldAnswered) -> Step:
    """The guard here is with the held person of the other door: told to it, and recorded here."""
    key = event.gate, event.hold_id
    hold = next(
        (
            hold
            for one in door.neighbours
            for hold in one.told.holds
            if (one.gate, hold.hold_id) == key
        ),
        None,
    )
    if hold is None:
        raise StepRefused("not_found", "an open hold of another door", "no such hold")
    if hold.state != HoldState.FLAGGED or key in door.answers:
        raise StepRefused("out_of_turn", "a hold that nobody answered", "one that is answered")
    record = HoldAnswered(
        gate=event.gate, hold_id=event.hold_id, by=event.by, at=format_utc(event.at.utc)
    )
    return Step(replace(door, answers=door.answers | {key}), (WriteEvent(record),))


def rechecked_after(rechecked: tuple[RecheckTold, ...], record: Record) -> tuple[RecheckTold, ...]:
    """Return who must come again after one more record of the journal; most change nothing."""
    if not isinstance(record, PassageDecided) or record.person_ref is None:
        return rechecked
    others = tuple(one for one in rechecked if one.person_ref != record.person_ref)
    if record.decision is not Decision.RECHECK:
        return others if len(others) < len(rechecked) else rechecked
    reason = record.reasons[0] if record.reasons else "unstable"
    new = RecheckTold(person_ref=record.person_ref, reason=reason, at=record.decided)
    return (*others, new)[-MOST_TOLD:]


def told_of(
    door: DoorState, cleared: tuple[Cleared, ...], *, gate: str, name: str | None, at: Moment
) -> DoorTold:
    """Return what the other doors must know of this one; of the cleared, only these are told."""
    since_ns = at.boot_ns - round(door.policy.hold.cleared_for_s * NS_PER_S)
    return DoorTold(
        gate=gate,
        name=name,
        time=format_utc(at.utc),
        holds=tuple(one.told() for one in door.taken if one.is_of_late(at))
        + tuple(
            HoldTold(
                hold_id=hold.hold_id,
                person_ref=None if _frees_nobody(hold) else hold.person_ref,
                category=hold.category,
                reason=hold.reason,
                state=hold.state,
                opened=hold.opened,
                overdue=hold.overdue,
                surface_centi_c=hold.surface_centi_c,
                contact_centi_c=hold.contact_centi_c,
            )
            for hold in door.holds
            if not hold.drill
        ),
        cleared=tuple(
            ClearedTold(
                person_ref=one.person_ref,
                contact_centi_c=one.contact_centi_c,
                threshold_centi_c=one.threshold_centi_c,
                at=one.at,
            )
            for one in cleared
            if one.at_ns >= since_ns
        )[-MOST_TOLD:],
        rechecks=door.rechecked,
        answers=tuple(AnswerTold(gate=to, hold_id=hold_id) for to, hold_id in sorted(door.answers)),
        freed=tuple(FreedTold(gate=to, hold_id=hold_id) for to, hold_id in sorted(door.freed)),
    )


def _frees_nobody(hold: Hold) -> bool:
    """Whether this release says nothing of whom the hold is named after: it may be another."""
    return hold.unsure and hold.state is HoldState.RELEASED
