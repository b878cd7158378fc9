"""A door to try things at: time, people and readings in a few words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.policy import HallMode, PhoneRule, Policy, RegistrationPolicy
from gate_agent.contract.records import Category, Decision, HoldState, PassageDecided, Record
from gate_agent.contract.signals import CardType, Reading
from gate_agent.domain.door import (
    DoorEvent,
    DoorState,
    HoldStepped,
    Ids,
    PersonIdentified,
    ReadingTaken,
    TimePassed,
    next_deadline_ns,
    step,
)
from gate_agent.domain.effects import Effect, Effects, SealRegistration, WriteEvent
from gate_agent.domain.passage import Idle
from gate_agent.domain.temperature import PROFILES

NOON = Moment(utc=datetime(2026, 11, 24, 4, tzinfo=UTC), boot_ns=3600 * NS_PER_S)
PHONE = Secret("+8613800138000")
NORMAL, FEVER, COLD, NO_SKIN = 3420, 3850, 3200, 2400
PHONE_OPTIONAL = Policy(registration=RegistrationPolicy(phone=PhoneRule.OPTIONAL))


def later(at: Moment, seconds: float) -> Moment:
    return Moment(utc=at.utc + timedelta(seconds=seconds), boot_ns=at.plus_s(seconds))


def somebody(letter: str, category: Category = Category.VISITOR) -> Person:
    return Person(
        category=category,
        person_ref=letter * 64,
        card_type=CardType.RESIDENT,
        name=Secret("张三"),
        number=Secret("11010519491231002X"),
    )


def new_door(policy: Policy = PHONE_OPTIONAL, profile: str = "spot-forehead") -> DoorState:
    return DoorState(Idle(), (), policy, PROFILES[profile], thermometer_usable=True, ids=Ids("t"))


@dataclass
class Bench:
    """A door, the present moment, and all that the door has asked for."""

    door: DoorState = field(default_factory=new_door)
    now: Moment = NOON
    effects: list[Effect] = field(default_factory=list)

    def take(self, event: DoorEvent) -> Effects:
        done = step(self.door, event)
        self.door = done.door
        self.effects += done.effects
        return done.effects

    def wait(self, seconds: float) -> Effects:
        self.now = later(self.now, seconds)
        return self.take(TimePassed(at=self.now))

    def wait_for_deadline(self) -> Effects:
        due_ns = next_deadline_ns(self.door)
        assert due_ns is not None, "nothing is due"
        return self.wait((due_ns - self.now.boot_ns) / NS_PER_S)

    def card(
        self, letter: str = "a", category: Category = Category.VISITOR, phone: Secret | None = None
    ) -> Effects:
        person = somebody(letter, category)
        return self.take(PersonIdentified(at=self.now, person=person, known_phone=phone))

    def read(self, *surfaces: int, ambient: int | None = 2400) -> None:
        for surface in surfaces:
            self.now = later(self.now, 0.1)
            reading = Reading(surface_centi_c=surface, ambient_centi_c=ambient)
            self.take(ReadingTaken(at=self.now, reading=reading))

    def steady(self, surface: int) -> None:
        self.read(*[surface] * 5)

    def nobody_for(self, seconds: float) -> None:
        self.read(*[NO_SKIN] * round(seconds * 10))

    def set(self, **changes: object) -> None:
        self.door = replace(self.door, **changes)  # type: ignore[arg-type]

    @property
    def records(self) -> list[Record]:
        return [effect.record for effect in self.effects if isinstance(effect, WriteEvent)]

    @property
    def verdicts(self) -> list[PassageDecided]:
        return [record for record in self.records if isinstance(record, PassageDecided)]

    @property
    def registrations(self) -> list[SealRegistration]:
        return [effect for effect in self.effects if isinstance(effect, SealRegistration)]


def mode(hall_mode: HallMode, **more: object) -> Policy:
    return PHONE_OPTIONAL.model_copy(update={"hall_mode": hall_mode, **more})


def verdict(bench: Bench) -> tuple[Decision, tuple[str, ...]]:
    return bench.verdicts[-1].decision, bench.verdicts[-1].reasons


def hold_step(bench: Bench, to: HoldState) -> HoldStepped:
    return HoldStepped(
        at=bench.now,
        hold_id=bench.door.holds[0].hold_id,
        step=to,
        by="guard-1",
        details=StepDetails(contact_centi_c=3660),
    )
