"""A real gate records what it decided on, and knows after a restart what is usual at its door."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from gate.at_work import AtWork, at_work
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import HoldOpened, HoldState, Outcome
from gate_agent.domain.baseline import Memory, Source
from gate_agent.domain.door import HoldStepped
from gate_agent.domain.limits import recompute
from gate_agent.domain.profile import PROFILES
from gate_agent.gate.restored import restored_people
from gate_agent.testing import FakeClock

SPOT = PROFILES["spot-forehead"]


def memory_of(door: AtWork) -> Memory:
    return restored_people(door.reader, door.clock.now(), door.clock.boot_id)["memory"]


async def busy_hour(door: AtWork, people: int) -> None:
    dice = random.Random(4)  # noqa: S311 people of a test
    for n in range(people):
        skin = dice.choice((3200, 4280, 3850)) if n % 9 == 8 else round(dice.gauss(3460, 45))
        door.comes(skin, card=n % 20 if n % 3 else None, ambient=dice.randint(1900, 2900))
    await door.durable()


def test_every_event_of_a_real_gate_tells_its_outcome_again(tmp_path: Path) -> None:
    async def story() -> None:
        with at_work(tmp_path, FakeClock()) as door:
            await busy_hour(door, 120)

            measured = [v.temperature for v in door.verdicts]
            assert {t.outcome for t in measured} == set(Outcome)
            assert {t.baseline_source for t in measured} >= {"model", "people"}
            for temperature in measured:
                assert recompute(temperature) is temperature.outcome

    asyncio.run(story())


def test_a_restart_remembers_what_the_running_gate_knew(tmp_path: Path) -> None:
    clock = FakeClock()

    async def before() -> tuple[int, int]:
        with at_work(tmp_path, clock) as door:
            await busy_hour(door, 60)
            hold = next(r for r in door.records if isinstance(r, HoldOpened))
            for step in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.RELEASED):
                await door.gate.request(
                    HoldStepped(
                        at=clock.now(),
                        hold_id=hold.hold_id,
                        step=step,
                        by="guard-1",
                        details=StepDetails(contact_centi_c=3650),
                    )
                )
            door.comes(3460)
            await door.durable()
            told = door.verdicts[-1].temperature
            assert told.baseline_source == "people"
            usual = memory_of(door).usual(SPOT, clock.now().boot_ns)
            assert usual == door.gate.door.memory.usual(SPOT, clock.now().boot_ns)
            assert usual.evidence.people > 30
            return usual.baseline, usual.people

    async def after() -> tuple[int, int]:
        with at_work(tmp_path, clock) as door:
            usual = memory_of(door).usual(SPOT, clock.now().boot_ns)
            door.comes(3460)
            await door.durable()
            told = door.verdicts[-1].temperature
            assert (told.baseline_centi_c, told.baseline_people) == (usual.baseline, usual.people)
            return usual.baseline, usual.people

    assert asyncio.run(before()) == asyncio.run(after())


def test_after_a_reboot_overnight_the_door_is_known_but_yesterdays_people_are_not_now(
    tmp_path: Path,
) -> None:
    clock = FakeClock()

    async def day() -> None:
        with at_work(tmp_path, clock) as door:
            for n in range(40):
                door.comes(3400, card=n)
            await door.durable()

    asyncio.run(day())
    clock.advance(14 * 3600)
    clock.boot_id, clock.boot_ns = "c" * 32, 10**10

    async def morning() -> None:
        with at_work(tmp_path, clock) as door:
            usual = memory_of(door).usual(SPOT, clock.now().boot_ns)
            assert (usual.baseline, usual.people, usual.source) == (3400, 0, Source.MEMORY)

    asyncio.run(morning())


def test_a_board_that_lost_its_clock_takes_nobody_for_a_person_of_today(tmp_path: Path) -> None:
    clock = FakeClock()

    async def day() -> None:
        with at_work(tmp_path, clock) as door:
            for n in range(40):
                door.comes(3400, card=n)
            await door.durable()

    asyncio.run(day())
    clock.step(-400 * 86_400)
    clock.boot_id, clock.boot_ns = "c" * 32, 10**10

    async def morning() -> None:
        with at_work(tmp_path, clock) as door:
            usual = memory_of(door).usual(SPOT, clock.now().boot_ns)
            assert (usual.people, usual.source) == (0, Source.MEMORY)

    asyncio.run(morning())
