"""A thermometer that is not believed: the door measures by hand, and says for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate.at_work import AtWork, at_work, held
from gate_agent.contract.records import (
    CoverageLost,
    CoverageRestored,
    Decision,
    DeviceState,
    ThermometerChecked,
)
from gate_agent.contract.signals import Reading
from gate_agent.contract.thermometer import Doubt, Trust
from gate_agent.domain.door import HandMeasured
from gate_agent.domain.passage import Idle
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.engine import THERMOMETER
from gate_agent.gate.errors import OutOfTurn
from gate_agent.gate.guard_desk import GuardDesk
from gate_agent.gate.identification import Identification
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.gate.visitor import Guide
from gate_agent.testing import FakeClock

COLD_AIR = 1500


@contextmanager
def kept(folder: Path, clock: FakeClock) -> Iterator[tuple[AtWork, ThermometerKeeper]]:
    with at_work(folder, clock) as door:
        yield door, ThermometerKeeper(door.gate, reader=door.reader)


async def air(door: AtWork, keeper: ThermometerKeeper, ambient: int, seconds: int) -> None:
    """Let the thermometer see an empty door in this air."""
    for second in range(seconds):
        door.passes(1)
        reading = Reading(surface_centi_c=ambient + second % 5, ambient_centi_c=ambient)
        keeper.on_report(reading)
        await keeper.look()
    await door.durable()  # else the clock has outrun the disk, and the journal says so


def see(door: AtWork, keeper: ThermometerKeeper, surface: int, ambient: int = COLD_AIR) -> None:
    for _ in range(6):
        door.passes(0.1)
        keeper.on_report(Reading(surface_centi_c=surface, ambient_centi_c=ambient))


def test_people_are_measured_by_hand_while_it_is_not_believed(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            await air(door, keeper, COLD_AIR, 40)
            assert keeper.view().trust is Trust.NOT_TRUSTED
            assert Doubt.AMBIENT_RANGE in keeper.view().doubts
            assert keeper.view().by_hand

            keeper.on_report(synthetic_card(1))
            see(door, keeper, 3350)
            await door.durable()
            (told,) = door.verdicts
            assert told.decision is Decision.RECHECK
            assert told.reasons == ("thermometer_untrusted",)

            await door.desk.request(
                HandMeasured(
                    at=door.desk.now(),
                    passage_id=told.passage_id,
                    contact_centi_c=3650,
                    by="guard-1",
                )
            )
            await door.durable()
            told = door.verdicts[-1]
            assert told.decision is Decision.ADMIT
            assert told.temperature.contact_centi_c == 3650

    asyncio.run(story())


def test_the_time_without_it_is_an_interval_and_a_figure_of_the_day(tmp_path: Path) -> None:
    clock = FakeClock()

    async def story() -> None:
        with kept(tmp_path, clock) as (door, keeper):
            await air(door, keeper, COLD_AIR, 40)
            await air(door, keeper, 2400, 400)
            await door.durable()
            (lost,) = [r for r in door.records if isinstance(r, CoverageLost)]
            (restored,) = [r for r in door.records if isinstance(r, CoverageRestored)]
            assert lost.reasons == (Doubt.AMBIENT_RANGE, Doubt.CHECK_OVERDUE, Doubt.WARMING_UP)
            assert restored.since == lost.since
            assert 10 < restored.lost_s < 60
            figures = door.reader.daily(0, now=clock.now(), boot=clock.boot_id)
            assert figures.coverage_lost_s == round(restored.lost_s)

    asyncio.run(story())


def test_a_lost_thermometer_is_lost_coverage_also_over_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()

    async def before() -> None:
        with kept(tmp_path, clock) as (door, keeper):
            door.gate.on_device(THERMOMETER, DeviceState.LOST, "unplugged")
            for _ in range(8):
                clock.advance(1)
                await keeper.look()
            await door.durable()
            (lost,) = [r for r in door.records if isinstance(r, CoverageLost)]
            assert lost.reasons[0] == "thermometer_lost"

    async def after() -> None:
        with kept(tmp_path, clock) as (door, keeper):
            figures = door.reader.daily(0, now=clock.now(), boot=clock.boot_id)
            assert 600 <= figures.coverage_lost_s <= 605
            await keeper.look()
            await door.durable()
            (restored,) = [r for r in door.records if isinstance(r, CoverageRestored)]
            assert 600 <= restored.lost_s <= 605
            assert door.reader.coverage_lost() is None

    asyncio.run(before())
    clock.advance(600)
    asyncio.run(after())


def test_a_line_that_comes_back_at_once_lost_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            for state in (DeviceState.STALE, DeviceState.OK):
                door.gate.on_device(THERMOMETER, state, "")
                await keeper.look()
                door.passes(3)
                await keeper.look()
            await door.durable()
            assert not any(isinstance(r, CoverageLost) for r in door.records)

    asyncio.run(story())


def test_a_check_is_recorded_known_after_a_restart_and_nobodys_passage(tmp_path: Path) -> None:
    clock = FakeClock()

    async def day() -> None:
        with kept(tmp_path, clock) as (door, keeper):
            assert keeper.view().check_due is False  # not asked yet
            await keeper.look()
            assert keeper.view().check_due
            keeper.begin_check()
            see(door, keeper, 3705, 2400)
            assert keeper.view().checking_s is not None
            told = await keeper.check(held("blackbody", 3700, door.gate.now()))

            assert (told.passed, told.difference_centi_c, told.by) == (True, 5, "guard-1")
            assert not keeper.view().check_due
            assert door.verdicts == []
            recorded = [r for r in door.records if isinstance(r, ThermometerChecked)]
            assert recorded == [told]

    async def after() -> None:
        with kept(tmp_path, clock) as (_, keeper):
            await keeper.look()
            shown = keeper.view()
            assert not shown.check_due
            assert shown.check is not None
            assert (shown.check.by, shown.check.passed) == ("guard-1", True)

    asyncio.run(day())
    asyncio.run(after())


def test_a_black_body_that_does_not_agree_takes_the_trust_until_one_does(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            keeper.begin_check()
            see(door, keeper, 3600, 2400)
            assert not (await keeper.check(held("blackbody", 3700, door.gate.now()))).passed
            assert door.gate.door.measures_by_hand

            door.passes(60)
            keeper.begin_check()
            see(door, keeper, 3695, 2400)
            assert (await keeper.check(held("blackbody", 3700, door.gate.now()))).passed
            assert not door.gate.door.measures_by_hand

    asyncio.run(story())


def test_a_check_needs_something_steady_before_it_and_ends_by_itself(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            keeper.begin_check()
            with pytest.raises(OutOfTurn, match="steady"):
                await keeper.check(held("blackbody", 3700, door.gate.now()))
            door.passes(121)
            keeper.on_report(synthetic_card(1))
            see(door, keeper, 3480, 2400)
            await door.durable()
            assert [v.decision for v in door.verdicts] == [Decision.ADMIT]

    asyncio.run(story())


async def checked(door: AtWork, keeper: ThermometerKeeper) -> None:
    keeper.begin_check()
    see(door, keeper, 3480, 2400)
    await keeper.check(held("contact", 3650, door.gate.now()))


def test_who_stands_there_after_the_check_is_nobodys_passage_and_the_next_one_is(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            await checked(door, keeper)
            for _ in range(40):
                see(door, keeper, 3480, 2400)
            assert isinstance(door.gate.door.passage, Idle)
            for _ in range(2):
                see(door, keeper, 2400, 2400)
            keeper.on_report(synthetic_card(1))
            see(door, keeper, 3480, 2400)
            await door.durable()
            assert [v.decision for v in door.verdicts] == [Decision.ADMIT]

    asyncio.run(story())


def test_who_stands_there_long_after_the_check_is_a_person_as_any(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            await checked(door, keeper)
            see(door, keeper, 3480, 2400)
            door.passes(31)
            see(door, keeper, 3860, 2400)
            await door.durable()
            assert [v.decision for v in door.verdicts] == [Decision.HOLD]

    asyncio.run(story())


@pytest.mark.parametrize("why", ["lost", "untrusted"])
def test_the_display_says_the_truth_while_people_are_measured_by_hand(
    tmp_path: Path, why: str
) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            desk = GuardDesk(
                door.gate,
                ticker=door.ticker,
                reader=door.reader,
                identification=Identification(door.keys, door.reader),
                thermometer=keeper,
            )
            if why == "lost":
                door.gate.on_device(THERMOMETER, DeviceState.LOST, "unplugged")
            else:
                await air(door, keeper, COLD_AIR, 40)
            assert desk.visitor().guide is Guide.HAND
            keeper.on_report(synthetic_card(1))
            if why == "untrusted":
                see(door, keeper, 3350)
            assert desk.snapshot().passage is not None
            assert desk.visitor().guide is Guide.HAND

    asyncio.run(story())


def test_the_screen_is_told_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        with kept(tmp_path, FakeClock()) as (door, keeper):
            await keeper.look()
            desk = GuardDesk(
                door.gate,
                ticker=door.ticker,
                reader=door.reader,
                identification=Identification(door.keys, door.reader),
                thermometer=keeper,
            )
            shown = desk.snapshot().thermometer

            assert shown is not None
            assert shown.trust is Trust.DOUBTFUL
            assert shown.doubts == (Doubt.CHECK_OVERDUE,)
            assert desk.gauges()["measures_by_hand"] == 0
            assert shown.threshold_centi_c > shown.baseline_centi_c

    asyncio.run(story())
