"""One new door with its first people, through the product's own machine.

A forehead shows 34.55 °C, plus what is this person's own (normal, `spread`), plus what the sensor
reads too much or too little, plus its drift. A fever is so much above the person's own normal, on
the forehead and by the contact thermometer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.policy import PhoneRule, Policy, RegistrationPolicy
from gate_agent.contract.records import Category, Decision, PassageDecided
from gate_agent.contract.signals import CardType, Reading
from gate_agent.domain.door import (
    DoorEvent,
    DoorState,
    HandMeasured,
    Ids,
    PersonIdentified,
    ReadingTaken,
    step,
)
from gate_agent.domain.effects import WriteEvent
from gate_agent.domain.passage import Idle, Settled
from gate_agent.domain.profile import PROFILES
from gate_agent.domain.temperature import is_by_hand

_PROFILE = PROFILES["spot-forehead"]
_POLICY = Policy(registration=RegistrationPolicy(phone=PhoneRule.OPTIONAL))
_BEGAN = datetime(2026, 11, 30, tzinfo=UTC)
_FRAMES, _EMPTY = 8, 14  # readings of each person, and of nobody after; ten a second
_EVERY_S = 20.0
FEVERS = (100, 200)  # hundredths of °C above the person's own normal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDoor:
    """How a sensor errs, and who comes. Hundredths of °C."""

    seed: int
    offset: int
    spread: int = 35
    drift: int = 0  # from the first person to the last, while it warms up
    people: int = 40
    feverish: float = 0.1
    unanswered: float = 0.1  # who is asked for, and walks away


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What became of one person."""

    fever: int  # 0: none
    starting: bool  # the door did not know its normal when they came
    asked: bool  # for the contact thermometer
    admitted: bool
    unmeasured: bool  # admitted on the word of the forehead alone


def play(new: NewDoor, *, guided: bool = True) -> Iterator[Passed]:
    """Let the first people come, one after the other."""
    dice = random.Random(f"{new}")  # noqa: S311 people of a play
    door = DoorState(
        Idle(), (), _POLICY, _PROFILE, thermometer_usable=True, ids=Ids("d"), guided=guided
    )
    now_s, newest = 3600.0, dict[str, PassageDecided]()

    def at() -> Moment:
        return Moment(utc=_BEGAN + timedelta(seconds=now_s), boot_ns=round(now_s * NS_PER_S))

    def take(event: DoorEvent) -> None:
        nonlocal door
        done = step(door, event)
        door = done.door
        for effect in done.effects:
            if isinstance(effect, WriteEvent) and isinstance(effect.record, PassageDecided):
                newest[effect.record.person_ref or ""] = effect.record

    def read(surface: int) -> None:
        nonlocal now_s
        now_s += 0.1
        take(ReadingTaken(at=at(), reading=Reading(surface_centi_c=surface, ambient_centi_c=2400)))

    for n in range(new.people):
        fever = dice.choice(FEVERS) if dice.random() < new.feverish else 0
        skin = _PROFILE.baseline_centi_c + new.offset + new.drift * n // new.people
        skin += round(dice.gauss(0, new.spread)) + fever
        contact = 3630 + dice.randrange(61) + fever
        ref, starting = f"{n:064x}", door.is_starting(at())
        take(PersonIdentified(at=at(), person=_person(ref)))
        for _ in range(_FRAMES):
            read(skin + dice.randrange(-3, 4))
        state = door.passage
        asked = isinstance(state, Settled) and (
            state.waits_for_hand or state.decision is Decision.HOLD
        )
        if isinstance(state, Settled) and asked and dice.random() >= new.unanswered:
            take(
                HandMeasured(
                    at=at(), passage_id=state.passage_id, contact_centi_c=contact, by="guard-1"
                )
            )
        for _ in range(_EMPTY):
            read(2400)
        now_s += _EVERY_S
        last = newest.get(ref)
        admitted = last is not None and last.decision is Decision.ADMIT
        yield Passed(
            fever=fever,
            starting=starting,
            asked=asked,
            admitted=admitted,
            unmeasured=admitted and last is not None and not is_by_hand(last.temperature),
        )


def _person(ref: str) -> Person:
    return Person(
        category=Category.VISITOR,
        person_ref=ref,
        card_type=CardType.RESIDENT,
        name=Secret("张三"),
        number=Secret("11010519491231002X"),
    )
