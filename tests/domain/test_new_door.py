"""A door that nobody has passed yet learns its own normal, from whom both thermometers measured."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from domain.benches import Bench, new_door, somebody
from domain.test_release import hand
from gate_agent.contract.records import Decision, PassageDecided
from gate_agent.domain.door import PersonIdentified

PEOPLE, MOST_FLAGGED = 15, 6
FOREHEADS_VARY = 35  # hundredths of °C, from one person to the next
FEVER_IS = 200  # higher on the forehead
SEEDS = 8


def passes(bench: Bench, surface: int, number: int, contact: int = 3660) -> PassageDecided:
    """Let one person come; who is stopped is measured by hand. Return the first verdict."""
    bench.nobody_for(3)
    person = replace(somebody("a"), person_ref=f"{number:064x}")
    bench.take(PersonIdentified(at=bench.now, person=person))
    bench.steady(surface)
    first = bench.verdicts[-1]
    if first.decision in (Decision.HOLD, Decision.RECHECK):
        hand(bench, contact)
    return first


@pytest.mark.parametrize("level", [3420, 3480, 3550, 3600, 3650, 3700])
def test_a_sensor_that_reads_otherwise_flags_few_and_keeps_nobody_out(level: int) -> None:
    for seed in range(SEEDS):
        people, bench = random.Random(seed), Bench(new_door())  # noqa: S311 no secret
        feverish, flagged = people.randrange(PEOPLE), 0
        for n in range(PEOPLE):
            if n == feverish:
                passes(bench, round(people.gauss(level + FEVER_IS, 35)), 1000, contact=3850)
                assert bench.verdicts[-1].decision is Decision.HOLD, (seed, "a fever is let in")
            contact = 3630 + people.randrange(50)
            forehead = round(people.gauss(level, FOREHEADS_VARY))
            flagged += passes(bench, forehead, n, contact).decision is Decision.HOLD
        assert flagged <= MOST_FLAGGED, (seed, flagged)
        last = {one.person_ref: one.decision for one in bench.verdicts}
        del last[f"{1000:064x}"]
        assert list(last.values()) == [Decision.ADMIT] * PEOPLE, seed


def test_feverish_people_alone_teach_a_new_door_nothing() -> None:
    bench = Bench(new_door())
    first = [passes(bench, 3780, n, contact=3850) for n in range(PEOPLE)]

    assert {one.decision for one in first} == {Decision.HOLD}
    assert {one.decision for one in bench.verdicts} == {Decision.HOLD}
