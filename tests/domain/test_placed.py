"""A passage is put where it was, or nowhere: never over somebody else's place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import ACTS, Act
from domain.benches import NORMAL, Bench, new_door
from domain.test_door_properties import story
from domain.test_not_theirs import STORIES
from gate_agent.contract.policy import Policy
from gate_agent.contract.signals import Reading
from gate_agent.domain.door import step
from gate_agent.domain.effects import Admit, Note
from gate_agent.domain.events import ReadingTaken, TimePassed
from gate_agent.domain.passage import Measuring, Registering


def _two() -> tuple[Bench, Registering]:
    """A registers at the desk, B at the spot."""
    bench = Bench(new_door(Policy()))
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("b")
    bench.steady(NORMAL)
    (place,) = bench.door.desk
    assert isinstance(place, Registering)
    return bench, place


def test_a_passage_that_is_gone_takes_nobodys_place() -> None:
    bench, gone = _two()
    door = bench.door.without(gone.passage_id)

    after = door.placed(gone)

    assert (after.passage, after.desk) == (door.passage, ())
    done = step(after, TimePassed(at=bench.now))
    assert done.effects == (Note("misplaced"),)
    assert done.door == door


def test_who_is_measured_is_not_put_at_the_desk() -> None:
    bench, place = _two()
    bench.nobody_for(2)
    bench.read(NORMAL)
    measuring = bench.door.passage
    assert isinstance(measuring, Measuring)

    after = bench.door.placed(replace(measuring, passage_id=place.passage_id))

    assert (after.passage, after.desk) == (measuring, bench.door.desk)
    assert after.misplaced == (place.passage_id,)


def test_the_gate_opens_for_nobody_who_had_no_place() -> None:
    bench = Bench()
    bench.card("a")
    bench.read(*[NORMAL] * 4)
    here = bench.door.passage.passage_id or ""
    reading = Reading(surface_centi_c=NORMAL, ambient_centi_c=2400)
    last = ReadingTaken(at=bench.now, reading=reading)
    assert Admit(here) in step(bench.door, last).effects

    done = step(replace(bench.door, misplaced=(here,)), last)

    assert Admit(here) not in done.effects
    assert Note("misplaced") in done.effects


@settings(max_examples=400, deadline=None)
@given(st.one_of(ACTS, STORIES))
def test_nobody_is_ever_without_a_place(acts: list[Act]) -> None:
    for _, door, effects in story(acts).steps:
        assert Note("misplaced") not in effects
        assert door.misplaced == ()
