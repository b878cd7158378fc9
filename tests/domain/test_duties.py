"""What is due, what is low: the duties of a day, from the policy and what was done."""

from __future__ import annotations

from datetime import time

import pytest

from gate_agent.contract.policy import Area, DutiesPolicy, Policy, SupplyItem
from gate_agent.contract.records import Round, RoundCount, Stock
from gate_agent.domain.duties import StockLevel, day_rounds, day_supplies, needed_by

DUTIES = DutiesPolicy(
    areas=(Area(name="出入口门"), Area(name="办事大厅", air=True)),
    due_at=(time(10), time(14), time(17, 30)),
)


def test_unless_told_otherwise_doors_and_machines_are_disinfected_three_times_a_day() -> None:
    rounds = day_rounds(Policy().duties, {})

    needed = {(one.area, one.kind): one.needed for one in rounds}
    assert needed["出入口门", Round.DISINFECTED] == 3
    assert needed["自助终端", Round.DISINFECTED] == 3
    assert needed["办事大厅", Round.AIRED] == 3


@pytest.mark.parametrize(
    ("at", "due"), [(time(9, 59), 0), (time(10), 1), (time(13), 1), (time(14), 2), (time(23), 3)]
)
def test_a_round_is_due_from_its_time_on(at: time, due: int) -> None:
    assert needed_by(DUTIES, at) == due


def test_rounds_are_counted_area_by_area_and_kind_by_kind() -> None:
    done = {("办事大厅", Round.AIRED): 2, ("出入口门", Round.DISINFECTED): 3}

    assert day_rounds(DUTIES, done, by=time(14)) == [
        RoundCount(area="出入口门", kind=Round.DISINFECTED, done=3, needed=2),
        RoundCount(area="办事大厅", kind=Round.DISINFECTED, done=0, needed=2),
        RoundCount(area="办事大厅", kind=Round.AIRED, done=2, needed=2),
    ]


def test_what_was_never_counted_is_low_not_plenty() -> None:
    items = (SupplyItem(item="口罩", low=100), SupplyItem(item="酒精", low=5))
    levels = {"酒精": StockLevel(stock=5, used_today=1), "别的": StockLevel(stock=1, used_today=0)}

    assert day_supplies(items, levels) == [
        Stock(item="口罩", stock=None, used=0, low=True),
        Stock(item="酒精", stock=5, used=1, low=False),
    ]
