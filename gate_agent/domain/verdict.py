"""How a passage comes to its outcome (通行结论), and what is recorded of it."""

from __future__ import annotations

from gate_agent.contract.identity import Person
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import (
    Category,
    Decision,
    PassageDecided,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain import hall
from gate_agent.domain.changed import replace
from gate_agent.domain.clearing import BY_CONTACT, beyond_rail
from gate_agent.domain.effects import (
    Admit,
    CallGuard,
    Effects,
    Refuse,
    Registration,
    SealRegistration,
    WriteEvent,
)
from gate_agent.domain.events import RegistrationGiven
from gate_agent.domain.group import members, named, ready, unfinished, who
from gate_agent.domain.hold import open_hold
from gate_agent.domain.passage import (
    Attempt,
    Gathering,
    Idle,
    Registering,
    Settled,
    carried,
    is_unsure,
)
from gate_agent.domain.state import DoorState, Step
from gate_agent.domain.stopping import stopped_by
from gate_agent.domain.taken import TAKEN
from gate_agent.domain.temperature import not_measured


def decide(
    door: DoorState,
    attempt: Attempt,
    person: Person,
    at: Moment,
    *,
    given: RegistrationGiven | None = None,
) -> Step:
    """Decide on an identified person whose temperature is normal.

    In this order: a hold that stands, the hall's mode, the registration (`given`, if it was).
    """
    held = held_before(door, attempt, at)
    if held is not None:
        return held
    if attempt.adult is not None:
        return gather(door, attempt, at)
    refused = refusal(door, attempt, person, at)
    if refused is not None:
        return settle(door, attempt, Decision.DENY, (refused,), at)
    if given is None and hall.waits_for_registration(door.policy, person, attempt.known_phone):
        due_ns = at.plus_s(door.policy.registration.within_s)
        return Step(door.placed(Registering(**carried(attempt), due_ns=due_ns)))
    if given is not None:
        more = max(attempt.companions, len(given.details.companions))
        attempt = replace(attempt, given=given, companions=more, registered=False)
    if attempt.companions:
        return gather(door, attempt, at)
    return admit(door, attempt, at)


def held_before(door: DoorState, attempt: Attempt, at: Moment) -> Step | None:
    """Hold whom a hold of theirs stops, of this door or another; None where none does."""
    stop = stopped_by(door, attempt.person, at)
    return None if stop is None else hold(door, attempt, stop.reason, at, reasons=(stop.shown,))


def refusal(door: DoorState, attempt: Attempt, person: Person, at: Moment) -> str | None:
    """Return why the hall's mode keeps this person out, with what they showed."""
    is_booked, cancelled = attempt.is_booked or attempt.is_green, attempt.cancelled
    return hall.refusal(door.policy, person, at.utc, is_booked=is_booked, cancelled=cancelled)


def gather(door: DoorState, attempt: Attempt, at: Moment) -> Step:
    """Everything of this person is there: they go in when all of the group are."""
    due_ns = at.plus_s(door.policy.registration.within_s)
    here = door.placed(Gathering(**carried(attempt), due_ns=due_ns))
    return go_in(here, attempt.adult or attempt.passage_id, at)


def go_in(door: DoorState, adult_id: str, at: Moment) -> Step:
    """Let a group in that waits for nobody any more: the adult first, then who came along.

    Whom a hold stops by now, told by the other door as they waited, lets nobody of them in.
    """
    adult, here = door.find(adult_id), ready(door, adult_id)
    match adult:
        case Gathering(person=Person() as person) if len(here) >= adult.companions:
            going: tuple[Attempt, ...] = (adult, *here)
            refused = refusal(door, adult, person, at)
        case Settled(decision=Decision.ADMIT):  # somebody let the adult in before
            going, refused = here, None
        case _:
            return Step(door)
    for one in going:
        if refused is None and (held := held_before(door, one, at)) is not None:
            return held
    done, everybody = Step(door), members(door, adult_id)
    cards_ns = max((one.card_until_ns or 0 for one in here), default=0)
    for one in going:
        if refused is not None:
            more = settle(done.door, one, Decision.DENY, (refused,), at)
        else:
            known = named(one, adult, everybody)
            if one is adult and cards_ns:  # whose companions' cards may come is known as long
                known = replace(known, card_until_ns=cards_ns)
            if one.companions and one.early:
                known = replace(known, unsure=True)  # the card may be a companion's
            more = admit(done.door, known, at)
        done = done.then(more)
    return done


def waited(door: DoorState, state: Gathering, at: Moment) -> Step:
    """The others did not come in time: measured again, unless a hold or a desk keeps them."""
    if unfinished(door, state):
        return Step(
            door.placed(replace(state, due_ns=at.plus_s(door.policy.registration.within_s)))
        )
    return recheck(door, state, "group_incomplete", at)


def admit(
    door: DoorState,
    attempt: Attempt,
    at: Moment,
    *,
    reasons: tuple[str, ...] = (),
    by: str | None = None,
) -> Step:
    """Let the person in: a visitor is registered with it."""
    return settle(
        door,
        attempt,
        Decision.ADMIT,
        reasons,
        at,
        by=by,
        register=register(door, attempt),
    )


def recheck(
    door: DoorState, attempt: Attempt, reason: str, at: Moment, *, by: str | None = None
) -> Step:
    """Ask the person to come again, measured anew."""
    return settle(door, attempt, Decision.RECHECK, (reason,), at, by=by)


def ambiguous(door: DoorState, attempt: Attempt, reason: str, at: Moment) -> Step:
    """Two people in one window: nobody is named, both are measured again."""
    nobody = replace(
        attempt,
        person=None,
        known_phone=None,
        identified=None,
        is_repeat=False,
        is_booked=False,
        cancelled=None,
        is_green=False,
        adult=None,
        unsure=False,
        doubt_ns=None,
        early=False,
    )
    return settle(door, nobody, Decision.AMBIGUOUS, (reason,), at)


def hold(
    door: DoorState,
    attempt: Attempt,
    reason: str,
    at: Moment,
    *,
    reasons: tuple[str, ...] = (),
    by: str | None = None,
) -> Step:
    """Ask the person to stay: on the hold that stands, or on a new one.

    Who walked away, or was taken away, and came back gets a new hold: the old one only waits to
    be closed. So does who may be another than whom the hold is of: each is measured.
    """
    attempt = named(attempt, door.find(attempt.adult), members(door, attempt.adult))
    known, temperature = who(attempt), attempt.temperature
    stop = stopped_by(door, attempt.person, at)
    if stop is not None and stop.shown == TAKEN:  # whatever flags them, no temperature releases
        reasons = (*(one for one in reasons or (reason,) if one != TAKEN), TAKEN)
        reason = TAKEN if reason == "elevated" else reason
    standing = hall.standing_hold(door.holds, attempt.person)
    if standing is not None and standing.unsure:  # one of the two has it by another's card
        attempt = replace(attempt, unsure=True, doubt_ns=None)
    if attempt.unsure:  # whether it is theirs decides what stops them: a guard is asked
        matters = standing is not None or door.clearing(attempt.person, at) is not None
        attempt = replace(attempt, card_asked=matters)
    unsure = attempt.unsure or (standing is not None and standing.unsure)
    if standing is not None and standing.state not in hall.GONE and not unsure:
        hold_id = standing.hold_id
        held: Effects = (CallGuard(hold_id),)
        here = replace(standing, passage_id=attempt.passage_id)
        door = replace(door, holds=tuple(here if one is standing else one for one in door.holds))
        before = door.of_hold(hold_id)
        if before is not None and before.passage_id != attempt.passage_id:  # one person, one place
            if before is door.passage:
                door = replace(door, passage=Idle(presence=before.presence, last=before))
            door = door.without(before.passage_id)
    else:
        other = door.held_elsewhere(attempt.person)
        hold_id, ids = door.ids.take()
        opened, held = open_hold(
            hold_id=hold_id,
            passage_id=attempt.passage_id,
            person_ref=None if known is None else known.person_ref,
            category=category(known),
            reason=reason,
            temperature=temperature,
            beyond_rail=beyond_rail(temperature),
            elsewhere=None if other is None else f"{other[0].gate}/{other[1].hold_id}",
            at=at,
            policy=door.policy.hold,
            with_passage=attempt.adult,
            unsure=is_unsure(attempt),
        )
        door = replace(door, holds=(*door.holds, opened), ids=ids)
    return settle(
        door,
        attempt,
        Decision.HOLD,
        reasons or (reason,),
        at,
        by=by,
        hold_id=hold_id,
        first=held,
        register=register(door, attempt),
    )


def settle(
    door: DoorState,
    attempt: Attempt,
    decision: Decision,
    reasons: tuple[str, ...],
    at: Moment,
    *,
    by: str | None = None,
    hold_id: str | None = None,
    first: Effects = (),
    register: Effects = (),
) -> Step:
    """End the passage: what restricts, the registration, the record, and last what permits."""
    refuse = decision not in (Decision.ADMIT, Decision.HOLD)
    recorded = replace(attempt, registered=attempt.registered or bool(register))
    settled = Settled(
        **carried(recorded),
        decision=decision,
        reasons=reasons,
        settled=at,
        hold_id=hold_id,
        by=by,
    )
    effects: Effects = (
        *first,
        *((Refuse(attempt.passage_id),) if refuse else ()),
        *register,
        WriteEvent(decided(door, settled, at)),
        *((Admit(attempt.passage_id),) if decision is Decision.ADMIT else ()),
    )
    return Step(_remembering(door, settled).placed(settled), effects)


def _remembering(door: DoorState, settled: Settled) -> DoorState:
    """Remember for a while who went without a name, or a sure one: a card may be theirs.

    A name is in doubt since its card came, or since the doubt that made it so: not anew here.
    """
    nameless = settled.person is None
    again = settled.decision in (Decision.AMBIGUOUS, Decision.RECHECK)
    if not ((settled.unsure and not settled.early) or (nameless and again)):
        return door
    since_ns = settled.settled.plus_s(-door.policy.measurement.pair_within_s)
    kept = tuple(one for one in door.strangers if one[1] >= since_ns)
    doubted = settled.settled if nameless else settled.identified or settled.settled
    since = doubted.boot_ns if settled.doubt_ns is None else settled.doubt_ns
    return replace(door, strangers=(*kept, (settled.passage_id, since)))


def decided(door: DoorState, settled: Settled, at: Moment) -> PassageDecided:
    """Return the record of a verdict. A later one of the same passage takes its place."""
    person = who(settled)
    return PassageDecided(
        passage_id=settled.passage_id,
        category=category(person),
        person_ref=None if person is None else person.person_ref,
        decision=settled.decision,
        reasons=(*settled.reasons, *_vouched_for(settled)),
        temperature=settled.temperature or not_measured(door.profile),
        started=format_utc(settled.started.utc),
        decided=format_utc(at.utc),
        registered=settled.registered,
        hall_mode=door.policy.hall_mode,
        hold_id=settled.hold_id,
        by=settled.by,
        by_hand=None if person is None else person.by_hand,
        repeat_visit=settled.is_repeat,
        registration_ms=_registration_ms(settled, at),
        green_channel=hall.is_green(door.policy, settled, at.utc),
        companions=settled.companions,
        with_passage=settled.adult,
        unsure=is_unsure(settled),
    )


def _vouched_for(settled: Settled) -> tuple[str, ...]:
    """Return that an earlier contact reading stands for this one, where it does."""
    measured = settled.temperature
    return (BY_CONTACT,) if measured is not None and measured.contact_at is not None else ()


def _registration_ms(settled: Settled, at: Moment) -> int | None:
    """Return how long a visitor took from card to admission, in milliseconds."""
    admitted = settled.decision is Decision.ADMIT and settled.registered
    if not admitted or settled.identified is None:
        return None
    return round(at.seconds_since(settled.identified) * 1000)


def register(door: DoorState, attempt: Attempt, given: RegistrationGiven | None = None) -> Effects:
    """Return the registration of an identified visitor; nothing for others.

    Once a passage, and once more where the guard typed what was not known at the first.
    """
    person = who(attempt)
    if person is None or not hall.is_registered_here(person):
        return ()
    adult = door.find(attempt.adult)
    if attempt.registered and given is None:
        return ()
    given = given or attempt.given
    registration = Registration(
        passage_id=attempt.passage_id,
        person=person,
        details=replace(
            RegistrationDetails() if given is None else given.details, phone=attempt.known_phone
        ),
        notice_version=door.policy.registration.notice.version,
        by=None if given is None else given.by,
        with_passage=attempt.adult,
        adult=None if adult is None else adult.person,
    )
    return (SealRegistration(registration),)


def category(person: Person | None) -> Category:
    """Return which kind of person this is, as far as it is known."""
    return Category.UNKNOWN if person is None else person.category
