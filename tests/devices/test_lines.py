"""Lines by their addresses: a converter's socket, RFC 2217, a port set as the device wants it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import serial
import serial.rfc2217

from devices.watching import LOST, OK, Watch, watching
from gate_agent.config.model import DeviceSection
from gate_agent.devices.lines import line_of, open_line
from gate_agent.devices.supervisor import probe
from gate_agent.devices.transport import open_serial
from gate_agent.driver_api import Reading, SerialLine, Transport
from gate_agent.emulation.pty import Pty
from gate_agent.errors import DeviceError, TransportClosedError
from gate_agent.testing import eventually
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator

LINE = SerialLine(baud=9600)


class OverTcp:
    """A converter: what it hears on TCP goes to the emulated device, and back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        if data := await self._reader.read(4096):
            return data
        raise TransportClosedError("expected an open line, it was closed")

    async def write(self, data: bytes) -> None:
        if self._writer.is_closing():
            raise TransportClosedError("expected an open line, it was closed")
        self._writer.write(data)
        await self._writer.drain()

    def discard_input(self) -> int:
        return 0


class Converter:
    """A serial-over-Ethernet converter with a thermometer behind it."""

    def __init__(self) -> None:
        self.url = ""
        self.seen = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def plug(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"socket://{host}:{port}"

    async def unplug(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen += 1
        self._writers.append(writer)
        try:
            await Gy614V3Emulator().run(OverTcp(reader, writer))
        except (ConnectionError, TransportClosedError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def converter() -> AsyncIterator[Converter]:
    there = Converter()
    await there.plug()
    yield there
    await there.unplug()


def test_a_device_behind_a_converter_works_and_is_found_again() -> None:
    async def main() -> Watch:
        async with converter() as there:
            port = int(there.url.rpartition(":")[2])
            async with watching("gy-614v3", port=there.url) as watch:
                await eventually(lambda: watch.last is OK and len(watch.reports) >= 3)
                await there.unplug()
                await eventually(lambda: watch.last is LOST)
                await there.plug(port)
                await eventually(lambda: watch.last is OK)
                section = DeviceSection(driver="gy-614v3", port=there.url)
                assert "sends sound frames" in await probe(section, 3)
        return watch

    watch = asyncio.run(main())

    assert watch.states == [OK, LOST, OK]
    assert all(isinstance(report, Reading) for report in watch.reports)


def test_an_address_where_nobody_listens_is_a_lost_device_that_names_it() -> None:
    async def main() -> None:
        async with converter() as there:
            url = there.url
        with pytest.raises(DeviceError, match=r"socket://127\.0\.0\.1:\d+: expected a line at"):
            await open_line(url, LINE)

    asyncio.run(main())


class EchoingServer:
    """A converter that speaks RFC 2217; what is written to its port comes back from it."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        host, port = self._listening.getsockname()
        self.url = f"rfc2217://{host}:{port}"
        self._port = serial.serial_for_url("loop://", timeout=0.05)
        self._socket: socket.socket | None = None
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._hear, self._speak)]
        for thread in self._threads:
            thread.start()

    def write(self, data: bytes) -> None:
        """Send to the client: PortManager asks for a connection that can."""
        with self._writing, contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.sendall(data)

    def close(self) -> None:
        self._over.set()
        self.hang_up()
        self._listening.shutdown(socket.SHUT_RDWR)  # whoever waits for a client
        self._listening.close()
        for thread in self._threads:
            thread.join()
        self._port.close()

    def hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _hear(self) -> None:
        self._manager = serial.rfc2217.PortManager(self._port, self)  # type: ignore[arg-type]
        with contextlib.suppress(OSError):
            self._socket, _ = self._listening.accept()
            while data := self._socket.recv(1024):
                self._port.write(b"".join(self._manager.filter(data)))

    def _speak(self) -> None:
        while not self._over.is_set():
            if data := self._port.read(max(1, self._port.in_waiting)):
                self.write(b"".join(self._manager.escape(data)))


def test_a_line_of_rfc_2217_carries_every_byte_both_ways_and_ends_with_its_threads() -> None:
    every = bytes(range(256))  # 0xFF is Telnet's own, and doubled on its way

    async def main() -> tuple[bytes, int]:
        with closing(EchoingServer()) as server:
            before = threading.active_count()
            line = await open_line(server.url, LINE)
            await line.write(every)
            heard = b""
            async with asyncio.timeout(20):
                while len(heard) < len(every):
                    heard += await line.read()
            line.close()
            with pytest.raises(TransportClosedError):
                await line.read()
            await eventually(lambda: threading.active_count() <= before + 1)
            return heard, line.drops

    assert asyncio.run(main()) == (every, 0)


def test_a_line_of_rfc_2217_that_goes_away_ends_a_read_that_waits() -> None:
    async def main() -> None:
        with closing(EchoingServer()) as server:
            line = await open_line(server.url, LINE)
            async with asyncio.timeout(20), asyncio.TaskGroup() as group:
                reading = group.create_task(ends(line))
                await asyncio.sleep(0.1)
                server.hang_up()
                await reading
            line.close()

    asyncio.run(main())


async def ends(line: Transport) -> None:
    with pytest.raises(TransportClosedError):
        await line.read()


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (SerialLine(baud=9600, parity="even"), "9600 8E1"),
        (SerialLine(baud=19200, data_bits=7, parity="odd", stop_bits=2), "19200 7O2"),
        (SerialLine(baud=115200), "115200 8N1"),
    ],
)
def test_speed_bits_parity_and_stop_bits_reach_the_port(
    setting: SerialLine, told: str, tmp_path: Path
) -> None:
    async def main() -> str:
        with Pty(tmp_path / "port"), closing(open_serial(tmp_path / "port", setting)) as line:
            port = line._port
            assert isinstance(port, serial.Serial)
            return f"{port.baudrate} {port.bytesize}{port.parity}{port.stopbits}"

    assert asyncio.run(main()) == told


def test_what_the_configuration_says_of_a_line_goes_before_the_devices_own() -> None:
    own = SerialLine(baud=9600, dtr=True)
    section = DeviceSection(driver="x", port=Path("/dev/x"), baud=19200, parity="even", dtr=False)

    assert line_of(section, own) == SerialLine(baud=19200, parity="even", dtr=False)
    assert line_of(DeviceSection(driver="x", port=Path("/dev/x")), own) == own
    assert str(line_of(section, own)) == "19200 8E1"
