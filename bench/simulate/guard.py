"""A guard who does what the screen asks for, in the time that the people's script says.

What the guard sees is the door's state, and who stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.simulate.door import OFFICE
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import ByHand, Category, Decision, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import CardType
from gate_agent.domain.desk import UNDECIDED, waits
from gate_agent.domain.door import (
    CardJudged,
    CompanionCame,
    CompanionTold,
    DoorEvent,
    DoorState,
    GroupTold,
    HandMeasured,
    HoldStepped,
    PassageDismissed,
    PersonIdentified,
    RegistrationGiven,
)
from gate_agent.domain.group import ready
from gate_agent.domain.hold import NOT_DECIDED, Hold
from gate_agent.domain.passage import (
    Gathering,
    Identified,
    Idle,
    Measured,
    OpenPassage,
    Registering,
    Settled,
    is_held,
)

if TYPE_CHECKING:
    from bench.simulate.people import Walker

LINE_CENTI_C = 3730
QUICK_S = 14  # so quick is a guard who was too late once
_ATTEND_S, _CLOSE_S = 60.0, 120.0
_GATHER_S = 45.0

Whose = Callable[[str | None, str | None], "Walker | None"]
"""Whom a passage or a person_ref is of."""
Make = Callable[[Moment], DoorEvent]


@dataclass(frozen=True, slots=True)
class Tap:
    """Something a guard will do, so many seconds after it was seen to be needed."""

    key: tuple[str, ...]
    after_s: float
    make: Make
    of: Walker | None


def person_of(walker: Walker, *, typed: bool = False) -> Person:
    """Return who this is, as a card or a guard's typing tells it."""
    one = walker.somebody
    return Person(
        category=Category.STAFF if one.staff else Category.VISITOR,
        person_ref=one.ref,
        card_type=CardType.RESIDENT,
        name=Secret("张三"),
        number=Secret("11010519491231002X"),
        by_hand=ByHand(reason="card_damaged", by="guard") if typed else None,
    )


def wanted(door: DoorState, whose: Whose) -> Iterator[Tap]:
    """Yield what a guard has to do at this door now."""
    for place in (door.passage, *door.desk):
        if isinstance(place, Idle):
            continue
        walker = whose(place.passage_id, None if place.person is None else place.person.person_ref)
        if walker is not None:
            tap = _of_place(door, place, walker, whose)
            if tap is not None:
                yield tap
        yield from _companions_who_came(door, place, walker)
    for hold in door.holds:
        yield _of_hold(door, hold, whose(hold.passage_id, hold.person_ref))


def _companions_who_came(
    door: DoorState, place: OpenPassage | Settled, walker: Walker | None
) -> Iterator[Tap]:
    """Yield that a companion without a card is here, whom no thermometer sees."""
    if walker is None or not door.measures_by_hand or place.adult is not None:
        return
    if place.passage_id != walker.passage_id or not waits(door, place) or walker.is_gone:
        return
    if isinstance(place, Identified) or (isinstance(place, Settled) and not place.waits_for_hand):
        return
    for one in walker.companions:
        is_here = any(door.find(passage_id) for passage_id in one.mine)
        if one.waits_aside and not one.has_document and one.door == walker.door and not is_here:
            yield Tap(
                (place.passage_id, "came", one.somebody.ref),
                walker.guard_s,
                lambda at: CompanionCame(at=at, adult=place.passage_id, by="guard"),
                one,
            )


def _of_place(
    door: DoorState, place: OpenPassage | Settled, walker: Walker, whose: Whose
) -> Tap | None:
    pid = place.passage_id
    kind = type(place).__name__

    def tap(what: str, after_s: float, make: Make) -> Tap:
        return Tap((pid, kind, what), after_s, make, walker)

    held = is_held(place)
    if walker.is_gone and not held:
        if isinstance(place, Settled):
            return None
        return tap("gone", walker.guard_s, lambda at: PassageDismissed(at=at, passage_id=pid))
    if place.card_asked and place.person is not None and not isinstance(place, Identified):
        is_theirs = place.person.person_ref == walker.somebody.ref
        return tap(
            "card",
            min(walker.guard_s, QUICK_S),
            lambda at: CardJudged(at=at, passage_id=pid, theirs=is_theirs, by="guard"),
        )
    match place:
        case Registering():
            told = _adult_here(door, walker, pid)
            if told is not None and place.adult is None and not place.companions:
                return tap(
                    "companion",
                    2,
                    lambda at: CompanionTold(at=at, passage_id=pid, adult=told, by="guard"),
                )
            more = sum(1 for one in walker.companions if one.wants_on)
            if place.companions < more:
                return tap(
                    "group",
                    2,
                    lambda at: GroupTold(at=at, passage_id=pid, companions=more, by="guard"),
                )
            phone = Secret("+8613800138000") if place.known_phone is None else None
            details = RegistrationDetails(phone=phone, purpose="社保")
            return tap(
                "register",
                walker.guard_s,
                lambda at: RegistrationGiven(at=at, passage_id=pid, details=details, by="guard"),
            )
        case Measured(person=None):
            told = _adult_here(door, walker, pid)
            if told is not None:
                return tap(
                    "companion",
                    2,
                    lambda at: CompanionTold(at=at, passage_id=pid, adult=told, by="guard"),
                )
            if _adult_comes_next(walker) and not place.with_next:
                return tap(
                    "next",
                    1,
                    lambda at: CompanionTold(
                        at=at, passage_id=pid, adult=None, with_next=True, by="guard"
                    ),
                )
            later_s = 8 if walker.lays_card else 0
            return tap(
                "type", min(walker.guard_s, QUICK_S) + later_s, lambda at: _typed(at, walker, pid)
            )
        case Gathering(adult=None):
            here = len(ready(door, pid))
            return tap(
                f"split {here}",
                _GATHER_S + walker.guard_s,
                lambda at: GroupTold(
                    at=at,
                    passage_id=pid,
                    companions=len(ready(door, pid)),
                    by="guard",
                    reason="split",
                ),
            )
        case Gathering():
            theirs = whose(place.adult, None)
            if door.find(place.adult) is None or theirs is None or theirs is not walker.adult:
                return tap(
                    "alone",
                    4,
                    lambda at: CompanionTold(at=at, passage_id=pid, adult=None, by="guard"),
                )
        case Settled(person=None, decision=Decision.HOLD) if walker.has_document:
            if any(h.hold_id == place.hold_id and h.state in UNDECIDED for h in door.holds):
                return tap("name", walker.guard_s + 10, lambda at: _typed(at, walker, pid))
        case Settled() if place.waits_for_hand and not walker.is_gone:
            return tap("hand", walker.guard_s, lambda at: _hand(at, walker, pid))
        case _:
            pass
    return None


def _adult_comes_next(walker: Walker) -> bool:
    """Whether this child went first, and the adult is still in the line."""
    return walker.visit.child_first and walker.adult is not None and walker.adult.is_coming


def _adult_here(door: DoorState, walker: Walker, passage_id: str) -> str | None:
    """Return the passage of whom this person came with, while that one waits at this door."""
    adult = None if walker.adult is None else door.find(walker.adult.passage_id)
    if adult is None or isinstance(adult, Settled) or adult.passage_id == passage_id:
        return None
    return None if adult.adult is not None or not waits(door, adult) else adult.passage_id


def _of_hold(door: DoorState, hold: Hold, walker: Walker | None) -> Tap:
    def step_tap(state: HoldState, after_s: float, **details: object) -> Tap:
        def make(at: Moment) -> DoorEvent:
            return HoldStepped(
                at=at,
                hold_id=hold.hold_id,
                step=state,
                by="guard",
                details=StepDetails.model_validate(details),
                disinfected=True,
            )

        return Tap((hold.hold_id, hold.state, state), after_s, make, walker)

    guard_s = QUICK_S if walker is None else walker.guard_s
    if hold.drill:
        return _of_drill(hold, step_tap)
    if hold.state in NOT_DECIDED:
        if walker is None or walker.is_gone:
            return step_tap(HoldState.LEFT, guard_s)
        body = walker.somebody.body_centi_c
        place = door.of_hold(hold.hold_id)
        measured = hold.state is HoldState.RECHECKED
        if place is not None and not measured:
            pid = place.passage_id
            key = (hold.hold_id, hold.state, "hand", pid)
            return Tap(key, guard_s, lambda at: _hand(at, walker, pid), walker)
        match hold.state:
            case HoldState.FLAGGED:
                return step_tap(HoldState.ACKNOWLEDGED, guard_s)
            case HoldState.ACKNOWLEDGED:
                return step_tap(HoldState.RECHECKED, guard_s, contact_centi_c=body)
            case _:
                fever = body >= LINE_CENTI_C
                return step_tap(HoldState.CONFIRMED if fever else HoldState.RELEASED, guard_s)
    match hold.state:
        case HoldState.CONFIRMED:
            return step_tap(HoldState.REPORTED, _ATTEND_S, to=OFFICE)
        case HoldState.REPORTED if walker is not None and not walker.is_gone:
            return step_tap(HoldState.TRANSFERRED, 3 * _ATTEND_S, to="120")
        case HoldState.REPORTED:
            return step_tap(HoldState.LEFT, _ATTEND_S)
        case _:
            return step_tap(HoldState.CLOSED, _CLOSE_S)


def _of_drill(hold: Hold, step_tap: Callable[..., Tap]) -> Tap:
    """Go through all the steps: a fever is practised."""
    match hold.state:
        case HoldState.FLAGGED:
            return step_tap(HoldState.ACKNOWLEDGED, QUICK_S)
        case HoldState.ACKNOWLEDGED:
            return step_tap(HoldState.RECHECKED, QUICK_S, contact_centi_c=3850)
        case HoldState.RECHECKED:
            return step_tap(HoldState.CONFIRMED, QUICK_S)
        case HoldState.CONFIRMED:
            return step_tap(HoldState.REPORTED, _ATTEND_S, to=OFFICE)
        case HoldState.REPORTED:
            return step_tap(HoldState.TRANSFERRED, _ATTEND_S, to="120")
        case _:
            return step_tap(HoldState.CLOSED, _CLOSE_S)


def _typed(at: Moment, walker: Walker, passage_id: str | None) -> DoorEvent:
    person = person_of(walker, typed=True)
    return PersonIdentified(at=at, person=person, passage_id=passage_id)


def typed_first(at: Moment, walker: Walker) -> DoorEvent:
    """Return the document of who is going to step up, as a guard types it."""
    return _typed(at, walker, None)


def _hand(at: Moment, walker: Walker, passage_id: str) -> DoorEvent:
    return HandMeasured(
        at=at, passage_id=passage_id, contact_centi_c=walker.somebody.body_centi_c, by="guard"
    )
