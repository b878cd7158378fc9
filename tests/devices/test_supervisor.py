"""What the supervisor tells, when and how often: virtual time, over a cable."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from devices.watching import LOST, OK, STALE, Watch, watching, wires
from gate_agent.devices.lines import OpenLine
from gate_agent.devices.supervisor import port_warning
from gate_agent.driver_api import Reading, SerialLine
from gate_agent.errors import DeviceError
from gate_agent.testing import eventually, run_virtual
from gate_agent.testing.cable import End
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator
from wire import sam_vectors as vectors
from wire.talk import speak


class Bay:
    """Where a device may be plugged in: each opening gives a new cable, or the fault."""

    def __init__(self, fault: str | None = None) -> None:
        self.fault = fault
        self.opened_at: list[float] = []
        self.theirs: End | None = None

    async def open(self, _place: Path | str, _line: SerialLine) -> OpenLine:
        self.opened_at.append(asyncio.get_running_loop().time())
        if self.fault is not None:
            raise DeviceError(self.fault)
        ours, self.theirs = wires()
        return ours


def test_a_port_that_cannot_be_opened_is_tried_ever_more_slowly_and_told_once() -> None:
    bay = Bay("/dev/wire: expected a free serial port, got: no such port")

    async def main() -> Watch:
        async with watching("gy-614v3", opener=bay.open) as watch:
            await asyncio.sleep(6)
        return watch

    watch = run_virtual(main())
    waits = [round(b - a, 3) for a, b in zip(bay.opened_at, bay.opened_at[1:], strict=False)]

    assert waits == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0]
    assert watch.states == [LOST]
    assert watch.changes[0][1].endswith("no such port")


def test_the_wait_is_short_again_after_the_device_was_well() -> None:
    bay = Bay("none")

    async def main() -> Watch:
        async with watching("devices.odd_models:PLAIN", opener=bay.open) as watch:
            await asyncio.sleep(5)
            bay.fault = None
            await eventually(lambda: bay.theirs)
            assert bay.theirs is not None
            await bay.theirs.write(b"\x07")
            await eventually(lambda: watch.last is OK)
            tries = len(bay.opened_at)
            bay.theirs.cut()
            await eventually(lambda: len(bay.opened_at) > tries, 0.15, "a try after 0.1 s")
        return watch

    watch = run_virtual(main())

    assert watch.states == [LOST, OK, LOST]
    assert watch.reports == [Reading(surface_centi_c=7)]


def test_it_is_stale_after_three_missed_periods_and_ok_with_the_next_frame() -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching("gy-614v3", opener=bay.open) as watch, asyncio.TaskGroup() as group:
            await eventually(lambda: bay.theirs)
            assert bay.theirs is not None
            emulator = Gy614V3Emulator()
            speaking = group.create_task(speak(emulator, bay.theirs))
            await eventually(lambda: watch.last is OK)
            await asyncio.sleep(5)
            emulator.inject("silence", times=8)  # 0.9 s from frame to frame
            await eventually(lambda: watch.last is STALE)
            await eventually(lambda: watch.last is OK)
            await asyncio.sleep(5)
            speaking.cancel()
        return watch

    watch = run_virtual(main())
    stale_s = watch.changes[1][2]

    assert watch.states == [OK, STALE, OK]
    assert watch.changes[1][1].startswith("expected a frame every 0.1 s, got none for 0.")
    assert 5.2 < stale_s < 5.6
    assert len(bay.opened_at) == 1


def test_a_silent_device_is_stale_then_lost_and_each_is_told_once() -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching("gy-614v3", opener=bay.open) as watch:
            await asyncio.sleep(30)
        return watch

    watch = run_virtual(main())

    assert watch.states == [STALE, LOST]
    assert "expected a sound frame within 2 s" in watch.changes[1][1]
    assert watch.supervisor is not None
    assert watch.supervisor.counters["no_reply"] >= 8


def test_a_reader_that_answers_its_polls_is_well_without_any_card() -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching("sam-uart", opener=bay.open) as watch, asyncio.TaskGroup() as group:
            await eventually(lambda: bay.theirs)
            assert bay.theirs is not None
            speaking = group.create_task(speak(SamUartEmulator(), bay.theirs))
            await asyncio.sleep(60)
            speaking.cancel()
        return watch

    watch = run_virtual(main())

    assert watch.states == [OK]
    assert watch.changes[0][2] < 0.5


def test_a_reader_whose_module_is_dead_stays_lost_and_does_not_flutter() -> None:
    bay = Bay()

    async def main() -> Watch:
        emulator = SamUartEmulator()
        emulator.inject("not_authorised", times=10**6)
        async with watching("sam-uart", opener=bay.open) as watch, asyncio.TaskGroup() as group:
            for _ in range(10):
                seen = bay.theirs
                await eventually(lambda seen=seen: bay.theirs is not seen)  # type: ignore[misc]
                assert bay.theirs is not None
                group.create_task(speak(emulator, bay.theirs))
        return watch

    watch = run_virtual(main())

    assert watch.states == [LOST]
    assert watch.changes[0][1].endswith("its security module is not authorised")


class HalfAlive(End):
    """A reader that tells its number, finds no card so often, and falls silent."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self._answers = [vectors.SAM_NUMBER] + [vectors.NOT_FOUND] * (answers - 1)

    def take(self, data: bytes) -> None:
        assert data, "expected a question"
        if self._answers:
            self.peer.take(self._answers.pop(0))


@pytest.mark.parametrize("answers", [1, 4, 12])
def test_a_reader_that_keeps_failing_on_an_open_line_stays_lost(answers: int) -> None:
    opened = 0

    async def open_line(_place: Path | str, _line: SerialLine) -> OpenLine:
        nonlocal opened
        opened += 1
        ours, _ = wires(HalfAlive(answers))
        return ours

    async def main() -> Watch:
        async with watching("sam-uart", opener=open_line) as watch:
            await asyncio.sleep(600)
        return watch

    watch = run_virtual(main())

    assert opened > 100
    assert watch.last is LOST
    assert len(watch.states) <= 8  # a proof of 1, 2, 4 s may be outlived


def test_options_reach_the_driver() -> None:
    bay = Bay()

    async def main() -> None:
        async with watching("sam-uart", opener=bay.open, continual=True) as watch:
            await eventually(lambda: bay.theirs)
            driver = watch.supervisor._driver if watch.supervisor else None
            assert driver is not None
            assert vars(driver.inner)["_continual"] is True

    run_virtual(main())


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("SLIPS", "expected the driver slips to work, it failed: IndexError at odd_models.py:"),
        ("ENDS", "expected the driver to go on, it ended"),
    ],
)
def test_a_drivers_slip_closes_its_line_and_not_the_door(
    model: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching(f"devices.odd_models:{model}", opener=bay.open) as watch:
            for number in range(1, 4):
                await eventually(lambda number=number: len(bay.opened_at) == number)  # type: ignore[misc]
                assert bay.theirs is not None
                await bay.theirs.write(b"\x01")
        return watch

    with caplog.at_level(logging.INFO):
        watch = run_virtual(main())

    assert len(watch.reports) >= 2
    assert watch.states[:2] == [OK, LOST]
    assert watch.changes[1][1].startswith(told)
    assert "张三" not in caplog.text + repr(watch.changes)


def test_a_slip_of_the_door_itself_is_not_hidden() -> None:
    bay = Bay()

    async def main() -> None:
        async with watching("devices.odd_models:PLAIN", opener=bay.open) as watch:
            watch.reports = None  # type: ignore[assignment]
            assert watch.supervisor is not None
            watch.supervisor._on_report = lambda _report: 1 / 0  # type: ignore[assignment]
            await eventually(lambda: bay.theirs)
            assert bay.theirs is not None
            await bay.theirs.write(b"\x01")
            await asyncio.sleep(1)

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(main())
    assert caught.group_contains(ZeroDivisionError)


def test_counters_go_on_over_every_reconnection_and_hold_no_zero() -> None:
    bay = Bay()

    async def main() -> Watch:
        async with watching("gy-614v3", opener=bay.open) as watch:
            for _ in range(3):
                seen = bay.theirs
                await eventually(lambda seen=seen: bay.theirs is not seen)  # type: ignore[misc]
                assert bay.theirs is not None
                await bay.theirs.write(bytes(5))
                await asyncio.sleep(0.05)
                bay.theirs.cut()
            await asyncio.sleep(0.05)
        return watch

    watch = run_virtual(main())

    assert watch.supervisor is not None
    counters = watch.supervisor.counters
    assert counters["noise"] == 15
    assert counters["reconnects"] >= 3
    assert all(counters.values())


@pytest.mark.parametrize("name", ["/dev/ttyUSB0", "/dev/ttyACM3"])
def test_a_name_that_may_change_is_warned_about(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with watching("gy-614v3", port=Path(name), opener=Bay("none").open):
            await asyncio.sleep(3)

    with caplog.at_level(logging.WARNING):
        run_virtual(main())

    told = f"{name} may change with the next plug: use /dev/serial/by-id/… or by-path/…"
    assert port_warning(Path(name)) == told
    assert [record.message for record in caplog.records] == [f"thing: {told}"]


@pytest.mark.parametrize(
    "name", ["/dev/serial/by-id/usb-1a86", "/dev/serial/by-path/x", "/dev/ttyAMA0", "/dev/gate-ir"]
)
def test_a_name_that_stays_is_not_warned_about(name: str) -> None:
    assert port_warning(Path(name)) is None
