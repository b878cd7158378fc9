"""The door (闸口) as one pure machine: `step(door, event)` gives the door after it, and effects."""

from __future__ import annotations

from itertools import chain

from gate_agent.contract.moment import Moment
from gate_agent.domain import (
    between_doors,
    course,
    found,
    green,
    guard,
    leaving,
    pairing,
    release,
    together,
    whose,
)
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import cleared_after
from gate_agent.domain.commissioning import commissioned
from gate_agent.domain.effects import Admit, Effect, Effects, Note, WriteEvent
from gate_agent.domain.events import (
    AppointmentGiven,
    CardJudged,
    CardUnreadable,
    CodeShown,
    CompanionCame,
    CompanionTold,
    ContactJudged,
    ContactsFound,
    DeparturesTold,
    DoorEvent,
    DrillStarted,
    ExitSeen,
    FoundInside,
    FoundOrdered,
    GreenGiven,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    NoteTaken,
    OtherDoorHeard,
    OtherHoldAnswered,
    PassageDismissed,
    PassagesInterrupted,
    PersonIdentified,
    PolicyChanged,
    ReadingTaken,
    RegistrationGiven,
    SymptomsDeclared,
    ThermometerChanged,
    TimePassed,
    TrustChanged,
)
from gate_agent.domain.hold import hold_overdue
from gate_agent.domain.state import DoorState, Ids, Step

__all__ = [
    "AppointmentGiven",
    "CardJudged",
    "CardUnreadable",
    "CodeShown",
    "CompanionCame",
    "CompanionTold",
    "ContactJudged",
    "ContactsFound",
    "DeparturesTold",
    "DoorEvent",
    "DoorState",
    "DrillStarted",
    "ExitSeen",
    "FoundInside",
    "FoundOrdered",
    "GreenGiven",
    "GroupTold",
    "GuardOverrode",
    "HandMeasured",
    "HoldStepped",
    "Ids",
    "NoteTaken",
    "OtherDoorHeard",
    "OtherHoldAnswered",
    "PassageDismissed",
    "PassagesInterrupted",
    "PersonIdentified",
    "PolicyChanged",
    "ReadingTaken",
    "RegistrationGiven",
    "Step",
    "SymptomsDeclared",
    "ThermometerChanged",
    "TimePassed",
    "TrustChanged",
    "next_deadline_ns",
    "passage_due_ns",
    "step",
]


def step(door: DoorState, event: DoorEvent) -> Step:
    """Return what `event` does at `door`; what was due by then is done first.

    Raises StepRefused for a guard's request that cannot be done: then nothing was done.
    """
    late = _remembered(_overdue(door, event.at), event.at)
    done = _told(late.then(_remembered(_happen(late.door, event), event.at)))
    return Step(done.door, tuple(sorted(done.effects, key=_permits)))  # of several people, too


def _permits(effect: Effect) -> bool:
    return isinstance(effect, Admit)


def _told(done: Step) -> Step:
    """Tell of each passage that was to be put where it cannot be; the gate opens for none."""
    gone = done.door.misplaced
    if not gone:
        return done
    kept = (one for one in done.effects if not isinstance(one, Admit) or one.passage_id not in gone)
    notes = (Note("misplaced") for _ in gone)
    return Step(replace(done.door, misplaced=()), (*kept, *notes))


def next_deadline_ns(door: DoorState) -> int | None:
    """Return when something is due next, in nanoseconds since boot; None if nothing is."""
    due = [passage_due_ns(door), *(hold.due_ns for hold in door.holds)]
    return min((ns for ns in due if ns is not None), default=None)


def passage_due_ns(door: DoorState) -> int | None:
    """Return when something of a passage is due next, at the spot or at the desk."""
    if not door.desk:
        return door.passage.due_ns
    due = (door.passage.due_ns, *(place.due_ns for place in door.desk))
    return min((ns for ns in due if ns is not None), default=None)


def _happen(door: DoorState, event: DoorEvent) -> Step:
    match event:
        case ReadingTaken():
            return course.on_reading(door, event)
        case PersonIdentified():
            return pairing.on_card(door, event)
        case CardUnreadable():
            return pairing.on_unreadable(door, event)
        case CardJudged():
            return whose.on_card_judged(door, event)
        case CodeShown():
            return pairing.on_code(door, event)
        case ThermometerChanged():
            return course.on_thermometer(door, event)
        case TrustChanged():
            return course.on_trust(door, event)
        case HandMeasured():
            return guard.on_hand_measured(door, event)
        case RegistrationGiven():
            return guard.on_registration(door, event)
        case SymptomsDeclared():
            return guard.on_symptoms(door, event)
        case GuardOverrode():
            return guard.on_override(door, event)
        case PassageDismissed():
            return guard.on_dismissal(door, event)
        case GroupTold():
            return together.on_group(door, event)
        case CompanionTold():
            return together.on_companion(door, event)
        case CompanionCame():
            return together.on_companion_came(door, event)
        case GreenGiven():
            return green.on_green(door, event)
        case AppointmentGiven():
            return green.on_appointment(door, event)
        case FoundInside():
            return found.on_found(door, event)
        case FoundOrdered():
            return found.on_ordered(door, event)
        case ExitSeen():
            return leaving.on_exit(door, event)
        case DeparturesTold():
            return leaving.on_departures(door, event)
        case HoldStepped():
            return release.on_hold_step(door, event)
        case NoteTaken():
            return guard.on_note(door, event)
        case DrillStarted():
            return guard.on_drill(door, event)
        case ContactsFound():
            return guard.on_contacts_found(door, event)
        case ContactJudged():
            return guard.on_contact_judged(door, event)
        case OtherDoorHeard():
            return between_doors.on_other_door(door, event)
        case OtherHoldAnswered():
            return between_doors.on_answer(door, event)
        case PassagesInterrupted():
            return course.on_interrupted(door, event)
        case PolicyChanged():
            return Step(replace(door, policy=event.policy))
        case TimePassed():
            return Step(door)


def _remembered(done: Step, at: Moment) -> Step:
    """Let what is known of people take in what is recorded, as a restart does."""
    if not done.effects:
        return done
    memory, cleared, rechecked = done.door.memory, done.door.cleared, done.door.rechecked
    inside, effects = done.door.inside, done.effects
    for effect in done.effects:
        if isinstance(effect, WriteEvent) and not effect.drill:
            memory = memory.after(effect.record, at.boot_ns)
            cleared = cleared_after(cleared, effect.record, at.boot_ns)
            rechecked = between_doors.rechecked_after(rechecked, effect.record)
            inside = inside.after(effect.record, at.boot_ns)
    kept = done.door
    new = memory, cleared, rechecked, inside
    old = kept.memory, kept.cleared, kept.rechecked, kept.inside
    if all(one is other for one, other in zip(new, old, strict=True)):
        return done
    knows = None if memory is kept.memory else commissioned(kept.memory, memory, kept.profile, at)
    if knows is not None:
        memory, effects = knows, (*effects, WriteEvent(knows.learnt[-1][0]))
    door = replace(kept, memory=memory, cleared=cleared, rechecked=rechecked, inside=inside)
    return Step(door, effects)


def _overdue(door: DoorState, at: Moment) -> Step:
    """Do what is due: the passages until nothing of them is, then each hold once."""
    effects: Effects = ()
    while (due_ns := passage_due_ns(door)) is not None and due_ns <= at.boot_ns:
        done = course.on_due(door, at)
        door, effects = done.door, (*effects, *done.effects)
    if any(hold.due_ns is not None and hold.due_ns <= at.boot_ns for hold in door.holds):
        holds, escalated = zip(
            *(hold_overdue(hold, at, door.calls) for hold in door.holds), strict=True
        )
        door = replace(door, holds=holds)
        effects = (*effects, *chain.from_iterable(escalated))
    return Step(door, effects)
