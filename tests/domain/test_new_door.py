"""A door that nobody has passed yet learns its own normal, from whom both thermometers measured."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bench.new_door.play import NewDoor, play
from domain.benches import Bench, new_door, somebody, verdict
from domain.test_release import hand
from gate_agent.contract.identity import Person
from gate_agent.contract.records import Decision, PassageDecided, ThermometerCommissioned
from gate_agent.domain.baseline import remembered
from gate_agent.domain.commissioning import WANTED
from gate_agent.domain.door import GuardOverrode, PersonIdentified
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.limits import recompute

PEOPLE, MOST_FLAGGED = 15, 6
FOREHEADS_VARY = 35  # hundredths of °C, from one person to the next
FEVER_IS = 200  # higher on the forehead
SEEDS = 8


def person(number: int) -> Person:
    return replace(somebody("a"), person_ref=f"{number:064x}")


def passes(bench: Bench, surface: int, number: int, contact: int = 3660) -> PassageDecided:
    """Let one person come; who is stopped is measured by hand. Return the first verdict."""
    bench.nobody_for(3)
    bench.take(PersonIdentified(at=bench.now, person=person(number)))
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


# --- the guided start 启用新门 ---------------------------------------------------------------


def guided() -> Bench:
    return Bench(replace(new_door(), guided=True))


@pytest.mark.parametrize("surface", [3150, 3455, 3600, 3780])
def test_until_its_normal_is_known_the_contact_thermometer_decides_whatever_is_read(
    surface: int,
) -> None:
    for contact, expected in ((3650, Decision.ADMIT), (3730, Decision.HOLD)):
        bench = guided()
        first = passes(bench, surface, 1, contact)

        assert (first.decision, first.reasons) == (Decision.RECHECK, ("new_door",))
        assert bench.verdicts[-1].decision is expected
        assert recompute(bench.verdicts[-1].temperature) is bench.verdicts[-1].temperature.outcome


def test_whom_nobody_measures_by_hand_is_not_let_in_and_teaches_nothing() -> None:
    bench = guided()
    for n in range(40):
        bench.nobody_for(3)
        bench.take(PersonIdentified(at=bench.now, person=person(n)))
        bench.steady(3455 + n % 7)
        bench.steady(3700)  # and shows more, while waiting
    bench.nobody_for(130)

    assert {one.decision for one in bench.verdicts} == {Decision.RECHECK}
    assert not bench.door.holds
    assert not bench.door.desk
    assert bench.door.is_starting(bench.now)


def test_a_forehead_beyond_the_rail_holds_at_a_new_door_too() -> None:
    bench = guided()
    bench.steady(3850)

    assert bench.verdicts[-1].decision is Decision.HOLD


def test_no_guard_lets_anybody_in_at_a_new_door_without_a_contact_reading() -> None:
    bench = guided()
    bench.card()
    bench.steady(3455)
    passage_id = bench.door.passage.passage_id or ""
    asked = GuardOverrode(
        at=bench.now, passage_id=passage_id, decision=Decision.ADMIT, by="guard-1", reason="x"
    )

    with pytest.raises(StepRefused):
        bench.take(asked)


def test_whom_the_sensor_does_not_see_waits_for_the_hand() -> None:
    bench = guided()
    bench.card()
    bench.wait(20)

    assert verdict(bench) == (Decision.RECHECK, ("new_door",))
    hand(bench, 3650)
    assert verdict(bench) == (Decision.ADMIT, ())


def learnt(level: int) -> Bench:
    bench = guided()
    for n in range(WANTED):
        passes(bench, level + 10 * n, n)
    return bench


def test_it_is_recorded_once_and_counts_after_a_restart_and_for_the_same_people_again() -> None:
    """Who was measured by both comes again at noon: what they taught must not go with that."""
    bench = learnt(3155)
    (record,) = [one for one in bench.records if isinstance(one, ThermometerCommissioned)]
    assert (record.both, record.people) == (WANTED, WANTED)
    assert abs(record.baseline_centi_c - 3175) <= 20
    assert not bench.door.is_starting(bench.now)
    for n in range(WANTED):
        passes(bench, 3155 + 10 * n, n)

    assert not bench.door.is_starting(bench.now)
    assert passes(bench, 3155 + FEVER_IS, 1000, contact=3850).decision is Decision.HOLD
    told = [(one, bench.now.boot_ns) for one in bench.records]
    assert remembered(told).usual(bench.door.profile, bench.now.boot_ns).baseline < 3200


def test_a_door_that_stood_unused_for_two_weeks_begins_anew() -> None:
    bench = learnt(3500)
    bench.wait(15 * 86_400)

    assert passes(bench, 3500, 1000).reasons == ("new_door",)


@pytest.mark.parametrize("offset", [-300, -130, 0, 200, 300])
def test_whatever_the_sensor_reads_no_fever_goes_in_unmeasured_before_it_is_known(
    offset: int,
) -> None:
    """`python -m bench.new_door` plays thousands."""
    doors = [list(play(NewDoor(seed=seed, offset=offset, people=12))) for seed in range(4)]
    people = [one for door in doors for one in door]

    assert not [one for one in people if one.starting and one.unmeasured]
    assert all(not door[-1].starting for door in doors)
    with_none = play(NewDoor(seed=1, offset=-300, people=12), guided=False)
    assert any(one.unmeasured for one in with_none)
