"""`python -m bench.fever FOLDER [--plot FILE] [--quick]`: fever data through the product.

Exits 1 when a budget is missed; a quick look judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from bench.fever.data import DataError, read
from bench.fever.report import QUICK, Effort, run, show
from bench.fever.verdicts import table_of, verdicts

_WIDE = 150  # a table is for a file as well


def main(arguments: list[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.fever", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds FLIR_group1.csv and FLIR_group2.csv")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw a picture as well")
    parser.add_argument("--quick", action="store_true", help="a look: one day, few runs")
    given = parser.parse_args(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=_WIDE)
    try:
        people = read(given.folder)
    except DataError as exc:
        print(f"bench.fever: {exc}", file=sys.stderr)
        return 1
    results = run(people, QUICK if given.quick else Effort(), console)
    show(results, console)
    judged = list(verdicts(results))
    console.print(table_of(judged))
    if given.plot is not None:
        from bench.fever.plot import draw  # noqa: PLC0415 matplotlib only where it is wanted

        draw(results, given.plot)
        console.print(f"drawn: {given.plot}")
    return 0 if given.quick or all(one.met for one in judged) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
