"""How well a score tells fever: AUC with its interval, the best cut, what a flag is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Quality:
    """Sensitivity and specificity."""

    se: float
    sp: float

    def ppv(self, prevalence: float) -> float:
        """Return the share of flags that are fever."""
        hits = self.se * prevalence
        false = (1 - self.sp) * (1 - prevalence)
        return hits / (hits + false) if hits + false else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and where 95 % of bootstraps have it."""

    figure: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        """Return `figure [low, high]`, each in this form."""
        return f"{self.figure:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def interval(
    runs: NDArray[np.float64], of: Callable[[NDArray[np.float64]], float], times: int = 500
) -> Interval:
    """Return a figure of many runs (rows), and its interval over bootstraps of the runs."""
    dice = np.random.default_rng(1)
    bootstraps = [float(of(dice.choice(runs, len(runs)))) for _ in range(times)]
    low, high = np.quantile(bootstraps, [0.025, 0.975], method="nearest")
    return Interval(float(of(runs)), float(low), float(high))


def over_runs(shares: NDArray[np.float64]) -> Interval:
    """Return the mean of runs, each of a bootstrap of the people, and where 95 % of them are."""
    low, high = np.quantile(shares, [0.025, 0.975])
    return Interval(float(shares.mean()), float(low), float(high))


def auc(scores: Scores, fever: Truth) -> float:
    """Return the chance that a feverish person scores above a healthy one; a tie is half."""
    ranked = np.concatenate([np.sort(scores[~fever]), [np.inf]])
    below = np.searchsorted(ranked, scores[fever], side="left")
    upto = np.searchsorted(ranked, scores[fever], side="right")
    return float(np.mean((below + upto) / 2) / (len(ranked) - 1))


def auc_interval(scores: Scores, fever: Truth, *, times: int, seed: int = 1) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the AUC, people drawn within fever and health."""
    dice = np.random.default_rng(seed)
    hot, cool = scores[fever], scores[~fever]
    truth = np.repeat([True, False], [len(hot), len(cool)])
    drawn = [
        auc(np.concatenate([dice.choice(hot, len(hot)), dice.choice(cool, len(cool))]), truth)
        for _ in range(times)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def best_cut(scores: Scores, fever: Truth) -> float:
    """Return the cut with the highest sensitivity + specificity (Youden), the lowest of equals."""
    cuts = np.unique(scores)
    gains = [at(scores, fever, cut) for cut in cuts]
    return float(cuts[int(np.argmax([quality.se + quality.sp for quality in gains]))])


def at(scores: Scores, fever: Truth, cut: float) -> Quality:
    """Return the quality of flagging everybody at or above `cut`."""
    return flagged(scores >= cut, fever)


def flagged(flags: Truth, fever: Truth) -> Quality:
    """Return the quality of these flags."""
    return Quality(float(np.mean(flags[fever])), float(np.mean(~flags[~fever])))


def se_at_sp(scores: Scores, fever: Truth, sp: float) -> float:
    """Return the sensitivity where the cut leaves this share of healthy people unflagged."""
    return at(scores, fever, float(np.quantile(scores[~fever], sp, method="higher"))).se
