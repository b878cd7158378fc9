"""What a door tells the others: what restricts at once and without a gap, the rest once durable."""

from __future__ import annotations

from pathlib import Path

from gate.at_work import FEVER, NOBODY, NORMAL, AtWork, in_loop
from gate_agent.config.model import GateSection
from gate_agent.contract.door_told import parse_told
from gate_agent.gate.between_doors import BetweenDoors
from gate_agent.gate.other_doors import TOLD_FOR_S
from gate_agent.testing import FakeClock


@in_loop
async def test_a_hold_that_was_told_is_not_taken_back_by_what_was_done_before_it(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)
    await door.durable()
    section = GateSection(site="hall-01", id="west-1f", name="一层西侧出入口")
    published: list[bytes] = []
    between = BetweenDoors(
        door.gate, section, door.clock, kept=tmp_path / "others.json", publish=published.append
    )
    between.begin()

    with door.disk_in_trouble():
        door.lay(1)
        door.measure(NORMAL)  # waits for the disk, and is committed before the hold
        door.measure(NOBODY)
        door.measure(FEVER)
        assert parse_told(published[-1]).value.holds
        since = len(published) - 1
    await door.durable()

    assert all(parse_told(one).value.holds for one in published[since:])
    await door.end()


@in_loop
async def test_a_door_that_is_silent_is_not_called_though_the_broker_says_nothing_of_its_end(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    section = GateSection(site="hall-01", id="west-1f", name="一层西侧出入口")
    between = BetweenDoors(
        door.gate, section, clock, kept=tmp_path / "others.json", publish=lambda _: None
    )

    def live() -> list[bool]:
        return [one.is_live for one in door.gate.door.neighbours]

    for _ in range(3):
        between.lives("central-2f", is_live=True)
        clock.advance(TOLD_FOR_S - 1)
        between.look()
        assert live() == [True]

    clock.advance(2)
    between.look()
    assert live() == [False]
    between.lives("central-2f", is_live=True)
    assert live() == [True]
    await door.end()
