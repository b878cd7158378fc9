"""A serial port as a byte pipe, over real pseudo-terminals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gate_agent.devices.transport import MOST_HELD, SerialTransport, open_serial
from gate_agent.driver_api import SerialLine, Transport
from gate_agent.emulation.pty import Pty
from gate_agent.errors import DeviceError, TransportClosedError
from gate_agent.testing import eventually

NOBODY = 65534
LINE = SerialLine(baud=9600)


@asynccontextmanager
async def line(tmp_path: Path) -> AsyncIterator[tuple[Pty, SerialTransport]]:
    with Pty(tmp_path / "port") as pty:
        transport = open_serial(tmp_path / "port", LINE)
        yield pty, transport
        transport.close()


async def send(pty: Pty, data: bytes) -> None:
    assert pty.transport is not None
    await pty.transport.write(data)


async def whole(transport: Transport, size: int) -> bytes:
    data = b""
    async with asyncio.timeout(60):
        while len(data) < size:
            data += await transport.read()
    return data


def test_bytes_go_both_ways_unchanged(tmp_path: Path) -> None:
    every = bytes(range(256))  # XON, XOFF, CR, LF, ^C and ^D among them

    async def main() -> tuple[bytes, bytes]:
        async with line(tmp_path) as (pty, transport):
            await send(pty, every)
            await transport.write(every)
            assert pty.transport is not None
            return await whole(transport, 256), await whole(pty.transport, 256)

    assert asyncio.run(main()) == (every, every)


def test_a_port_is_ours_alone_and_free_again_when_it_is_closed(tmp_path: Path) -> None:
    async def main() -> None:
        async with line(tmp_path) as (_, transport):
            with pytest.raises(DeviceError, match="another program uses it"):
                open_serial(tmp_path / "port", LINE)
            transport.close()
            open_serial(tmp_path / "port", LINE).close()

    asyncio.run(main())


def test_what_is_no_serial_port_is_told_as_such(tmp_path: Path) -> None:
    plain, folder, missing = tmp_path / "file", tmp_path / "folder", tmp_path / "missing"
    plain.touch()
    folder.mkdir()

    for path, told in (
        (missing, "no such port"),
        (plain, "not a serial line"),
        (folder, "not a serial line"),
        (Path("/dev/null"), "not a serial line"),
    ):
        with pytest.raises(DeviceError) as caught:
            open_serial(path, LINE)
        assert str(caught.value) == f"{path}: expected a free serial port, got: {told}"


def test_a_port_we_may_not_open_is_told_with_what_to_do(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch(mode=0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # root may open anything: be somebody else
        if os.getuid() == 0:
            os.setuid(NOBODY)
        try:
            open_serial(port, LINE)
        except DeviceError as exc:
            os.write(writing, str(exc).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        assert told.read() == (
            f"{port}: expected a free serial port, got: no permission "
            "(is this user in the group dialout?)"
        )


def test_a_pulled_plug_ends_a_read_that_waits(tmp_path: Path) -> None:
    async def main() -> float:
        async with line(tmp_path) as (pty, transport), asyncio.TaskGroup() as group:
            reading = group.create_task(closes(transport))
            await asyncio.sleep(0.05)
            began = time.perf_counter()
            pty.unplug()
            await reading
            return time.perf_counter() - began

    async def closes(transport: SerialTransport) -> None:
        with pytest.raises(TransportClosedError, match="port: expected an open line"):
            await transport.read()

    assert asyncio.run(main()) < 1


def test_bytes_that_came_before_the_plug_was_pulled_are_still_read(tmp_path: Path) -> None:
    async def main() -> None:
        async with line(tmp_path) as (pty, transport):
            await send(pty, b"last words")
            await eventually(lambda: transport.held == 10)
            pty.unplug()
            with pytest.raises(TransportClosedError):
                await transport.write(b"x")
            assert await transport.read() == b"last words"
            with pytest.raises(TransportClosedError):
                await transport.read()

    asyncio.run(main())


@pytest.mark.parametrize("first", ["write", "discard", "read"])
def test_whatever_finds_the_plug_pulled_first_tells_of_it(tmp_path: Path, first: str) -> None:
    """A write gets EIO as OSError, the count of bytes too, a flush as termios.error."""

    async def main() -> None:
        async with line(tmp_path) as (pty, transport):
            pty.unplug()  # the loop has not seen it yet
            if first == "write":
                with pytest.raises(TransportClosedError):
                    await transport.write(b"x")
            elif first == "discard":
                assert transport.discard_input() == 0
            with pytest.raises(TransportClosedError, match="expected an open line"):
                await transport.read()
            with pytest.raises(TransportClosedError):
                await transport.write(b"x")
            assert transport.discard_input() == 0

    asyncio.run(main())


def test_a_closed_transport_says_so_and_closes_twice(tmp_path: Path) -> None:
    async def main() -> None:
        async with line(tmp_path) as (_, transport):
            transport.close()
            transport.close()
            with pytest.raises(TransportClosedError, match="expected an open line: closed"):
                await transport.read()

    asyncio.run(main())


def test_input_is_discarded_here_and_in_the_kernel_and_counted(tmp_path: Path) -> None:
    async def main() -> None:
        async with line(tmp_path) as (pty, transport):
            await send(pty, b"here")
            await eventually(lambda: transport.held == 4)
            assert pty.transport is not None
            os.write(pty.transport.fileno(), b"there")
            # without a turn of the loop: what comes now waits in the kernel
            assert select.select([transport.fileno()], [], [], 10)[0]
            assert transport.discard_input() == 9
            assert transport.held == 0

    asyncio.run(main())


def test_an_event_whose_bytes_were_discarded_is_not_taken_for_a_pulled_plug(
    tmp_path: Path,
) -> None:
    async def main() -> bytes:
        async with line(tmp_path) as (pty, transport):
            loop = asyncio.get_running_loop()
            assert pty.transport is not None
            for _ in range(20):
                os.write(pty.transport.fileno(), b"stale")
                loop.call_soon(transport.discard_input)  # runs before the reader's callback
                await asyncio.sleep(0.001)
            await send(pty, b"fresh")
            heard = b""
            while not heard.endswith(b"fresh"):
                heard += await transport.read()
            return heard

    assert asyncio.run(main()).removesuffix(b"fresh") in (b"", b"stale")


def test_what_nobody_reads_is_bounded_and_the_rest_is_counted(tmp_path: Path) -> None:
    extra = 5000

    async def main() -> tuple[int, int]:
        async with line(tmp_path) as (pty, transport):
            assert pty.transport is not None
            rest = bytes(MOST_HELD + extra)
            while rest:  # not by `send`: what finds a full line in the kernel is lost there
                with contextlib.suppress(BlockingIOError):
                    rest = rest[os.write(pty.transport.fileno(), rest[:1000]) :]
                await asyncio.sleep(0)
            await eventually(lambda: transport.held + transport.drops == MOST_HELD + extra)
            return len(await transport.read()), transport.drops

    assert asyncio.run(main()) == (MOST_HELD, extra)


def test_a_line_that_takes_nothing_for_a_while_stops_nobody_else(tmp_path: Path) -> None:
    told = os.urandom(60_000)

    async def main() -> tuple[bytes, int]:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.005)

        with Pty(tmp_path / "port", listening=False) as pty:
            transport = open_serial(tmp_path / "port", LINE)
            async with asyncio.TaskGroup() as group:
                turning = group.create_task(turn())
                writing = group.create_task(transport.write(told))
                await eventually(lambda: turns > 20, what="the loop to turn")
                assert not writing.done()
                assert pty.transport is not None
                pty.transport.listen()
                heard = b""
                while len(heard) < len(told):
                    heard += await pty.transport.read()
                await writing
                turning.cancel()
            transport.close()
            return heard, turns

    heard, _ = asyncio.run(main())

    assert heard == told


@pytest.mark.parametrize("how", ["unplug", "close"])
def test_a_write_that_waits_ends_when_the_line_does(tmp_path: Path, how: str) -> None:
    async def main() -> None:
        with Pty(tmp_path / "port", listening=False) as pty:
            transport = open_serial(tmp_path / "port", LINE)

            async def fails() -> None:
                with pytest.raises(TransportClosedError):
                    await transport.write(bytes(60_000))

            async with asyncio.TaskGroup() as group:
                writing = group.create_task(fails())
                await asyncio.sleep(0.05)
                assert not writing.done()
                pty.unplug() if how == "unplug" else transport.close()
            transport.close()

    asyncio.run(main())


def test_waiting_costs_no_processor_time(tmp_path: Path) -> None:
    async def main() -> float:
        async with line(tmp_path) as (pty, transport), asyncio.TaskGroup() as group:
            reading = group.create_task(transport.read())
            began = time.process_time()
            await asyncio.sleep(1)
            used = time.process_time() - began
            await send(pty, b"x")
            assert await reading == b"x"
            return used

    assert asyncio.run(main()) < 0.1
