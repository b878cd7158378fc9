"""How often one may ask for what is open to everybody."""

from __future__ import annotations

import pytest

from gate_agent.http.pace import SourcePace
from gate_agent.http.tries import Wait
from gate_agent.testing.time import FakeClock


def test_each_source_has_so_many_at_once_then_so_many_a_minute() -> None:
    clock = FakeClock()
    pace = SourcePace(clock, at_once=5, a_minute=60)
    for _ in range(5):
        pace.take("a")
    with pytest.raises(Wait) as refused:
        pace.take("a")
    assert refused.value.seconds == 1
    pace.take("b")

    clock.advance(1)
    pace.take("a")
    with pytest.raises(Wait):
        pace.take("a")
    clock.advance(3600)
    for _ in range(5):
        pace.take("a")
    with pytest.raises(Wait):
        pace.take("a")


def test_a_flood_of_sources_is_bounded_and_the_last_ones_are_known() -> None:
    pace = SourcePace(FakeClock(), at_once=1, a_minute=1)
    for at in range(10_000):
        pace.take(str(at))
    pace.take("0")
    with pytest.raises(Wait):
        pace.take("9999")
