"""What the guard (值守员) may do to the passage at the door, and when it is refused."""

from __future__ import annotations

from gate_agent.contract.moment import Moment
from gate_agent.contract.records import Category, Decision, HoldState, Outcome
from gate_agent.domain import hall, verdict
from gate_agent.domain.changed import replace
from gate_agent.domain.contact import judge, propose, still_open
from gate_agent.domain.course import on_measured
from gate_agent.domain.desk import freed, set_aside, waits
from gate_agent.domain.effects import Effects, Note, StepRefused, WriteEvent
from gate_agent.domain.events import (
    ContactJudged,
    ContactsFound,
    DrillStarted,
    GuardOverrode,
    HandMeasured,
    NoteTaken,
    PassageDismissed,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.domain.hold import check_reading, note_hold, open_hold
from gate_agent.domain.identified import register_the_held, tell_companions
from gate_agent.domain.passage import (
    Attempt,
    Gathering,
    Idle,
    Measured,
    OpenPassage,
    Registering,
    Settled,
    is_held,
)
from gate_agent.domain.registration import checked
from gate_agent.domain.release import contact_read, find_hold, on_held_measured, with_hold
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.stopping import stopped_by
from gate_agent.domain.temperature import by_hand, is_by_hand, not_measured

# What a verdict may be overruled to. The gate that has opened cannot be denied any more, and a
# held person is released by the steps of the hold alone.
_OVERRULED_TO: dict[Decision, tuple[Decision, ...]] = {
    Decision.ADMIT: (Decision.HOLD,),
    Decision.DENY: (Decision.ADMIT, Decision.RECHECK, Decision.HOLD),
    Decision.RECHECK: (Decision.ADMIT, Decision.DENY, Decision.HOLD),
    Decision.AMBIGUOUS: (Decision.DENY, Decision.RECHECK, Decision.HOLD),
    Decision.HOLD: (),
}
_OPEN_TO = (Decision.ADMIT, Decision.DENY, Decision.RECHECK, Decision.HOLD)
_MEASURED = (Outcome.NORMAL, Outcome.LOW)  # unknown is not normal, whoever says so


def on_registration(door: DoorState, event: RegistrationGiven) -> Step:
    """The guard registers the visitor (实名登记): the passage goes on to its decision."""
    known = door.find(event.passage_id)
    details = checked(
        event.details,
        door.policy,
        event.at.newest_day,
        is_green=known is not None and hall.is_green(door.policy, known, event.at.utc),
    )
    event = replace(event, details=details)
    state = _passage(door, event.passage_id)
    if is_held(state):
        return register_the_held(door, state, event)
    if not isinstance(state, Registering) or state.person is None:
        raise StepRefused("out_of_turn", "a passage that waits for it", _name(state))
    if state.unsure and state.card_asked:
        raise StepRefused("out_of_turn", "whose card it is", "a registration")
    phone = event.details.phone or state.known_phone
    if phone is None and hall.needs_phone(door.policy, state.person):
        raise StepRefused("invalid", "a mobile number", "none")
    named = replace(state, known_phone=phone)
    done = verdict.decide(door, named, state.person, event.at, given=event)
    more = tell_companions(done.door, event.passage_id, event)
    return done.then(more)


def on_hand_measured(door: DoorState, event: HandMeasured) -> Step:
    """The guard measured by hand (人工测温): the passage goes on with that reading."""
    state = _passage(door, event.passage_id)
    if not event.by.strip():
        raise StepRefused("invalid", "who measured", "nobody")
    check_reading(event.contact_centi_c)
    if is_held(state):
        return on_held_measured(door, state, event)
    measured = state.temperature or not_measured(door.profile)
    line = door.policy.hold.contact_line_centi_c
    by_contact = by_hand(measured, event.contact_centi_c, event.by, line)
    read = WriteEvent(contact_read(event, line))
    if by_contact.outcome is Outcome.NORMAL:
        if isinstance(state, Measured | Registering | Gathering):
            return Step(door.placed(replace(state, temperature=by_contact)), (read,))
        if isinstance(state, Settled) and state.decision in (Decision.ADMIT, Decision.DENY):
            raise StepRefused("out_of_turn", "a passage that is to be measured", _name(state))
    done = on_measured(door, state, by_contact, event.at)
    decided = [effect for effect in done.effects if isinstance(effect, WriteEvent)]
    return done if decided else Step(done.door, (*done.effects, read))


def on_symptoms(door: DoorState, event: SymptomsDeclared) -> Step:
    """Hold whom the guard saw, at whatever temperature, whether known to us or not.

    Raises StepRefused where that person is gone: who stands there now declared nothing.
    """
    state, spot = door.find(event.passage_id), door.passage
    held = {h.hold_id for h in door.holds if h.state is not HoldState.RELEASED}
    if isinstance(state, Settled) and state.hold_id in held:
        return Step(door, (Note("already_held"),))
    lingers = spot.last if isinstance(spot, Idle) and not spot.presence.is_gone(event.at) else None
    attempt: Attempt
    if state is not None:
        attempt = state
    elif lingers is not None and event.passage_id in (None, lingers.passage_id):
        attempt = replace(lingers, presence=spot.presence)
    elif isinstance(spot, Idle) and event.passage_id is None:
        passage_id, ids = door.ids.take()
        door = replace(door, ids=ids)
        attempt = Attempt(passage_id=passage_id, started=event.at, presence=spot.presence)
    else:
        raise StepRefused("out_of_turn", "a passage that is still at the door", _name(spot))
    reasons = ("declared_symptoms", *((event.note,) if event.note else ()))
    return verdict.hold(door, attempt, "declared_symptoms", event.at, reasons=reasons, by=event.by)


def on_override(door: DoorState, event: GuardOverrode) -> Step:
    """The guard overrules: freely towards caution, towards admission with a reason."""
    state = _passage(door, event.passage_id)
    allowed = _OVERRULED_TO[state.decision] if isinstance(state, Settled) else _OPEN_TO
    if event.decision not in _OPEN_TO:
        raise StepRefused("invalid", " or ".join(_OPEN_TO), event.decision)
    if event.decision not in allowed:
        expected = " or ".join(allowed) or "the steps of the hold"
        raise StepRefused("out_of_turn", expected, f"{event.decision} for {_name(state)}")
    if not event.by.strip():
        raise StepRefused("invalid", "who overrules", "nobody")
    reason = event.reason.strip()
    reasons = ("guard", reason) if reason else ("guard",)
    match event.decision:
        case Decision.HOLD:
            return verdict.hold(door, state, "guard", event.at, reasons=reasons, by=event.by)
        case Decision.ADMIT:
            _may_be_admitted(door, state, reason, event.at)
            done = verdict.admit(door, state, event.at, reasons=reasons, by=event.by)
            more = verdict.go_in(done.door, event.passage_id, event.at)
            return done.then(more)
        case _:
            return verdict.settle(door, state, event.decision, reasons, event.at, by=event.by)


def on_dismissal(door: DoorState, event: PassageDismissed) -> Step:
    """The person went away: an undecided passage ends as recheck. Who stands there now is new."""
    state = _passage(door, event.passage_id)
    effects: Effects = ()
    if not isinstance(state, Settled):
        effects = verdict.recheck(door, state, "dismissed", event.at, by=event.by).effects
    if state is door.passage:  # a held one still waits, at the desk
        held = is_held(state)
        done = set_aside(door) if held else door
        return Step(freed(replace(done, passage=Idle()), event.at), effects)
    if is_held(state) and waits(door, state):
        raise StepRefused("out_of_turn", "the steps of the hold", _name(state))
    return Step(door.without(state.passage_id), effects)


def on_note(door: DoorState, event: NoteTaken) -> Step:
    """Somebody did something for a held person that is no step, such as a call."""
    noted, effects = note_hold(find_hold(door, event.hold_id), event)
    return Step(with_hold(door, event.hold_id, noted), effects)


def on_drill(door: DoorState, event: DrillStarted) -> Step:
    """Practise a hold (演练); who stands at the door is left alone."""
    if not event.by.strip():
        raise StepRefused("invalid", "who practises", "nobody")
    if any(hold.drill for hold in door.holds):
        raise StepRefused("out_of_turn", "one drill at a time", "another")
    passage_id, ids = door.ids.take()
    hold_id, ids = ids.take()
    opened, effects = open_hold(
        hold_id=hold_id,
        passage_id=passage_id,
        person_ref=None,
        category=Category.UNKNOWN,
        reason="drill",
        temperature=None,
        at=event.at,
        policy=door.policy.hold,
        drill=True,
    )
    return Step(replace(door, holds=(*door.holds, opened), ids=ids), effects)


def on_contacts_found(door: DoorState, event: ContactsFound) -> Step:
    """Propose who passed near a held person; a hold that was closed meanwhile proposes nobody."""
    held = [hold for hold in door.holds if hold.hold_id == event.hold_id]
    if not held:
        return Step(door, (Note("contacts_too_late"),))
    new, effects = propose(held[0], door.contacts, event, door.policy.contacts)
    return Step(replace(door, contacts=(*door.contacts, *new)), effects)


def on_contact_judged(door: DoorState, event: ContactJudged) -> Step:
    """Somebody judged a close contact."""
    for contact in door.contacts:
        if contact.entry.contact_id == event.contact_id:
            judged, effects = judge(contact, event)
            contacts = tuple(judged if one is contact else one for one in door.contacts)
            return Step(replace(door, contacts=still_open(contacts, door.holds)), effects)
    raise StepRefused("not_found", "an open contact", "no such contact")


def _passage(door: DoorState, passage_id: str) -> OpenPassage | Settled:
    state = door.find(passage_id)
    if state is None:
        at_spot = _name(door.passage)
        raise StepRefused("not_found", "a passage at the door", f"another, it is {at_spot}")
    return state


def _may_be_admitted(
    door: DoorState, state: OpenPassage | Settled, reason: str, at: Moment
) -> None:
    if not reason:
        raise StepRefused("invalid", "a reason", "none")
    measured = state.temperature
    is_believed = door.thermometer_trusted and not door.is_starting(at)
    if not is_believed and not is_by_hand(measured):
        raise StepRefused("out_of_turn", "a contact reading", "an untrusted thermometer's")
    outcome = None if measured is None else measured.outcome
    if outcome not in _MEASURED:
        got = outcome or "none"
        raise StepRefused("out_of_turn", "a measured temperature that is not elevated", got)
    stop = stopped_by(door, state.person, at)
    if stop is not None:
        raise StepRefused("out_of_turn", "a hold, and its steps", stop.by)


def _name(state: Idle | OpenPassage | Settled) -> str:
    name = type(state).__name__.lower()
    return f"{name} ({state.decision})" if isinstance(state, Settled) else name
