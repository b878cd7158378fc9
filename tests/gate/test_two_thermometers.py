"""A real gate hears its neighbour: thermometers that drift apart are told once, and recover."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate.at_work import AtWork, at_work, held
from gate_agent.contract.messages import LINK_0, GateState, Topics
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.records import DeviceState, ThermometerChecked, ThermometerCompared
from gate_agent.contract.signals import Reading
from gate_agent.contract.thermometer import Doubt, ThermometerState, Trust
from gate_agent.domain.other_door import LEVEL_LEAST, LEVEL_PEOPLE
from gate_agent.domain.profile import PROFILES
from gate_agent.gate.other_doors import TOLD_FOR_S, OtherDoors
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.testing import FakeClock

SPOT = PROFILES["spot-forehead"]
OTHER = "central-2f"
USUAL = SPOT.baseline_centi_c


def says(gate: str = OTHER, level: int | None = USUAL, state: str = "online") -> tuple[str, bytes]:
    """Return topic and payload of what a door says of itself."""
    told = GateState.model_validate(
        {
            "state": state,
            "epoch": "a" * 32,
            "sequence": 0,
            "link": LINK_0.hex(),
            "pending": 0,
            "oldest_pending_s": 0,
            "clock": ClockQuality.SYNCED,
            "devices": {"thermometer": DeviceState.OK},
            "version": "0.1.0",
            "time": "2026-11-24T02:00:00.000Z",
            "thermometer": ThermometerState(
                trust=Trust.TRUSTED, profile=SPOT.label, level_centi_c=level, people=60
            ),
        }
    )
    return Topics(site="hall-01", gate=gate).state, told.encode()


@contextmanager
def kept(folder: Path, clock: FakeClock) -> Iterator[tuple[AtWork, ThermometerKeeper, OtherDoors]]:
    elsewhere = OtherDoors("west-1f", clock)
    with at_work(folder, clock, elsewhere=elsewhere) as door:
        keeper = ThermometerKeeper(door.gate, reader=door.reader, others=elsewhere.thermometers)
        yield door, keeper, elsewhere


async def crowd(door: AtWork, middle: int, people: int) -> None:
    """Let people come, as unlike each other as people are."""
    for number in range(people):
        door.comes(middle + (number % 5 - 2) * 20)
    await door.durable()


async def compared(door: AtWork, keeper: ThermometerKeeper) -> list[ThermometerCompared]:
    await keeper.look()
    await door.durable()
    return [record for record in door.records if isinstance(record, ThermometerCompared)]


def test_a_door_that_is_colder_than_its_neighbour_is_told_once_and_recovers(tmp_path: Path) -> None:
    clock = FakeClock()

    async def before() -> None:
        with kept(tmp_path, clock) as (door, keeper, elsewhere):
            elsewhere.hear_door(*says())
            await crowd(door, USUAL - 80, LEVEL_LEAST - 1)
            elsewhere.hear_door(*says())
            assert await compared(door, keeper) == []
            assert Doubt.ELSEWHERE not in keeper.view().doubts

            await crowd(door, USUAL - 80, 1)
            elsewhere.hear_door(*says())
            (told,) = await compared(door, keeper)
            assert told.found == "apart"
            assert (told.level_centi_c, told.other_level_centi_c) == (USUAL - 80, USUAL)
            assert (told.people, told.other_people) == (LEVEL_LEAST, 60)
            assert Doubt.ELSEWHERE in keeper.view().doubts
            assert keeper.view().trust is Trust.DOUBTFUL
            assert not keeper.view().by_hand
            assert keeper.state().doubts == keeper.view().doubts

    async def after() -> None:
        with kept(tmp_path, clock) as (door, keeper, elsewhere):
            elsewhere.hear_door(*says())
            assert len(await compared(door, keeper)) == 1
            assert Doubt.ELSEWHERE in keeper.view().doubts
            await crowd(door, USUAL, LEVEL_PEOPLE)
            elsewhere.hear_door(*says())
            assert [r.found for r in await compared(door, keeper)] == ["apart", "together"]
            assert Doubt.ELSEWHERE not in keeper.view().doubts

    asyncio.run(before())
    asyncio.run(after())


def test_a_black_body_begins_the_level_anew_and_clears_ours_over_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()

    async def check(keeper: ThermometerKeeper) -> ThermometerChecked:
        keeper.begin_check()
        for _ in range(6):
            clock.advance(0.1)
            keeper.on_report(Reading(surface_centi_c=3700, ambient_centi_c=2400))
        return await keeper.check(held("blackbody", 3700, clock.now()))

    async def before() -> None:
        with kept(tmp_path, clock) as (door, keeper, elsewhere):
            await crowd(door, USUAL - 80, LEVEL_LEAST)
            elsewhere.hear_door(*says())
            await compared(door, keeper)
            clock.advance(1)
            assert (await check(keeper)).passed
            assert Doubt.ELSEWHERE not in keeper.view().doubts
            assert (keeper.state().level_centi_c, keeper.state().people) == (None, 0)

            await crowd(door, USUAL - 80, LEVEL_LEAST)
            elsewhere.hear_door(*says())
            await compared(door, keeper)
            assert keeper.state().level_centi_c == USUAL - 80
            assert Doubt.ELSEWHERE not in keeper.view().doubts

    async def after() -> None:
        with kept(tmp_path, clock) as (door, keeper, elsewhere):
            elsewhere.hear_door(*says())
            assert len(await compared(door, keeper)) == 1
            assert Doubt.ELSEWHERE not in keeper.view().doubts
            assert keeper.state().people == LEVEL_LEAST

    asyncio.run(before())
    asyncio.run(after())


def test_a_contact_reading_cannot_clear_what_the_baseline_follows(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        with kept(tmp_path, clock) as (door, keeper, elsewhere):
            await crowd(door, USUAL - 80, LEVEL_LEAST)
            elsewhere.hear_door(*says())
            await compared(door, keeper)
            clock.advance(1)
            keeper.begin_check()
            for _ in range(6):
                clock.advance(0.1)
                keeper.on_report(Reading(surface_centi_c=USUAL - 80, ambient_centi_c=2400))

            assert (await keeper.check(held("contact", 3660, door.gate.now()))).passed

            assert Doubt.ELSEWHERE in keeper.view().doubts
            assert keeper.state().people == LEVEL_LEAST

    asyncio.run(story())


def test_the_limit_is_the_sites_policy(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        elsewhere = OtherDoors("west-1f", clock)
        rules = {
            "version": 1,
            "registration": {"phone": "optional"},
            "measurement": {"doors_apart_centi_c": 90},
        }
        with at_work(tmp_path, clock, policy=rules, elsewhere=elsewhere) as door:
            keeper = ThermometerKeeper(door.gate, reader=door.reader, others=elsewhere.thermometers)
            await crowd(door, USUAL - 80, LEVEL_LEAST)
            elsewhere.hear_door(*says())
            assert await compared(door, keeper) == []
            elsewhere.hear_door(*says(level=USUAL + 20))
            (told,) = await compared(door, keeper)
            assert told.limit_centi_c == 90

    asyncio.run(story())


def test_only_what_a_living_neighbour_told_of_late_counts() -> None:
    clock = FakeClock()
    elsewhere = OtherDoors("west-1f", clock)
    elsewhere.hear_door(*says())
    elsewhere.hear_door(*says("west-1f"))
    elsewhere.hear_door(says()[0], b"no json")
    elsewhere.hear_door("gate/state", says()[1])
    assert set(elsewhere.thermometers()) == {OTHER}

    clock.advance(TOLD_FOR_S)
    assert set(elsewhere.thermometers()) == {OTHER}
    clock.step(-86_400)
    clock.advance(1)
    assert elsewhere.thermometers() == {}


@pytest.mark.parametrize("state", ["stopped", "lost"])
def test_a_neighbour_that_went_is_not_compared_with(state: str) -> None:
    elsewhere = OtherDoors("west-1f", FakeClock())
    elsewhere.hear_door(*says())

    elsewhere.hear_door(*says(state=state))

    assert elsewhere.thermometers() == {}


def test_a_flood_of_neighbours_is_bounded() -> None:
    elsewhere = OtherDoors("west-1f", FakeClock())
    for number in range(100):
        elsewhere.hear_door(*says(f"door-{number}"))
    elsewhere.hear_door(*says("door-3", level=3500))

    assert len(elsewhere.thermometers()) == 64
    assert elsewhere.thermometers()["door-3"].level_centi_c == 3500
