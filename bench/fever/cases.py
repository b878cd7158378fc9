"""Who judges whom: the shipped profile on all, and what one group teaches on the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.fever.data import Subject
from bench.fever.door import FEVER_CENTI_C, Door
from bench.fever.figures import Interval, over_runs
from bench.fever.hall import EVERY_S, Crowd
from bench.fever.study import View, comer, refit, seen
from gate_agent.contract.records import Outcome

SHIPPED = "shipped, all"


@dataclass(frozen=True, slots=True)
class Case:
    """A profile, and the people that it is judged on."""

    name: str
    view: View
    people: Sequence[Subject]


def cases(view: View, people: Sequence[Subject]) -> Iterator[Case]:
    """Yield the shipped profile on all, and what one group teaches on the other."""
    ours = seen(view, people)
    yield Case(SHIPPED, view, ours)
    for learnt, judged in ((1, 2), (2, 1)):
        profile = refit(view, [one for one in ours if one.group == learnt])
        others = [one for one in ours if one.group == judged]
        yield Case(f"{learnt} -> {judged}", View(view.name, profile), others)


def drawn(people: Sequence[Subject], seed: int) -> list[Subject]:
    """Return a bootstrap of these people: as many, with repeats, fever and health apart."""
    dice = random.Random(seed)  # noqa: S311 a simulation
    hot = [one for one in people if one.oral >= FEVER_CENTI_C]
    cool = [one for one in people if one.oral < FEVER_CENTI_C]
    return [*dice.choices(hot, k=len(hot)), *dice.choices(cool, k=len(cool))]


def flag_rate(
    case: Case, *, people: int, runs: int, done: Callable[[], None]
) -> tuple[Interval, Interval]:
    """Return the share of the healthy who are flagged, and of the feverish, at a new door."""
    shares = []
    for run in range(runs):
        crowd = Crowd(case.view, drawn(case.people, run), run)
        door, flags = Door(case.view.profile), ([0, 0], [0, 0])
        for _ in range(people):
            subject = crowd.anybody()
            (measured,) = door.measure_all([comer(case.view, subject)], EVERY_S)
            kind = flags[subject.oral >= FEVER_CENTI_C]
            kind[0] += measured.outcome is Outcome.ELEVATED
            kind[1] += 1
        shares.append([flagged / max(1, came) for flagged, came in flags])
        done()
    healthy, feverish = np.array(shares).T
    return over_runs(healthy), over_runs(feverish)
