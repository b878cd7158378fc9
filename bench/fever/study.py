"""The study as each profile sees it, through the product's judging: no door, no memory yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.fever import figures
from bench.fever.data import Subject
from bench.fever.door import FEVER_CENTI_C, Comer, Door
from bench.fever.figures import Quality, Scores, Truth
from gate_agent.contract.records import Outcome, Temperature
from gate_agent.domain.profile import PROFILES, Profile

SLOPES = range(0, 205, 5)


@dataclass(frozen=True, slots=True)
class View:
    """What one kind of sensor sees, and the profile that decides on it."""

    name: str
    profile: Profile


VIEWS = (
    View("face max", PROFILES["array-face-max"]),
    View("forehead max", PROFILES["spot-forehead"]),
    View("forehead centre", PROFILES["spot-forehead"]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How well one view tells fever."""

    auc: float
    interval: tuple[float, float]
    cut: float  # Youden, in sample
    in_sample: Quality
    transfer: tuple[Quality, Quality]  # cut of group 1 on group 2, and back
    new_door: Quality  # as decided by a door that knows nobody
    refitted: tuple[Quality, Quality]  # slope, baseline, margin of group 1 on group 2, and back


def seen(view: View, people: Sequence[Subject]) -> list[Subject]:
    """Return those of whom this view has a value."""
    return [subject for subject in people if view.name in subject.skin]


def comer(view: View, subject: Subject, offset: int = 0) -> Comer:
    """Return how this person comes to a door."""
    return Comer(subject.skin[view.name] + offset, subject.ambient, subject.oral)


def is_fever(people: Sequence[Subject]) -> Truth:
    """Return who is feverish."""
    return np.array([subject.oral >= FEVER_CENTI_C for subject in people])


def judged(view: View, profile: Profile, people: Sequence[Subject]) -> list[Temperature]:
    """Return what a door that knows nobody decides on each of them."""
    return [Door(profile).measure(comer(view, subject)) for subject in people]


def scores(temperatures: Sequence[Temperature]) -> Scores:
    """Return the scores."""
    return np.array([float(t.score_centi_c or 0) for t in temperatures])


def flags(temperatures: Sequence[Temperature]) -> Truth:
    """Return who was flagged."""
    return np.array([t.outcome is Outcome.ELEVATED for t in temperatures])


def tell(view: View, people: Sequence[Subject], *, bootstrap: int) -> Told:
    """Return the figures of one view."""
    ours = seen(view, people)
    fever = is_fever(ours)
    group = np.array([subject.group for subject in ours])
    judgements = judged(view, view.profile, ours)
    score = scores(judgements)
    cut = figures.best_cut(score, fever)

    def transferred(other: int) -> Quality:
        learnt = figures.best_cut(score[group == other], fever[group == other])
        return figures.at(score[group != other], fever[group != other], learnt)

    def refitted(other: int) -> Quality:
        profile = refit(view, [subject for subject in ours if subject.group == other])
        others = [subject for subject in ours if subject.group != other]
        return figures.flagged(flags(judged(view, profile, others)), is_fever(others))

    return Told(
        auc=figures.auc(score, fever),
        interval=figures.auc_interval(score, fever, times=bootstrap),
        cut=cut,
        in_sample=figures.at(score, fever, cut),
        transfer=(transferred(1), transferred(2)),
        new_door=figures.flagged(flags(judgements), fever),
        refitted=(refitted(1), refitted(2)),
    )


def refit(view: View, people: Sequence[Subject]) -> Profile:
    """Return the profile as these people alone would have it: what fixes the shipped figures."""
    cool = [subject for subject in seen(view, people) if subject.oral < FEVER_CENTI_C]
    ambient = np.array([subject.ambient - 2400 for subject in cool], dtype=float)
    skin = np.array([subject.skin[view.name] for subject in cool], dtype=float)
    slope = round(float(np.polyfit(ambient, skin, 1)[0]) * 1000)
    score = skin - ambient * slope / 1000
    middle = float(np.median(score))
    margins = tuple(
        (permille, max(1, round(float(np.quantile(score, 1 - permille / 1000)) - middle)))
        for permille, _ in view.profile.margins
    )
    return replace(
        view.profile, slope_permille=slope, baseline_centi_c=round(middle), margins=margins
    )


def by_slope(view: View, people: Sequence[Subject], progress: Callable[[], None]) -> list[float]:
    """Return the AUC for each slope of SLOPES."""
    ours = seen(view, people)
    fever = is_fever(ours)
    slopes = []
    for slope in SLOPES:
        profile = replace(view.profile, slope_permille=slope)
        slopes.append(figures.auc(scores(judged(view, profile, ours)), fever))
        progress()
    return slopes
