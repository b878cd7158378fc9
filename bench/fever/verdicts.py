"""The budgets of the fever bench, and whether they are met: on this study, with this camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from bench.fever import hall
from bench.fever.cases import SHIPPED
from bench.fever.report import Results
from bench.fever.sudden import EVIDENCE, STEPS

_DRIFT = "day ±0.5, swing 0.8"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One budget: what it came to, and between which limits it should be."""

    what: str
    figure: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether it lies between its limits."""
        low = self.least is None or self.figure >= self.least
        return low and (self.most is None or self.figure <= self.most)

    @property
    def budget(self) -> str:
        """The limits in words."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield every budget. A forehead much better than others found would be a leak in the bench."""
    face, forehead = results.told["face max"], results.told["forehead max"]
    yield Verdict("face max: AUC", face.auc, least=0.97)
    for way, quality in zip(("1->2", "2->1"), face.transfer, strict=True):
        yield Verdict(f"face max: Se, transfer {way}", quality.se, least=0.89)
        yield Verdict(f"face max: Sp, transfer {way}", quality.sp, least=0.92)
    for name, alarms in results.alarms.items():
        two = f"{name}: two doors"
        yield Verdict(f"{two}, false alarms in {results.pair_days} days", alarms, most=1)
        far, near = results.shifted[name, -80], results.shifted[name, -50]
        yield Verdict(f"{two}, -0.8 °C found that day", far.first_day, least=0.9)
        took = _or_never(far.people)
        yield Verdict(f"{two}, people until -0.8 °C is found", took, most=90)
        yield Verdict(f"{two}, -0.5 °C found within 5 days", near.within_days, least=0.9)
    yield from _controlled(results)
    yield Verdict("forehead max: AUC", forehead.auc, least=0.87, most=0.89)
    for name, least in (("face max", 0.85), ("forehead max", 0.62)):
        drifted = results.drift[name, _DRIFT]
        yield Verdict(f"{name}: Se at Sp .95, {_DRIFT}", drifted.product, least=least)
        yield Verdict(
            f"{name}: gain on a fixed cut", drifted.product - (drifted.fixed or 0), least=0
        )
        alone = results.drift[name, hall.WEATHERS[0].name].decided.se
        seen = results.sudden[name, SHIPPED].flagged(5).figure
        yield Verdict(f"{name}: Se in a hot queue less Se alone", seen - alone, least=-0.05)


def _controlled(results: Results) -> Iterator[Verdict]:
    """Yield what the flag rate, a step and a feverish queue are held to, on transfer as well."""
    for (name, case), (healthy, _) in results.rates.items():
        rate = healthy.figure * 100
        yield Verdict(f"{name}, {case}: flags of healthy, %", rate, least=4, most=6)
    for (name, case), sudden in results.sudden.items():
        slowest = max(sudden.recovery(step).figure for step in STEPS)
        yield Verdict(f"{name}, {case}: people after the slowest step", slowest, most=15)
        flags = max(sudden.in_row)
        yield Verdict(f"{name}, {case}: flags in a row, none answered", flags, most=15)
        caught = min(sudden.caught(evidence).figure for evidence in EVIDENCE)
        yield Verdict(f"{name}, {case}: feverish queue, flagged or by hand", caught, least=0.9)


def _or_never(people: int | None) -> float:
    return float("inf") if people is None else people


def table_of(verdicts: list[Verdict]) -> Table:
    """Return the budgets as a table."""
    table = Table(title="Budgets", title_justify="left")
    for column in ("what", "figure", "budget", "met"):
        table.add_column(column, no_wrap=True)
    for one in verdicts:
        table.add_row(one.what, f"{one.figure:.3f}", one.budget, "yes" if one.met else "NO")
    return table
