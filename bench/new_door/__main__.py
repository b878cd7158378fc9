"""`python -m bench.new_door [--seeds N]`: what gets past a new door, whatever its sensor reads.

Exits 1 when a fever was let in unmeasured before the door knew its own normal.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

from rich.console import Console
from rich.table import Table

from bench.new_door.play import FEVERS, NewDoor, Passed, play

OFFSETS = (-300, -200, -130, -60, 0, 60, 130, 200, 300)
SPREADS, DRIFTS = (25, 35, 50), (-50, 0, 50)


def main(arguments: list[str]) -> int:
    """Play; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.new_door", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="doors of each kind")
    given = parser.parse_args(arguments)
    table = Table(title="New doors", title_justify="left")
    heads = ("offset °C", "doors", "people until known", "healthy asked: new", "after")
    for head in (
        *heads,
        *(f"{way} +{fever / 100:g} °C" for way in ("new", "after") for fever in FEVERS),
    ):
        table.add_column(head, justify="right")
    slipped = 0
    for offset in OFFSETS:
        doors = [
            list(play(NewDoor(seed=seed, offset=offset, spread=spread, drift=drift)))
            for seed, spread, drift in product(range(given.seeds), SPREADS, DRIFTS)
        ]
        people = [one for door in doors for one in door]
        slipped += sum(one.unmeasured for one in people if one.starting and one.fever)
        until = sum(one.starting for one in people) / len(doors)
        table.add_row(
            f"{offset / 100:+.1f}", str(len(doors)), f"{until:.1f}",
            *(_asked([one for one in people if one.starting is new]) for new in (True, False)),
            *(
                _slipped([one for one in people if one.starting is new and one.fever == fever])
                for new in (True, False)
                for fever in FEVERS
            ),
        )  # fmt: skip
    console = Console() if sys.stdout.isatty() else Console(width=150)
    console.print(table)
    console.print("fevers: let in on the forehead's word alone, of how many came")
    return 1 if slipped else 0


def _asked(people: list[Passed]) -> str:
    healthy = [one.asked for one in people if not one.fever]
    return f"{sum(healthy) / max(1, len(healthy)):.1%}"


def _slipped(people: list[Passed]) -> str:
    return f"{sum(one.unmeasured for one in people)} of {len(people)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
