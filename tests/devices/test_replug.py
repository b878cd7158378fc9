"""Cables pulled and plugged again: real pseudo-terminals, real time."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from children import starved_s
from devices.watching import LOST, OK, Watch, plugged, real_clock, watching
from gate_agent.config.model import DeviceSection
from gate_agent.devices.supervisor import probe
from gate_agent.devices.transport import open_serial
from gate_agent.driver_api import Card, FaultyEmulator, SerialLine
from gate_agent.emulation.people import synthetic_card
from gate_agent.errors import DeviceError, NoReplyError
from gate_agent.testing import eventually
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator
from gate_drivers.thermometers.gy_mcu90614.emulator import GyMcu90614Emulator

BACK_WITHIN_S = 2.0
LINE = SerialLine(baud=9600)
DEVICES = pytest.mark.parametrize(
    ("driver", "emulator"),
    [
        ("gy-614v3", Gy614V3Emulator),
        ("gy-mcu90614", GyMcu90614Emulator),
        ("sam-uart", SamUartEmulator),
    ],
)


@DEVICES
def test_lost_once_back_once_and_within_two_seconds(
    tmp_path: Path, driver: str, emulator: type[FaultyEmulator]
) -> None:
    port = tmp_path / "port"

    async def main() -> tuple[Watch, list[float]]:
        took: list[float] = []
        loop = asyncio.get_running_loop()
        async with plugged(port, emulator()) as pty, watching(driver, port=port) as watch:
            await eventually(lambda: watch.last is OK)
            for away_s in (0.05, 1.4, 2.0):
                pty.unplug()
                await eventually(lambda: watch.last is LOST)
                await asyncio.sleep(away_s)
                pty.replug()
                began, starved = loop.time(), starved_s()
                await eventually(lambda: watch.last is OK)
                took.append(loop.time() - began - (starved_s() - starved))
        return watch, took

    watch, took = asyncio.run(main())

    print(f"{driver}: back after {', '.join(f'{s:.2f}' for s in took)} s")
    assert watch.states == [OK, LOST, OK, LOST, OK, LOST, OK]
    assert max(took) < BACK_WITHIN_S


def test_a_device_that_comes_later_is_found_by_itself(tmp_path: Path) -> None:
    port = tmp_path / "port"

    async def main() -> Watch:
        async with watching("gy-614v3", port=port, clock=real_clock()) as watch:
            await eventually(lambda: watch.last is LOST)
            async with plugged(port, Gy614V3Emulator()):
                await eventually(lambda: watch.last is OK)
                await eventually(lambda: len(watch.reports) >= 3)
        return watch

    watch = asyncio.run(main())

    assert watch.states == [LOST, OK]
    assert watch.changes[0][1].endswith("got: no such port")


def test_a_port_in_use_is_told_and_taken_when_it_is_free(tmp_path: Path) -> None:
    port = tmp_path / "port"

    async def main() -> Watch:
        async with plugged(port, Gy614V3Emulator()):
            other = open_serial(port, LINE)
            async with watching("gy-614v3", port=port) as watch:
                await eventually(lambda: watch.last is LOST)
                other.close()
                await eventually(lambda: watch.last is OK)
        return watch

    watch = asyncio.run(main())

    assert "another program uses it" in watch.changes[0][1]
    assert watch.states == [LOST, OK]


def test_a_late_answer_reopens_the_port_and_the_next_card_is_the_right_one(
    tmp_path: Path,
) -> None:
    port, first, second = tmp_path / "port", synthetic_card(1), synthetic_card(2)
    reader = SamUartEmulator(read_s=0.1)

    async def main() -> Watch:
        async with plugged(port, reader), watching("sam-uart", port=port) as watch:
            await eventually(lambda: watch.last is OK)
            reader.inject("late")
            await eventually(lambda: watch.last is LOST)
            reader.place(first)
            await eventually(lambda: watch.reports)
            reader.lift()
            reader.inject("duplicate", times=20)
            reader.place(second)
            await eventually(lambda: len(watch.reports) >= 2)
            await eventually(lambda: watch.last is OK)  # it has proved itself again
        return watch

    watch = asyncio.run(main())

    assert watch.reports == [first, second]
    assert watch.states[:3] == [OK, LOST, OK]
    assert watch.supervisor is not None
    assert watch.supervisor.counters["no_reply"] >= 1
    assert all(isinstance(report, Card) for report in watch.reports)


def test_fifty_reconnections_leave_no_descriptor_and_no_task(tmp_path: Path) -> None:
    port = tmp_path / "port"

    async def main() -> tuple[int, int, int]:
        async with (
            plugged(port, Gy614V3Emulator()) as pty,
            watching("gy-614v3", port=port) as watch,
        ):
            await eventually(lambda: watch.last is OK)
            before, tasks = open_descriptors(), len(asyncio.all_tasks())
            for _ in range(50):
                pty.unplug()
                await eventually(lambda: watch.last is LOST)
                pty.replug()
                await eventually(lambda: watch.last is OK)
            assert len(watch.changes) >= 101  # a starved machine makes a line stale, besides
            return before, open_descriptors(), len(asyncio.all_tasks()) - tasks

    def open_descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    before, after, more_tasks = asyncio.run(main())

    assert after == before
    assert more_tasks == 0


def test_who_is_there_is_asked_with_a_limit(tmp_path: Path) -> None:
    port = tmp_path / "port"
    reader = DeviceSection(driver="sam-uart", port=port, baud=None)
    module = DeviceSection(driver="gy-mcu90614", port=port, baud=None)

    async def main() -> None:
        with pytest.raises(DeviceError, match="no such port"):
            await probe(reader, 3)
        async with plugged(port, SamUartEmulator()):
            assert (await probe(reader, 3)).startswith("SAM 05.01-")
            with pytest.raises(NoReplyError, match="expected a sound frame within 2 s"):
                await probe(module, 5)
            with pytest.raises(NoReplyError, match=r"expected gy-mcu90614 to answer within 0\.1 s"):
                await probe(module, 0.1)
            assert (await probe(reader, 3)).startswith("SAM 05.01-")

    asyncio.run(main())
