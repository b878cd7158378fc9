"""Runs everything, and prints each figure beside the published or reference one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.fever import hall, pair, study
from bench.fever.cases import cases, flag_rate
from bench.fever.data import Subject
from bench.fever.figures import Interval, Quality
from bench.fever.hall import Drifted
from bench.fever.pair import Found
from bench.fever.study import VIEWS, Told
from bench.fever.sudden import EVIDENCE, STEPS, Sudden, play
from gate_agent.contract.policy import MeasurementPolicy

WANTED = (20, 50, 100, 200)  # flags per thousand

# What others measured, for the same data where nothing else is said (docs/measuring/expert.md).
PUBLISHED_AUC = {  # Zhou et al. 2020, J Biomed Opt 25(9) 097002: 596 people
    "face max": ".95-.97",
    "forehead max": ".86-.87",
    "forehead centre": "-",
}
REFERENCE_TRANSFER = {  # Se/Sp, 1->2 and 2->1, ambient corrected
    "face max": ".89/.94 .92/.94",
    "forehead max": ".69/.92 .79/.82",
    "forehead centre": ".77/.70 .49/.99",
}
REFERENCE_DRIFT = {  # Se at Sp .95: fixed cut, median of 30
    ("face max", "stable"): ".91 .88",
    ("face max", "day ±0.3, swing 0.4"): ".69 .88",
    ("face max", "day ±0.5, swing 0.8"): ".53 .85",
    ("forehead max", "stable"): ".71 .69",
    ("forehead max", "day ±0.3, swing 0.4"): ".61 .69",
    ("forehead max", "day ±0.5, swing 0.8"): ".42 .65",
}
REFERENCE_RECOVERY = {50: "9", 100: "13", 150: "14"}  # median of 30, everyone, no contact reading


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is played: the usual, or a quick look."""

    bootstrap: int = 1000
    days: int = 30
    a_day: int = hall.A_DAY
    runs: int = 40  # bootstraps of the people
    rate_runs: int = 20
    rate_people: int = 2000
    pair_days: int = 90
    pair_runs: int = 20
    pair_followed: int = pair.FOLLOWED_DAYS


QUICK = Effort(
    bootstrap=50,
    days=1,
    a_day=100,
    runs=1,
    rate_runs=1,
    rate_people=100,
    pair_days=1,
    pair_runs=1,
    pair_followed=1,
)


@dataclass
class Results:
    """Everything that was found."""

    people: int
    fever: int
    told: dict[str, Told] = field(default_factory=dict)
    slopes: dict[str, list[float]] = field(default_factory=dict)
    drift: dict[tuple[str, str], Drifted] = field(default_factory=dict)
    wanted: dict[tuple[str, int], Quality] = field(default_factory=dict)
    rates: dict[tuple[str, str], tuple[Interval, Interval]] = field(default_factory=dict)
    sudden: dict[tuple[str, str], Sudden] = field(default_factory=dict)
    line: dict[str, tuple[float, float, Quality]] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)  # of two sound doors
    pair_days: int = 0
    shifted: dict[tuple[str, int], Found] = field(default_factory=dict)


def run(people: Sequence[Subject], effort: Effort, console: Console) -> Results:
    """Find every figure, with progress."""
    results = Results(len(people), int(study.is_fever(people).sum()), pair_days=effort.pair_days)
    pieces = 2 + len(study.SLOPES) + len(hall.WEATHERS) + len(WANTED)
    pieces += 3 * (effort.runs + effort.rate_runs) + 1 + len(pair.SHIFTS)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=pieces * len(VIEWS))

        def done() -> None:
            progress.advance(task)

        for view in VIEWS:
            progress.update(task, description=view.name)
            results.told[view.name] = study.tell(view, people, bootstrap=effort.bootstrap)
            done()
            results.slopes[view.name] = study.by_slope(view, people, done)
            results.line[view.name] = hall.real_time_line(view, people)
            done()
            for weather in hall.WEATHERS:
                drifted = hall.drift(view, people, weather, days=effort.days, a_day=effort.a_day)
                results.drift[view.name, weather.name] = drifted
                done()
            for permille in WANTED:
                rules = MeasurementPolicy(flag_permille=permille)
                stable = hall.drift(
                    view,
                    people,
                    hall.WEATHERS[0],
                    days=max(1, effort.days // 4),
                    a_day=effort.a_day,
                    rules=rules,
                )
                results.wanted[view.name, permille] = stable.decided
                done()
            for case in cases(view, people):
                name = view.name, case.name
                results.rates[name] = flag_rate(
                    case, people=effort.rate_people, runs=effort.rate_runs, done=done
                )
                results.sudden[name] = play(case, runs=effort.runs, done=done)
            results.alarms[view.name] = pair.false_alarms(view, people, days=effort.pair_days)
            done()
            for shift in pair.SHIFTS:
                shifts = pair.shifted(
                    view, people, shift, runs=effort.pair_runs, days=effort.pair_followed
                )
                results.shifted[view.name, shift] = shifts
                done()
    return results


def show(results: Results, console: Console) -> None:
    """Print the tables."""
    console.print(f"{results.people} people, {results.fever} with oral >= 37.5 °C; FLIR A325sc")
    console.print(_quality(results))
    console.print(_ppv(results))
    console.print(_drift(results))
    console.print(_wanted(results))
    console.print(_rates(results))
    console.print(_stepped(results))
    console.print(_hot(results))
    console.print(_pairs(results))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=True)
    return table


def _quality(results: Results) -> Table:
    table = _table(
        "Telling fever (score; Se/Sp)",
        "view", "AUC [95 %]", "published", "best cut", "in sample", "transfer 1->2, 2->1",
        "reference", "all refitted, 1->2, 2->1",
    )  # fmt: skip
    for name, quality in results.told.items():
        low, high = quality.interval
        table.add_row(
            name,
            f"{quality.auc:.3f} [{low:.3f}, {high:.3f}]",
            PUBLISHED_AUC[name],
            f"{quality.cut / 100:.2f}",
            _se_sp(quality.in_sample),
            " ".join(map(_se_sp, quality.transfer)),
            REFERENCE_TRANSFER[name],
            " ".join(map(_se_sp, quality.refitted)),
        )
    return table


def _ppv(results: Results) -> Table:
    table = _table(
        "As the door decides, 1 % feverish; and the study as it was (154 days, 6 people a day)",
        "view", "Se/Sp", "PPV", "flags per 1000", "knowing nobody yet", "real time line Se/Sp",
        "its AUC alone", "less baseline",
    )  # fmt: skip
    for name, predictive in results.told.items():
        alone, moved, decided = results.line[name]
        quality = results.drift[name, hall.WEATHERS[0].name].decided
        rate = quality.se * 0.01 + (1 - quality.sp) * 0.99
        table.add_row(
            name,
            _se_sp(quality),
            f"{quality.ppv(0.01) * 100:.1f} %",
            f"{rate * 1000:.0f}",
            _se_sp(predictive.new_door),
            _se_sp(decided),
            f"{alone:.3f}",
            f"{moved:.3f}",
        )
    return table


def _drift(results: Results) -> Table:
    table = _table(
        "600 people a day, 2 % feverish: sensitivity at 95 % specificity",
        "view", "weather", "fixed cut", "median of 30", "product", "reference", "decided Se/Sp",
    )  # fmt: skip
    for (name, weather), drifted in results.drift.items():
        table.add_row(
            name,
            weather,
            "-" if drifted.fixed is None else f"{drifted.fixed:.3f}",
            f"{drifted.reference:.3f}",
            f"{drifted.product:.3f}",
            REFERENCE_DRIFT.get((name, weather), "-"),
            _se_sp(drifted.decided),
        )
    return table


def _wanted(results: Results) -> Table:
    table = _table(
        "Wanted flags of healthy people, and what came (Se of that)",
        "view", *(f"{permille / 10:.0f} %" for permille in WANTED),
    )  # fmt: skip
    for name in results.told:
        shares = [results.wanted[name, permille] for permille in WANTED]
        table.add_row(name, *(f"{(1 - q.sp) * 100:.1f} % ({q.se:.2f})" for q in shares))
    return table


def _rates(results: Results) -> Table:
    table = _table(
        "5 % flags of healthy people wanted: what came, from the first person on [95 %]",
        "view", "learnt -> judged", "flagged", "feverish flagged",
    )  # fmt: skip
    for (name, case), (healthy, feverish) in results.rates.items():
        table.add_row(name, case, f"{healthy:.1%}", f"{feverish:.0%}")
    return table


def _stepped(results: Results) -> Table:
    table = _table(
        "People until a sudden step of the whole queue is over, a contact reading 5 people later; "
        "flags in a row without any, then all by hand",
        "view", "learnt -> judged", *(f"{step / 100:+.1f} °C" for step in STEPS), "in a row",
    )  # fmt: skip
    for (name, case), sudden in results.sudden.items():
        recovered = (f"{sudden.recovery(step):.0f}" for step in STEPS)
        table.add_row(name, case, *recovered, str(max(sudden.in_row)))
    reference = (REFERENCE_RECOVERY.get(step, "-") for step in STEPS)
    table.add_row("reference", "", *reference, "-")
    return table


def _hot(results: Results) -> Table:
    table = _table(
        "30 feverish people in a row (oral >= 37.5 °C)",
        "view", "learnt -> judged", "contact reading", "flagged", "flagged or by hand [95 %]",
    )  # fmt: skip
    for (name, case), sudden in results.sudden.items():
        for evidence in EVIDENCE:
            flagged, caught = sudden.flagged(evidence), sudden.caught(evidence)
            told = "never" if evidence is None else f"{evidence} people later"
            table.add_row(name, case, told, f"{flagged.figure:.0%}", f"{caught:.0%}")
    return table


def _pairs(results: Results) -> Table:
    table = _table(
        "Two doors, 300 people a day each; one thermometer shifts at noon: "
        f"found that day, within {pair.FOLLOWED_DAYS} days, after so many people there",
        "view", f"false alarms in {results.pair_days} sound days",
        *(f"{shift / 100:+.1f} °C" for shift in pair.SHIFTS),
    )  # fmt: skip
    for name, alarms in results.alarms.items():
        shifts = [results.shifted[name, shift] for shift in pair.SHIFTS]
        table.add_row(name, str(alarms), *map(_found, shifts))
    return table


def _found(shift: Found) -> str:
    people = "-" if shift.people is None else str(shift.people)
    return f"{shift.first_day * 100:.0f} % {shift.within_days * 100:.0f} % {people}"


def _se_sp(quality: Quality) -> str:
    return f"{quality.se:.2f}/{quality.sp:.2f}".replace("0.", ".")
