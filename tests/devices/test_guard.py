"""A faulty driver is one lost device, named, and never a dead door: wherever it fails."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from devices import faulty_models as faulty
from devices.test_supervisor import Bay
from devices.watching import LOST, OK, STALE, LoopClock, Watch, watching
from gate_agent.config.model import DeviceSection
from gate_agent.devices.guard import DriverFailedError, GuardedDriver
from gate_agent.devices.supervisor import Supervisor
from gate_agent.driver_api import NoOptions, Reading
from gate_agent.errors import ConfigurationError
from gate_agent.testing import cable, eventually, run_virtual


def worked(name: str) -> Watch:
    """Return what a supervisor told of this driver, to which a byte comes every tenth second."""
    bay = Bay()

    async def main() -> Watch:
        async with watching(f"devices.faulty_models:{name}", opener=bay.open) as watch:
            for _ in range(20):
                await asyncio.sleep(0.1)
                if bay.theirs is not None and bay.theirs.peer.is_open:
                    await bay.theirs.write(b"\x07")
            assert watch.supervisor is not None
            dict(watch.supervisor.counters)  # as pages ask for them at any time
        return watch

    return run_virtual(main())


@pytest.mark.parametrize("name", [*faulty.AT_ONCE, *faulty.AT_THE_FIRST_FRAME])
def test_whatever_fails_in_a_driver_is_one_lost_device_with_the_drivers_name(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        watch = worked(name)

    assert watch.last is LOST
    state, cause, _ = watch.changes[-1]
    assert cause.startswith(f"expected the driver {name} to work, it failed: "), state
    assert ".py:" in cause or name == "ManyAtOnce"
    assert watch.supervisor is not None
    assert watch.supervisor.counters["driver_failed"] >= 2, "and it is tried again"
    assert faulty.WHO not in caplog.text + repr(watch.changes)


@pytest.mark.parametrize("name", faulty.IN_COUNTERS)
def test_counters_that_fail_cost_the_counters_alone(name: str) -> None:
    watch = worked(name)

    assert watch.states == [OK]
    assert Reading(surface_centi_c=7) in watch.reports
    assert watch.supervisor is not None
    assert watch.supervisor.counters["counters_failed"] == 1


@pytest.mark.parametrize("name", faulty.AT_THE_END)
def test_a_driver_that_will_not_end_is_left_and_the_line_opened_again(name: str) -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching(f"devices.faulty_models:{name}", opener=bay.open) as watch:
            for count in range(1, 4):
                await eventually(lambda count=count: len(bay.opened_at) == count)  # type: ignore[misc]
                assert bay.theirs is not None
                while watch.last is not OK:
                    await bay.theirs.write(b"\x07")
                    await asyncio.sleep(0.1)
                bay.theirs.cut()
                await eventually(lambda: watch.last is LOST)
        return watch

    watch = run_virtual(main())

    assert [state for state in watch.states if state is not STALE] == [OK, LOST] * 3


@pytest.mark.parametrize("name", ["WORKS", *faulty.AT_THE_END, "Cancels"])
def test_a_supervisor_that_is_cancelled_ends_whatever_its_driver_does(name: str) -> None:
    bay = Bay()

    async def main() -> None:
        async with asyncio.timeout(5), watching(f"devices.faulty_models:{name}", opener=bay.open):
            await eventually(lambda: bay.theirs)

    run_virtual(main())


def test_a_driver_that_fails_when_asked_who_it_is_is_named() -> None:
    async def main() -> None:
        ours, _ = cable()
        with pytest.raises(DriverFailedError, match=r"driver InIdentify to work.*RuntimeError at"):
            await GuardedDriver(faulty.IN_IDENTIFY, ours, NoOptions()).identify()

    run_virtual(main())


@pytest.mark.parametrize(
    ("driver", "cause"),
    [
        ("devices.broken_module:MODEL", "to load, got RuntimeError: expected another Python"),
        ("devices.faulty_models:OF_TOMORROW", "to be of driver API 1, got 2: update its package"),
    ],
)
def test_a_driver_that_cannot_be_used_is_a_lost_device_and_the_door_starts(
    driver: str, cause: str
) -> None:
    async def main() -> Watch:
        async with watching(driver, opener=Bay().open) as watch:
            await asyncio.sleep(5)
        return watch

    watch = run_virtual(main())

    assert watch.states == [LOST]
    assert f"expected the driver {driver}" in watch.changes[0][1]
    assert watch.changes[0][1].endswith(cause) or cause in watch.changes[0][1]


def test_options_that_a_driver_does_not_have_are_a_configuration_fault_and_no_crash() -> None:
    section = DeviceSection(driver="sam-uart", port=Path("/dev/x"), options={"unit": "x"})

    async def main() -> None:
        with pytest.raises(ConfigurationError, match="options of sam-uart"):
            Supervisor(
                device="thing",
                section=section,
                clock=LoopClock(),
                on_report=print,
                on_change=print,
            )

    run_virtual(main())
