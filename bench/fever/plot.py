"""Draws what was found, small enough for a page of the documentation."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # no screen needed

from matplotlib import pyplot as plt

from bench.fever import hall, study
from bench.fever.cases import SHIPPED
from bench.fever.report import Results
from bench.fever.study import VIEWS


def draw(results: Results, file: Path) -> None:
    """Write one picture: AUC by slope, sensitivity by weather, false flags after a step."""
    figure, (slopes, weather, steps) = plt.subplots(1, 3, figsize=(13, 4))
    for view in VIEWS:
        curve = results.slopes[view.name]
        (line,) = slopes.plot([s / 1000 for s in study.SLOPES], curve, label=view.name)
        shipped = view.profile.slope_permille
        auc = curve[study.SLOPES.index(shipped)]
        slopes.plot(shipped / 1000, auc, "o", color=line.get_color())
    slopes.set(title="AUC by ambient slope (o: shipped)", xlabel="°C per °C", ylabel="AUC")
    slopes.legend()
    names = [w.name for w in hall.WEATHERS]
    for view, marker in zip(VIEWS, "osd", strict=True):
        qualities = [results.drift[view.name, name] for name in names]
        (line,) = weather.plot(
            names, [d.product for d in qualities], marker=marker, label=view.name
        )
        fixed = [d.fixed for d in qualities if d.fixed is not None]
        weather.plot(
            names[: len(fixed)], fixed, marker=marker, linestyle=":", color=line.get_color()
        )
    weather.set(title="Se at Sp 95 % (dotted: fixed cut)", ylim=(0, 1))
    weather.tick_params(axis="x", rotation=20, labelsize=7)
    weather.legend()
    first = VIEWS[0].name
    for step, curves in results.sudden[first, SHIPPED].flags.items():
        if step > 0:
            steps.plot(curves.mean(axis=0), label=f"{step / 100:+.1f} °C")
    steps.set(
        title=f"False flags after a step, {first}",
        xlabel="people since the step",
        ylim=(0, 1),
    )
    steps.legend()
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=70)
    plt.close(figure)
