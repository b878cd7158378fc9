"""Two doors beside each other: how soon a shift of one is found, and what a month of health costs.

The weather that both share (people from the cold) is the hall's; what each door has of its own is
as large as the study's days differ from each other after the ambient slope: 0.09 °C at most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.fever.data import Subject
from bench.fever.door import Door
from bench.fever.hall import A_DAY, NIGHT_S, OPEN_S, Crowd
from bench.fever.study import View, comer
from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.policy import MeasurementPolicy
from gate_agent.contract.thermometer import ThermometerState, Trust
from gate_agent.domain.other_door import Comparison, level_of

OWN_SD, OWN_SWING = 0.1, 0.2  # °C, of each door alone: more than the study has
SHARED_SD, SHARED_SWING = 0.3, 0.4  # of both
SHIFTS = (-50, -80, 80)
FOLLOWED_DAYS = 5  # so long is a shift looked for
_LIMIT = MeasurementPolicy().doors_apart_centi_c
_UTC = parse_utc("2026-01-01T00:00:00.000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one shift, played many times."""

    first_day: float  # share of the runs in which it was found on the day it came
    within_days: float  # and within FOLLOWED_DAYS
    people: int | None  # at the shifted door, in the middle of the runs that found it that day


class Pair:
    """Two doors of one hall; every other person comes to the second."""

    def __init__(self, view: View, people: Sequence[Subject], seed: int) -> None:
        self._view = view
        self._crowd = Crowd(view, people, seed)
        self._doors = (Door(view.profile), Door(view.profile))
        self._comparison = Comparison()
        self.alarms = 0

    def day(self, shift: int = 0, after: int = 0) -> int | None:
        """Play a day, the first door shifted after so many people; return how many it took."""
        dice = self._crowd.dice
        shared, phase = dice.gauss(0, SHARED_SD), dice.random()
        own = [(dice.gauss(0, OWN_SD), dice.random()) for _ in self._doors]
        first_sign: int | None = None
        for n in range(A_DAY):
            which = n % 2
            door, (bias, own_phase) = self._doors[which], own[which]
            weather = shared + bias + _wave(SHARED_SWING, n, phase) + _wave(OWN_SWING, n, own_phase)
            offset = round(weather * 100) + (shift if which == 0 and n >= after else 0)
            for one in self._doors:
                one.now_s += OPEN_S / A_DAY
            door.measure(comer(self._view, self._crowd.anybody(), offset))
            if self._comes_apart(door.now_s) and first_sign is None:
                first_sign = (n - after) // 2 + 1
        for door in self._doors:
            door.now_s += NIGHT_S
        return first_sign

    def _comes_apart(self, now_s: float) -> bool:
        now = Moment(utc=_UTC, boot_ns=round(now_s * NS_PER_S))
        first, second = (self._state(door, now) for door in self._doors)
        self._comparison, news = self._comparison.after(
            first, {"other": second}, limit_centi_c=_LIMIT, now=now
        )
        apart = news is not None and news.found == "apart"
        self.alarms += apart
        return apart

    def _state(self, door: Door, now: Moment) -> ThermometerState:
        profile = self._view.profile
        level, people = level_of(door.memory, profile, since_ns=None, now_ns=now.boot_ns)
        return ThermometerState(
            trust=Trust.TRUSTED, profile=profile.label, level_centi_c=level, people=people
        )


def false_alarms(view: View, people: Sequence[Subject], *, days: int) -> int:
    """Return how often two sound doors come apart in so many days."""
    pair = Pair(view, people, seed=31)
    for _ in range(days):
        pair.day()
    return pair.alarms


def shifted(
    view: View, people: Sequence[Subject], shift: int, *, runs: int, days: int = FOLLOWED_DAYS
) -> Found:
    """Shift one of two doors at noon, many times, and follow it."""
    first, later, took = 0, 0, []
    for run in range(runs):
        pair = Pair(view, people, seed=900 + run)
        count = pair.day(shift, after=A_DAY // 2)
        if count is not None:
            first += 1
            took.append(count)
        elif any(pair.day(shift) is not None for _ in range(days - 1)):
            later += 1
    return Found(
        first_day=first / runs,
        within_days=(first + later) / runs,
        people=round(median(took)) if took else None,
    )


def _wave(swing: float, n: int, phase: float) -> float:
    return swing / 2 * math.sin(2 * math.pi * (n / A_DAY + phase))
