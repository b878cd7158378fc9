"""What may happen at a door, drawn at random: visits, taps, faults, in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from domain.benches import PHONE, PHONE_OPTIONAL, somebody
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import HallMode, Policy, RosterEntry
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldState,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import Reading
from gate_agent.domain.door import (
    CardJudged,
    CardUnreadable,
    CompanionCame,
    CompanionTold,
    DoorEvent,
    DoorState,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    PassageDismissed,
    PersonIdentified,
    PolicyChanged,
    ReadingTaken,
    RegistrationGiven,
    SymptomsDeclared,
    ThermometerChanged,
    TimePassed,
    TrustChanged,
)

Make = Callable[[DoorState, Moment], DoorEvent]
ON_DUTY = (RosterEntry(person_ref="c" * 64),)
POLICIES = (
    Policy(),
    PHONE_OPTIONAL,
    Policy(hall_mode=HallMode.CLOSED, roster=ON_DUTY),
    Policy(hall_mode=HallMode.APPOINTMENT),
    Policy(hall_mode=HallMode.EMERGENCY),
)
WAITS_S = (0, 0.05, 0.1, 0.1, 0.1, 0.1, 0.5, 1.1, 3, 5, 11, 25, 130, 700)
SURFACES = (2400, 2400, 3200, 3410, 3420, 3420, 3420, 3425, 3505, 3520, 3850, 4280, 4500)


def passage_of(door: DoorState) -> str:
    """Return whom the guard acts on: who has waited longest at the desk, else at the spot."""
    waiting = [place.passage_id for place in door.desk]
    return (waiting[0] if waiting else door.passage.passage_id) or "t-0"


def reading(surface: int, ambient: int | None) -> Make:
    return lambda _door, at: ReadingTaken(
        at=at, reading=Reading(surface_centi_c=surface, ambient_centi_c=ambient)
    )


def card(letter: str, *, known: bool) -> Make:
    category = Category.STAFF if letter == "c" else Category.VISITOR
    return lambda _door, at: PersonIdentified(
        at=at, person=somebody(letter, category), known_phone=PHONE if known else None
    )


def override(decision: Decision, reason: str) -> Make:
    return lambda door, at: GuardOverrode(
        at=at, passage_id=passage_of(door), decision=decision, by="guard-1", reason=reason
    )


def by_hand(contact: int) -> Make:
    return lambda door, at: HandMeasured(
        at=at, passage_id=passage_of(door), contact_centi_c=contact, by="guard-1"
    )


def judged(theirs: bool, which: int) -> Make:  # noqa: FBT001 as drawn
    def make(door: DoorState, at: Moment) -> DoorEvent:
        places = [place.passage_id for place in (door.passage, *door.desk)]
        passage_id = places[which % len(places)] or "t-0"
        return CardJudged(at=at, passage_id=passage_id, theirs=theirs, by="guard-1")

    return make


def group(companions: int) -> Make:
    return lambda door, at: GroupTold(
        at=at, passage_id=passage_of(door), companions=companions, by="guard-1", reason=SAID
    )


def companion(together: bool) -> Make:  # noqa: FBT001 as drawn
    return lambda door, at: CompanionTold(
        at=at,
        passage_id=door.passage.passage_id or "t-0",
        adult=passage_of(door) if together else None,
        by="guard-1",
    )


def with_next(door: DoorState, at: Moment) -> DoorEvent:
    passage_id = door.passage.passage_id or "t-0"
    return CompanionTold(at=at, passage_id=passage_id, adult=None, with_next=True, by="guard-1")


def came(door: DoorState, at: Moment) -> DoorEvent:
    return CompanionCame(at=at, adult=passage_of(door), by="guard-1")


def registration(*, phone: bool) -> Make:
    return lambda door, at: RegistrationGiven(
        at=at,
        passage_id=passage_of(door),
        details=RegistrationDetails(phone=PHONE if phone else None),
    )


def hold_step(to: HoldState, which: int, contact: int | None) -> Make:
    return lambda door, at: HoldStepped(
        at=at,
        hold_id=door.holds[which % len(door.holds)].hold_id if door.holds else "t-0",
        step=to,
        by="guard-1",
        details=StepDetails(contact_centi_c=contact, to="疾控中心"),
        disinfected=True,
    )


SAID = "体温计复测正常"  # by a guard, in words
READINGS = st.builds(reading, st.sampled_from(SURFACES), st.sampled_from((2400, 2400, 2900, None)))
MAKES: st.SearchStrategy[Make] = st.one_of(
    READINGS,
    st.builds(card, st.sampled_from("abc"), known=st.booleans()),
    st.builds(override, st.sampled_from(list(Decision)), st.sampled_from(("", SAID))),
    st.builds(registration, phone=st.booleans()),
    st.builds(
        hold_step,
        st.sampled_from(list(HoldState)),
        st.integers(0, 3),
        st.sampled_from((None, 3650, 9000)),
    ),
    st.sampled_from(
        [
            lambda _door, at: CardUnreadable(at=at, fault="shape"),
            lambda door, at: SymptomsDeclared(
                at=at, passage_id=door.passage.passage_id, by="guard-1", note=None
            ),
            lambda door, at: PassageDismissed(at=at, passage_id=passage_of(door)),
            with_next,
            came,
            lambda _door, at: TimePassed(at=at),
        ]
    ),
    st.builds(
        lambda usable: lambda _door, at: ThermometerChanged(at=at, usable=usable),
        st.sampled_from((True, True, False)),
    ),
    st.builds(
        lambda trusted: lambda _door, at: TrustChanged(at=at, trusted=trusted),
        st.sampled_from((True, True, False)),
    ),
    st.builds(by_hand, st.sampled_from((3640, 3729, 3730, 9000))),
    st.builds(group, st.sampled_from((0, 1, 1, 2))),
    st.builds(companion, st.booleans()),
    st.builds(judged, st.booleans(), st.integers(0, 3)),
    st.builds(
        lambda policy: lambda _door, at: PolicyChanged(at=at, policy=policy),
        st.sampled_from(POLICIES),
    ),
)


@dataclass(frozen=True)
class Act:
    """Something that happens after a while; often several readings of one surface."""

    wait_s: float
    make: Make
    times: int = 1
    utc_jump_s: int = 0


ACT = st.one_of(
    st.builds(
        Act,
        wait_s=st.sampled_from(WAITS_S),
        make=MAKES,
        utc_jump_s=st.sampled_from((0, 0, 0, 86_400, -86_400)),
    ),
    st.builds(Act, wait_s=st.just(0.1), make=READINGS, times=st.sampled_from((2, 5, 13))),
)
VISIT = st.builds(  # what is usual has to happen too: a card, and a steady temperature
    lambda letter, known, surface, registers, family: [
        Act(12, reading(2400, 2400)),
        Act(0.1, card(letter, known=known)),
        Act(0.1, reading(surface, 2400), times=5),
        *([Act(1, group(1)), Act(0.1, reading(2400, 2400), times=13)] if family else []),
        *([Act(0.1, reading(family, 2400), times=5)] if family else []),
        *([Act(3, registration(phone=True))] if registers else []),
    ],
    st.sampled_from("abc"),
    st.booleans(),
    st.sampled_from((3200, 3420, 3420, 3850)),
    st.booleans(),
    st.sampled_from((0, 0, 3420, 3850)),
)
ACTS = st.lists(st.one_of(ACT.map(lambda act: [act]), VISIT), max_size=30).map(
    lambda parts: [act for part in parts for act in part]
)
