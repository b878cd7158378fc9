"""`python -m bench.simulate --days N --seed S`: a hall played whole, and looked at at each step.

Days come in runs of ten, a hall and a seed each: a failing one is played again alone, and made
small. Exits 1 when something did not hold.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from time import process_time

from bench.simulate.runs import Outcome, day_of, run, shrunk
from bench.simulate.script import A_DAY, DAY_S, Input, Plan
from gate_agent.domain.door import DoorEvent
from gate_agent.domain.effects import Effects, WriteEvent

_RUN_DAYS = 10


def main(arguments: list[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.simulate", description=__doc__)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=A_DAY, help="a day, at both doors")
    parser.add_argument("--only", help="these inputs alone, by number, commas between")
    parser.add_argument("--trace", action="store_true", help="tell every step")
    given = parser.parse_args(arguments)
    began, days, seed = process_time(), 0, given.seed
    totals = dict.fromkeys(
        (
            "people",
            "frames",
            "events",
            "holds",
            "admitted",
            "contacts",
            "misnamed",
            "misnamed_holds",
            "sure_in_family",
            "unsure",
            "asked",
            "found_inside",
            "not_theirs",
            "freed_since",
            "departures",
            "drills",
        ),
        0,
    )
    while days < given.days:
        plan = Plan(days=min(_RUN_DAYS, given.days - days), seed=seed, people=given.people)
        script = plan.inputs()
        if given.only:
            numbers = set(given.only.split(","))
            script = tuple(one for one in script if one.number in numbers)
        outcome = run(script, trace=_trace if given.trace else None)
        if outcome.breach is not None:
            return _told(plan, script, outcome, is_small=bool(given.only))
        days, seed = days + plan.days, seed + 1
        for name in totals:
            totals[name] += getattr(outcome, name)
        minutes = (process_time() - began) / 60
        told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in totals.items())
        print(
            f"{days} days, {told}: all held; {days / minutes:.0f} days a minute of a core",
            flush=True,
        )
    return 0


def _told(plan: Plan, script: tuple[Input, ...], outcome: Outcome, *, is_small: bool) -> int:
    breach = outcome.breach
    assert breach is not None  # noqa: S101 else nobody is told
    day = day_of(breach.at_s)
    print(f"day {day}, {breach.at_s % DAY_S / 3600 + 8:.2f} h: {breach}")
    people = "" if plan.people == A_DAY else f" --people {plan.people}"
    command = f"python -m bench.simulate --days {plan.days} --seed {plan.seed}{people}"
    print(f"again: {command}")
    if is_small:
        return 1
    small = shrunk(script, breach)
    print(f"small, {len(small)} of {len(script)} inputs:")
    for one in small:
        print("  " + _line(one))
    print(f"again: {command} --only {','.join(one.number for one in small)}")
    return 1


def _trace(at_s: float, door: str, event: DoorEvent, effects: Effects) -> None:
    print(f"{at_s % DAY_S / 3600 + 8:8.4f} h {door} {type(event).__name__} {_brief(event)}")
    for effect in effects:
        told = f"{effect.record!r}" if isinstance(effect, WriteEvent) else repr(effect)
        print(f"           → {told[:300]}")


def _brief(event: DoorEvent) -> str:
    names = ("passage_id", "hold_id", "step", "contact_centi_c", "usable", "trusted", "reading")
    return " ".join(f"{name}={getattr(event, name)}" for name in names if hasattr(event, name))


def _line(one: Input) -> str:
    told = ((field.name, getattr(one, field.name)) for field in fields(one))
    return f"{type(one).__name__} " + " ".join(f"{name}={value}" for name, value in told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
