"""What a restart must not forget of holds: who was taken away, let go here, read, or is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.at_work import NORMAL, AtWork, in_loop
from gate_agent.config.model import GateSection
from gate_agent.contract.door_told import DoorTold, HoldTold, parse_told
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Decision, HoldState
from gate_agent.domain.door import HandMeasured, HoldStepped
from gate_agent.domain.taken import TAKEN
from gate_agent.gate.between_doors import BetweenDoors
from gate_agent.testing import FakeClock, eventually

SECTION = GateSection(site="hall-01", id="west-1f", name="一层西侧出入口")
FLAG = 3560  # above the line, below the rail


async def step(door: AtWork, to: HoldState, contact: int | None = None) -> None:
    await door.gate.request(
        HoldStepped(
            at=door.gate.now(),
            hold_id=door.seen.holds[-1].hold_id,
            step=to,
            by="guard-1",
            details=StepDetails(contact_centi_c=contact, to="120"),
            disinfected=True,
        )
    )


async def taken_away(door: AtWork) -> None:
    door.lay(1)
    door.measure(FLAG)
    await step(door, HoldState.ACKNOWLEDGED)
    await step(door, HoldState.RECHECKED, 3850)
    for to in (HoldState.CONFIRMED, HoldState.REPORTED, HoldState.TRANSFERRED, HoldState.CLOSED):
        await step(door, to)


@pytest.mark.parametrize("released", [False, True])
@in_loop
async def test_who_was_taken_away_is_known_until_a_person_released_them(
    tmp_path: Path,
    released: bool,  # noqa: FBT001 as drawn
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    await taken_away(door)
    door.clear()
    if released:
        door.lay(1)
        door.measure(NORMAL)
        await step(door, HoldState.ACKNOWLEDGED)
        await step(door, HoldState.RECHECKED, 3650)
        await step(door, HoldState.RELEASED)
        await step(door, HoldState.CLOSED)
        door.clear()
    await door.durable()
    door.die()

    clock.advance(3600)
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(NORMAL)
    await door.durable()
    told = door.verdicts[-1]
    assert told.decision is (Decision.ADMIT if released else Decision.HOLD)
    assert (TAKEN in told.reasons) is not released
    await door.end()


@in_loop
async def test_a_hold_is_of_the_passage_in_which_its_person_came_last(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    for _ in range(2):
        door.lay(1)
        door.measure(FLAG)
        await door.durable()
        door.clear()
    (hold,) = door.seen.holds
    first, second = (one.passage_id for one in door.verdicts)
    assert hold.passage_id == second != first
    door.die()

    door = AtWork(tmp_path, clock)
    assert [one.passage_id for one in door.seen.holds] == [second]
    assert [one.passage_id for one in door.seen.desk] == [second]
    await door.end()


@in_loop
async def test_a_reading_keeps_the_line_of_its_time_under_a_newer_policy(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(FLAG)
    await step(door, HoldState.ACKNOWLEDGED)
    await step(door, HoldState.RECHECKED, 3720)
    await door.durable()
    door.die()

    lower = {
        "version": 2,
        "registration": {"phone": "optional"},
        "hold": {"contact_line_centi_c": 3700},
    }
    door = AtWork(tmp_path, clock, lower)
    assert door.gate.policy.hold.contact_line_centi_c == 3700
    assert [one.contact_line_centi_c for one in door.seen.holds] == [3730]
    await step(door, HoldState.RELEASED)
    assert door.verdicts[-1].decision is Decision.ADMIT
    assert door.verdicts[-1].temperature.contact_threshold_centi_c == 3730
    await door.end()


@in_loop
async def test_whom_this_door_found_well_the_other_doors_hold_stops_no_more(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.lay(1)
    door.measure(NORMAL)
    await door.durable()
    ref = door.verdicts[-1].person_ref
    door.clear()
    told = DoorTold(
        gate="central-2f",
        time=format_utc(clock.now().utc),
        holds=(
            HoldTold(
                hold_id="c-1",
                person_ref=ref,
                state="flagged",
                reason="elevated",
                opened="2036-11-24T04:00:00.000Z",  # its clock is years ahead
            ),
        ),
    )
    kept, published = tmp_path / "others.json", list[bytes]()

    def line() -> BetweenDoors:
        return BetweenDoors(door.gate, SECTION, clock, kept=kept, publish=published.append)

    between = line()
    between.begin()
    between.hear("gate/v1/hall-01/central-2f/door", told.encode())
    door.lay(1)
    door.measure(NORMAL)
    assert door.passage.decision is Decision.HOLD
    reading = HandMeasured(
        at=door.gate.now(), passage_id=door.passage.passage_id, contact_centi_c=3650, by="guard-1"
    )
    await door.gate.request(reading)
    await eventually(lambda: bool(parse_told(published[-1]).value.freed))
    door.clear()
    door.die()

    door = AtWork(tmp_path, clock)
    published.clear()
    line().begin()
    (word,) = (parse_told(one).value for one in published)
    assert [(one.gate, one.hold_id) for one in word.freed] == [("central-2f", "c-1")]
    door.lay(1)
    door.measure(NORMAL)
    await door.durable()
    assert door.verdicts[-1].decision is Decision.ADMIT
    await door.end()
