"""`python -m bench.gate`: measures a door; a table with verdicts; 1 if one fails."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.gate.measure import BARE, EMPTY, LONG, Figures, measure, median, quantile
from gate_agent.version import program_version

_QUANTILES = (0.5, 0.95, 0.99)
_BARE_TIMES = 3
_LIKE = 0.10  # a long past may cost this share
_MOST_IDLE_PERCENT, _MOST_PSS_MB, _MOST_START_S = 1.0, 70.0, 1.5
_STACKS = {
    BARE: "bare pyserial + paho loop, no store",
    EMPTY: "gate-agent, empty journal",
    LONG: "gate-agent, journal with a past",
}


def main() -> int:
    """Return 0 if every budget is kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description=__doc__)
    parser.add_argument("--people", type=int, default=120, help="of each stack, in turn")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--idle", type=float, default=20, help="seconds")
    parser.add_argument("--past", type=int, default=100_000, help="events in the long journal")
    asked = parser.parse_args()
    program_version()  # git is asked before, as nobody asks it on a board
    with tempfile.TemporaryDirectory(prefix="bench-gate-") as folder:
        figures = asyncio.run(
            measure(
                Path(folder),
                people=asked.people,
                starts=asked.starts,
                idle_s=asked.idle,
                past=asked.past,
            )
        )
    return report(figures, Console())


def report(figures: Figures, console: Console) -> int:
    """Print figures and verdicts; return the exit code."""
    table = Table(box=None, title="last serial byte → durable → at a subscriber, µs")
    table.add_column("stack")
    for share in _QUANTILES:
        table.add_column(f"p{share * 100:.0f}", justify="right")
    for stack, title in _STACKS.items():
        took = figures.latency_us[stack]
        table.add_row(title, *(f"{quantile(took, share):.0f}" for share in _QUANTILES))
    console.print(table)
    console.print(f"one append and fdatasync on this disk: {median(figures.sync_us):.0f} µs\n")
    verdicts = Table(box=None)
    for column in ("what", "measured", "budget", "verdict"):
        verdicts.add_column(column)
    kept = True
    for what, measured, budget, unit in _budgets(figures):
        holds = measured <= budget
        kept = kept and holds
        cells = (f"{value:.{0 if unit == 'µs' else 2}f} {unit}" for value in (measured, budget))
        verdicts.add_row(what, *cells, "kept" if holds else "MISSED")
    console.print(verdicts)
    return 0 if kept else 1


def _budgets(figures: Figures) -> list[tuple[str, float, float, str]]:
    p50 = {stack: quantile(took, 0.5) for stack, took in figures.latency_us.items()}
    start = {name: median(took) for name, took in figures.start_s.items()}
    return [
        (
            "p50, an empty journal",
            p50[EMPTY],
            _BARE_TIMES * p50[BARE] + median(figures.sync_us),
            "µs",
        ),
        ("p50, a long past", p50[LONG], (1 + _LIKE) * p50[EMPTY], "µs"),
        ("start → first reading", start[EMPTY], _MOST_START_S, "s"),
        ("start, a long past", start[LONG], (1 + _LIKE) * start[EMPTY], "s"),
        ("idle, of one core", figures.idle_percent, _MOST_IDLE_PERCENT, "%"),
        ("memory, PSS", figures.pss_mb, _MOST_PSS_MB, "MB"),
    ]


if __name__ == "__main__":
    sys.exit(main())
