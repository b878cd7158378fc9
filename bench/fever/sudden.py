"""What comes suddenly: a step of the whole queue, a feverish queue, flags that nobody answers.

Each run draws the study's people anew (a bootstrap), warms a door up with them, and plays on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.fever.cases import Case, drawn
from bench.fever.door import Comer, Door
from bench.fever.figures import Interval, interval
from bench.fever.hall import EVERY_S, Crowd
from bench.fever.study import comer
from gate_agent.contract.records import Outcome
from gate_agent.domain.limits import score

STEPS = (50, 100, 150, -50, -100, -150)
EVIDENCE = (5, None)  # people until a flagged one meets the contact thermometer; never
WARM, FOLLOWED, QUEUE = 200, 40, 30  # people
RECOVERED = 0.10  # false flags, as the reference has it
FOUND_AGAIN = 0.10  # of the fevers found before a step down, so many may still be missed
Curves = NDArray[np.float64]  # one row a run


@dataclass
class Sudden:
    """What became of it, one row a run."""

    flags: dict[int, Curves] = field(default_factory=dict)  # by step: whether the n-th is flagged
    missed: dict[int, Curves] = field(default_factory=dict)  # fevers less than before, at the n-th
    in_row: list[int] = field(default_factory=list)  # flags before everybody is measured by hand
    hot: dict[int | None, list[tuple[float, float]]] = field(default_factory=dict)

    def recovery(self, step: int) -> Interval:
        """Return after how many people it is over, with its interval over the runs."""
        curves, most = (
            (self.flags[step], RECOVERED) if step > 0 else (self.missed[step], FOUND_AGAIN)
        )
        return interval(curves, lambda rows: over(rows.mean(axis=0), most))

    def flagged(self, evidence: int | None) -> Interval:
        """Return the share of a feverish queue that is flagged."""
        return interval(np.array(self.hot[evidence])[:, 0], np.mean)

    def caught(self, evidence: int | None) -> Interval:
        """Return the share of a feverish queue that is flagged or measured by hand."""
        return interval(np.array(self.hot[evidence])[:, 1], np.mean)


def over(shares: Sequence[float] | Curves, most: float) -> float:
    """Return from which person on a mean of five is down to `most`; infinite: never."""
    for n in range(len(shares) - 4):
        if sum(shares[n : n + 5]) / 5 <= most:
            return n
    return float("inf")


def play(case: Case, *, runs: int, done: Callable[[], None]) -> Sudden:
    """Play everything, `runs` times."""
    sudden = Sudden()
    rows: dict[int, list[list[float]]] = {step: [] for step in STEPS}
    missed: dict[int, list[list[float]]] = {step: [] for step in STEPS if step < 0}
    for run in range(runs):
        crowd = Crowd(case.view, drawn(case.people, run), run)
        warm = Door(case.view.profile)
        warm.measure_all(_healthy(case, crowd, WARM), EVERY_S)
        for step in STEPS:
            door = _after(warm, case)
            found = _found(door, case, crowd, 0)
            flags, less = [], []
            for one in _healthy(case, crowd, FOLLOWED, step):
                if step < 0:
                    less.append(found - _found(door, case, crowd, step))
                flags.append(float(_is_flagged(door, one)))
            rows[step].append(flags)
            if step < 0:
                missed[step].append(less)
        sudden.in_row.append(_in_row(warm, case, crowd))
        for evidence in EVIDENCE:
            _hot(sudden, _after(warm, case, evidence=evidence, looks=True), case, crowd, evidence)
        done()
    sudden.flags = {step: np.array(curves) for step, curves in rows.items()}
    sudden.missed = {step: np.array(curves) for step, curves in missed.items()}
    return sudden


def _after(warm: Door, case: Case, *, evidence: int | None = 5, looks: bool = False) -> Door:
    return Door(
        case.view.profile,
        memory=warm.memory,
        evidence_after=evidence,
        now_s=warm.now_s,
        first=1000,
        looks=looks,
    )


def _healthy(case: Case, crowd: Crowd, people: int, offset: int = 0) -> list[Comer]:
    return [comer(case.view, crowd.dice.choice(crowd.cool), offset) for _ in range(people)]


def _is_flagged(door: Door, one: Comer) -> bool:
    (measured,) = door.measure_all([one], EVERY_S)
    return measured.outcome is Outcome.ELEVATED


def _found(door: Door, case: Case, crowd: Crowd, offset: int) -> float:
    """Return the share of the feverish whom the door would flag now."""
    slope, threshold = case.view.profile.slope_permille, door.threshold
    hot = (comer(case.view, subject, offset) for subject in crowd.hot)
    return float(np.mean([score(one.skin, slope, one.ambient) >= threshold for one in hot]))


def _in_row(warm: Door, case: Case, crowd: Crowd) -> int:
    """Return how many in a row are flagged, and nobody answers, until all are measured by hand."""
    door, longest, row = _after(warm, case, evidence=None, looks=True), 0, 0
    for one in _healthy(case, crowd, FOLLOWED, STEPS[2]):
        row = row + 1 if _is_flagged(door, one) else 0
        if door.by_hand[-1]:
            return longest
        longest = max(longest, row)
    return longest


def _hot(sudden: Sudden, door: Door, case: Case, crowd: Crowd, evidence: int | None) -> None:
    queue = [comer(case.view, crowd.dice.choice(crowd.hot)) for _ in range(QUEUE)]
    flags = [_is_flagged(door, one) for one in queue]
    caught = [flag or hand for flag, hand in zip(flags, door.by_hand, strict=True)]
    shares = float(np.mean(flags)), float(np.mean(caught))
    sudden.hot.setdefault(evidence, []).append(shares)
