"""Somebody in a simulated hall, on the way in: what they did so far, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bench.simulate.guard import QUICK_S
from bench.simulate.script import Card, Somebody, Visit

COOLED_CENTI_C = 3440
_MOST_LAID = 3


class Stage(Enum):
    """Where somebody is."""

    COMING = auto()  # in the line, or told to come again
    SPOT = auto()
    DESK = auto()
    IN = auto()
    GONE = auto()


@dataclass(slots=True, eq=False)
class Walker:
    """One person of a visit."""

    somebody: Somebody
    visit: Visit
    door: int
    adult: Walker | None = None
    companions: list[Walker] = field(default_factory=list)
    stage: Stage = Stage.COMING
    tries: int = 0
    passage_id: str | None = None  # the newest
    mine: set[str] = field(default_factory=set)  # all of them at this door, since its start
    stepped_ns: int = 0
    shown: int = 0  # frames of this time before the sensor
    steady: list[int] = field(default_factory=list)  # the newest of what is steady
    above: bool = False  # showed a fever beyond doubt, this time before the sensor
    above_in: set[str] = field(default_factory=set)  # the passages in which that was
    readings: list[int] = field(
        default_factory=list
    )  # when the contact thermometer was put to them
    faulted: bool = False  # by a restart, or nobody's answer: nothing can be asked of this attempt
    was_held: bool = False
    laid_over: bool = False  # laid the card when another stepped in front

    @property
    def is_gone(self) -> bool:
        """Whether they went away, or were taken away."""
        return self.stage is Stage.GONE

    @property
    def is_coming(self) -> bool:
        """Whether they are in the line."""
        return self.stage is Stage.COMING

    @property
    def waits_aside(self) -> bool:
        """Whether they have stepped away from the sensor, and wait."""
        return self.stage is Stage.DESK

    @property
    def wants_on(self) -> bool:
        """Whether they are still on the way in."""
        return self.stage not in (Stage.IN, Stage.GONE)

    @property
    def guard_s(self) -> float:
        """How long a guard takes for them."""
        return self.visit.guard_s if self.tries <= 1 else min(self.visit.guard_s, QUICK_S)

    @property
    def lays_card(self) -> bool:
        """Whether they lay the card themselves; after three tries a guard types it."""
        return self.somebody.card is Card.READ and self.tries <= _MOST_LAID

    @property
    def has_document(self) -> bool:
        """Whether a guard can type who this is."""
        return self.adult is None or self.somebody.card is Card.READ

    @property
    def wants_in(self) -> bool:
        """Whether they are well, and follow what they are told to the end."""
        adult = self.adult or self
        well = not any(one.somebody.is_ill for one in (adult, *adult.companions))
        return well and self.visit.leaves is None

    def cooled(self, door: int) -> Walker:
        """Return who this is at the other door, some cold air later: nothing shows."""
        somebody = replace(self.somebody, skin_centi_c=COOLED_CENTI_C, hat_s=0.0, stays_s=3.0)
        visit = replace(self.visit, door=door, leaves=None, other_door_s=None, declares=False)
        return Walker(somebody, visit, door)
