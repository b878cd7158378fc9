"""Boards of contacts against their emulators: put, read back, put again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from devices.test_supervisor import Bay
from devices.watching import LOST, OK, Watch, plugged, watching
from gate_agent.devices.registry import find_model
from gate_agent.driver_api import NoReplyError, OutputDriver, OutputEmulator, OutputState
from gate_agent.testing import cable, eventually, run_virtual
from gate_drivers.modbus.codec import Function, RtuRequest, coil, encode_request
from gate_drivers.outputs.lcus_relay.codec import StateDecoder, encode_put, encode_states
from wire.talk import speak

BOARDS = pytest.mark.parametrize("name", ["lcus-relay", "modbus-coil"])


@BOARDS
def test_contacts_are_put_and_told_as_read_back(name: str) -> None:
    async def main() -> tuple[Watch, OutputEmulator]:
        board = cast("OutputEmulator", find_model(name).new_emulator())
        bay = Bay()
        async with watching(name, opener=bay.open) as watch, asyncio.TaskGroup() as group:
            await eventually(lambda: bay.theirs)
            assert bay.theirs is not None
            assert watch.supervisor is not None
            speaking = group.create_task(speak(board, bay.theirs))
            await eventually(lambda: watch.last is OK)
            for closed in ({1}, {2, 3}, {1, 4}, set()):
                watch.supervisor.want(frozenset(closed))
                await eventually(lambda closed=closed: board.closed == closed, 1)  # type: ignore[misc]
                told = OutputState(closed=frozenset(closed))
                await eventually(lambda told=told: watch.reports[-1] == told, 1)  # type: ignore[misc]
            speaking.cancel()
        return watch, board

    watch, _ = run_virtual(main())

    assert watch.states == [OK]


@BOARDS
def test_what_was_wanted_is_put_again_on_a_board_that_comes_back(name: str, tmp_path: Path) -> None:
    board = cast("OutputEmulator", find_model(name).new_emulator())

    async def main() -> None:
        port = tmp_path / "port"
        async with plugged(port, board) as pty, watching(name, port=port) as watch:
            assert watch.supervisor is not None
            watch.supervisor.want(frozenset({2}))
            await eventually(lambda: board.closed == {2})
            pty.unplug()
            await eventually(lambda: watch.last is LOST)
            watch.supervisor.want(frozenset({3}))
            pty.replug()
            await eventually(lambda: board.closed == {3})

    asyncio.run(main())


@BOARDS
def test_every_fault_of_the_line_leaves_the_contacts_as_wanted(name: str) -> None:
    model = find_model(name)

    async def main() -> None:
        board = cast("OutputEmulator", model.new_emulator())
        bay = Bay()
        async with watching(name, opener=bay.open) as watch, asyncio.TaskGroup() as group:
            assert watch.supervisor is not None
            seen = None
            for fault in board.faults:
                board.inject(fault, times=3)
                for closed in (frozenset({1, 2}), frozenset({3})):
                    watch.supervisor.want(closed)
                    for _ in range(400):
                        if bay.theirs is not seen:
                            seen = bay.theirs
                            group.create_task(speak(board, seen))  # type: ignore[arg-type]
                        await asyncio.sleep(0.05)
                        if board.closed == closed:
                            break
                    assert board.closed == closed, fault
            if seen is not None:
                seen.cut()
            for report in watch.reports:
                assert isinstance(report, OutputState)

    run_virtual(main())


def test_a_board_that_does_what_it_wants_is_lost_and_named() -> None:
    model = find_model("lcus-relay")

    async def main() -> Watch:
        board = model.new_emulator()
        board.inject("stuck", times=10**6)
        bay = Bay()
        async with watching("lcus-relay", opener=bay.open) as watch, asyncio.TaskGroup() as group:
            await eventually(lambda: bay.theirs)
            assert watch.supervisor is not None
            speaking = group.create_task(speak(board, bay.theirs))  # type: ignore[arg-type]
            await eventually(lambda: watch.last is OK)
            watch.supervisor.want(frozenset({1}))
            await eventually(lambda: watch.last is LOST)
            speaking.cancel()
        return watch

    watch = run_virtual(main())

    assert "expected contacts as they were put: closed [1], read back []" in watch.changes[-1][1]


def test_a_board_of_one_contact_that_tells_nothing_is_put_all_the_same() -> None:
    model = find_model("lcus-relay")
    options = model.parse_options({"contacts": 1, "read_back": False})

    async def main() -> bytes:
        ours, theirs = cable()
        driver = cast("OutputDriver", model.new_driver(ours, options))
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(anext(driver.reports()))
            await asyncio.sleep(0.1)
            driver.want(frozenset({1, 7}))
            await asyncio.sleep(0.1)
            reading.cancel()
        assert "does not tell" in await driver.identify()
        return await theirs.read()

    assert run_virtual(main()) == bytes.fromhex("A00100A1 A00101A2")


@BOARDS
def test_silence_is_no_board(name: str) -> None:
    async def main() -> None:
        with pytest.raises(NoReplyError):
            await find_model(name).new_driver(cable()[0]).identify()

    run_virtual(main())


def test_published_frames() -> None:
    assert encode_put(1, closed=True) == bytes.fromhex("A00101A2")
    assert encode_put(1, closed=False) == bytes.fromhex("A00100A1")
    assert encode_request(coil(1, 0, on=True)) == bytes.fromhex("01050000FF008C3A")
    read = RtuRequest(unit=1, function=Function.READ_HOLDING, address=0x0E, value=4)
    assert encode_request(read) == bytes.fromhex("0103000E000425CA")
    assert StateDecoder().feed(b"CH1:ON\r\n CH2 : OFF\r\n") == [(1, True), (2, False)]
    assert StateDecoder().feed(encode_states(frozenset({2}), 2)) == [(1, False), (2, True)]
