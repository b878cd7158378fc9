"""A hall played with the study's people: days of drift, and the study as it was."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from bench.fever import figures
from bench.fever.data import Subject
from bench.fever.door import ADAPTIVE, FEVER_CENTI_C, Door
from bench.fever.figures import Quality
from bench.fever.study import View, comer, flags, is_fever, scores, seen
from gate_agent.contract.policy import MeasurementPolicy

A_DAY, PREVALENCE = 600, 0.02
OPEN_S, EVERY_S = 10 * 3600, 60  # the hall is open ten hours: one person a minute
NIGHT_S = 14 * 3600
_WINDOW = 30  # of the reference rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How the instrument errs: a bias a day (normal), a swing in the day, an offset for ever."""

    name: str
    day_sd: float = 0
    swing: float = 0  # °C from the lowest to the highest of the day
    offset: float = 0


WEATHERS = (
    Weather(name="stable"),
    Weather(name="day ±0.3, swing 0.4", day_sd=0.3, swing=0.4),
    Weather(name="day ±0.5, swing 0.8", day_sd=0.5, swing=0.8),
    Weather(name="day ±0.5, swing 1.6", day_sd=0.5, swing=1.6),
    Weather(name="1.0 °C too low", offset=-1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """How well fever is told under a weather: sensitivity at 95 % specificity, three rules."""

    fixed: float | None  # what an offset does to a cut depends on when it was made
    reference: float  # median of 30, nothing before ten people
    product: float
    decided: Quality  # the product's own outcomes, at the wanted flag rate


class Crowd:
    """Draws people of the study, the same for the same seed."""

    def __init__(self, view: View, people: Sequence[Subject], seed: int) -> None:
        ours = seen(view, people)
        self.dice = random.Random(seed)  # noqa: S311 a simulation
        self.hot = [subject for subject in ours if subject.oral >= FEVER_CENTI_C]
        self.cool = [subject for subject in ours if subject.oral < FEVER_CENTI_C]

    def anybody(self) -> Subject:
        """Return somebody, feverish as often as the hall has it."""
        return self.dice.choice(self.hot if self.dice.random() < PREVALENCE else self.cool)


def drift(
    view: View,
    people: Sequence[Subject],
    weather: Weather,
    *,
    days: int,
    a_day: int = A_DAY,
    rules: MeasurementPolicy = ADAPTIVE,
    seed: int = 7,
) -> Drifted:
    """Play `days` of so many people."""
    crowd = Crowd(view, people, seed)
    door = Door(view.profile, rules=rules)
    came: list[Subject] = []
    measured = []
    reference: list[float] = []
    for _ in range(days):
        bias = crowd.dice.gauss(0, weather.day_sd) + weather.offset
        phase = crowd.dice.random()
        today: list[float] = []
        for n in range(a_day):
            wave = weather.swing / 2 * math.sin(2 * math.pi * (n / a_day + phase))
            subject = crowd.anybody()
            came.append(subject)
            door.now_s += OPEN_S / a_day
            measured.append(door.measure(comer(view, subject, round((bias + wave) * 100))))
            today.append(float(measured[-1].score_centi_c or 0))
            newest = today[-_WINDOW - 1 : -1]
            enough = len(newest) >= 10
            reference.append(median(newest) if enough else view.profile.baseline_centi_c)
        door.now_s += NIGHT_S
    fever, score = is_fever(came), scores(measured)
    baseline = np.array([float(t.baseline_centi_c or 0) for t in measured])
    return Drifted(
        fixed=None if weather.offset else figures.se_at_sp(score, fever, 0.95),
        reference=figures.se_at_sp(score - np.array(reference), fever, 0.95),
        product=figures.se_at_sp(score - baseline, fever, 0.95),
        decided=figures.flagged(flags(measured), fever),
    )


def real_time_line(view: View, people: Sequence[Subject]) -> tuple[float, float, Quality]:
    """Play the study as it was: 154 days, about six people a day.

    Returns the AUC without a baseline, with it, and the quality of what the door decided.
    """
    ours = seen(view, people)
    door = Door(view.profile)
    measured = []
    for subject in ours:
        door.now_s = (subject.at - ours[0].at).total_seconds()
        measured.append(door.measure(comer(view, subject)))
    fever, score = is_fever(ours), scores(measured)
    baseline = np.array([float(t.baseline_centi_c or 0) for t in measured])
    alone, moved = figures.auc(score, fever), figures.auc(score - baseline, fever)
    return alone, moved, figures.flagged(flags(measured), fever)
