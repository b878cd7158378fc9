"""The emulated line: a path that leads to a device, or to nothing while it is unplugged."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.errors import TransportClosedError
from gate_agent.testing import eventually
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator


def test_the_path_is_there_while_the_device_is(tmp_path: Path) -> None:
    port = tmp_path / "deep" / "port"

    async def main() -> None:
        with Pty(port) as pty:
            first = port.readlink()
            assert pty.plugged.is_set()
            pty.replug()
            assert port.readlink() == first  # it was plugged in: nothing to do
            pty.unplug()
            pty.unplug()
            assert not port.is_symlink()
            assert not pty.plugged.is_set()
            pty.replug()
            assert port.is_char_device()
        assert not port.is_symlink()

    asyncio.run(main())


def test_what_an_earlier_run_left_at_the_path_is_replaced(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.symlink_to("/dev/pts/nowhere")

    async def main() -> None:
        with Pty(port):
            assert port.is_char_device()

    asyncio.run(main())


def test_bytes_that_nobody_reads_are_lost_and_stop_no_device(tmp_path: Path) -> None:
    async def main() -> None:
        with Pty(tmp_path / "port") as pty:
            assert pty.transport is not None
            async with asyncio.timeout(60):
                for _ in range(100):
                    await pty.transport.write(bytes(1000))

    asyncio.run(main())


def test_an_emulator_speaks_again_after_each_replug(tmp_path: Path) -> None:
    async def main() -> None:
        with Pty(tmp_path / "port") as pty:
            async with asyncio.TaskGroup() as group:
                speaking = group.create_task(run_emulator(pty, Gy614V3Emulator()))
                for _ in range(5):
                    host = os.open(tmp_path / "port", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
                    await eventually(lambda host=host: heard(host))  # type: ignore[misc]
                    os.close(host)
                    pty.unplug()
                    pty.replug()
                assert not speaking.done()
                speaking.cancel()

    def heard(host: int) -> bool:
        try:
            return len(os.read(host, 100)) >= 12
        except BlockingIOError:
            return False

    asyncio.run(main())


def test_an_unplugged_line_neither_reads_nor_writes(tmp_path: Path) -> None:
    async def main() -> None:
        with Pty(tmp_path / "port") as pty:
            line = pty.transport
            assert line is not None
            pty.unplug()
            with pytest.raises(TransportClosedError, match="expected a plugged device"):
                await line.read()
            with pytest.raises(TransportClosedError, match="expected a plugged device"):
                await line.write(b"x")
            assert line.discard_input() == 0

    asyncio.run(main())
