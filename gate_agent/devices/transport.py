"""A serial port as a byte pipe: the event loop wakes when bytes come, nothing polls."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import serial

from gate_agent.driver_api import SerialLine
from gate_agent.errors import DeviceError, TransportClosedError

MOST_HELD = 64 * 1024  # bytes read and not asked for; beyond, the newest are dropped and counted
_CHUNK = 4096
_T = TypeVar("_T")
# pyserial lets all three through when a cable is pulled (facts of its issues 341, 617)
GONE = (serial.SerialException, OSError, termios.error)


class OpenPort(Protocol):
    """What is asked of a port, which is pyserial's or as one."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...

    @property
    def in_waiting(self) -> int:
        """How many bytes the kernel holds."""
        ...

    def reset_input_buffer(self) -> None:
        """Forget them."""
        ...

    def read(self, size: int) -> bytes:
        """Return what is there; raise where the line has hung up."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class ReceivedBytes:
    """What came on a line until it is read, or the line is gone. `drops` counts what was not."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._held = bytearray()
        self._came = asyncio.Event()
        self._fault: str | None = None
        self._loop = asyncio.get_running_loop()
        self.drops = 0

    @property
    def held(self) -> int:
        """How many bytes came and were not read yet."""
        return len(self._held)

    async def read(self) -> bytes:
        """Return the next bytes; raise TransportClosedError once the line is gone."""
        while not self._held:
            self._refuse_if_gone()
            self._came.clear()
            await self._came.wait()
        data = bytes(self._held)
        self._held.clear()
        return data

    def discard_input(self) -> int:
        """Forget what came and was not read yet; return how much."""
        count = len(self._held)
        self._held.clear()
        return count

    def _take(self, data: bytes) -> None:
        room = MOST_HELD - len(self._held)
        self._held += data[:room]
        self.drops += max(0, len(data) - room)
        self._came.set()

    def _lose(self, why: str) -> None:
        if self._fault is None:
            self._fault = why
            self._came.set()

    def _refuse_if_gone(self) -> None:
        if self._fault is not None:
            raise TransportClosedError(f"{self._name}: expected an open line: {self._fault}")


class SerialTransport(ReceivedBytes):
    """One open port. `drops` counts bytes that nobody read in time."""

    def __init__(self, port: OpenPort, name: str) -> None:
        """Take over an open port; `open_serial` does this."""
        super().__init__(name)
        self._port = port
        self._writable = asyncio.Event()
        self._fd: int = port.fileno()
        self._loop.add_reader(self._fd, self._on_bytes)

    def fileno(self) -> int:
        """Return the port's descriptor."""
        return self._fd

    async def write(self, data: bytes) -> None:
        """Send all of `data`, however slowly the line takes it."""
        rest = memoryview(data)
        while rest:
            self._refuse_if_gone()
            # not pyserial's own write: it spins while a full line takes nothing
            rest = rest[self._try(os.write, self._fd, rest) or 0 :]
            if rest and self._fault is None:
                await self._until_writable()

    def discard_input(self) -> int:
        """Forget what came and was not read yet, here and in the kernel; return how much."""
        count = super().discard_input()
        if self._fault is None:
            count += self._try(lambda: self._port.in_waiting) or 0
            self._try(self._port.reset_input_buffer)
        return count

    def close(self) -> None:
        """Close the port."""
        self._lose("closed")
        with contextlib.suppress(*GONE):
            self._port.close()

    def _on_bytes(self) -> None:
        # pyserial's read asks first whether bytes came, as the loop just did; where none did, it
        # judges: the line has hung up, or a `discard_input` was here before
        data = self._try(os.read, self._fd, _CHUNK) or self._try(self._port.read, _CHUNK)
        if data:
            self._take(data)

    async def _until_writable(self) -> None:
        self._writable.clear()
        self._loop.add_writer(self._fd, self._writable.set)
        try:
            await self._writable.wait()
        finally:
            if self._fault is None:
                self._loop.remove_writer(self._fd)

    def _try(self, call: Callable[..., _T], *arguments: object) -> _T | None:
        """Return what `call` returns, None if there is nothing now or the line is gone."""
        try:
            return call(*arguments)
        except BlockingIOError:
            return None
        except GONE as exc:
            self._lose(_words(exc))
            return None

    def _lose(self, why: str) -> None:
        if self._fault is not None:
            return
        super()._lose(why)
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._writable.set()


def open_serial(port: Path, line: SerialLine) -> SerialTransport:
    """Open `port` for this process alone, no flow control, without waiting.

    Raises DeviceError: no such port, used by another program, not a serial line.
    """
    opened = serial.Serial()
    opened.port = str(port)
    if line.dtr is not None:
        opened.dtr = line.dtr
    if line.rts is not None:
        opened.rts = line.rts
    try:
        opened.apply_settings(
            {
                "baudrate": line.baud,
                "bytesize": line.data_bits,
                "parity": line.parity[0].upper(),
                "stopbits": line.stop_bits,
                "timeout": 0,
                "write_timeout": 0,
            }
        )
        opened.exclusive = True
        opened.open()
    except GONE as exc:
        raise DeviceError(f"{port}: expected a free serial port, got: {_opening(exc)}") from exc
    return SerialTransport(opened, str(port))


def port_trouble(port: Path) -> str | None:
    """Return why this port cannot be opened now, None if it can."""
    try:
        with serial.Serial(str(port), exclusive=True, timeout=0):
            return None
    except GONE as exc:
        return _opening(exc)


def _opening(exc: Exception) -> str:
    code = exc.errno if isinstance(exc, OSError) else None
    if code is None and isinstance(exc, termios.error) and exc.args:
        code = exc.args[0]
    match code:
        case errno.ENOENT:
            return "no such port"
        case errno.EBUSY | errno.EAGAIN | errno.EWOULDBLOCK:
            return "another program uses it"
        case errno.EACCES | errno.EPERM:
            return "no permission (is this user in the group dialout?)"
        case errno.ENOTTY | errno.EINVAL | errno.EISDIR:
            return "not a serial line"
        case _:
            return "not a serial line" if "configure port" in str(exc) else _words(exc)


def _words(exc: Exception) -> str:
    if "returned no data" in str(exc):  # pyserial's words for a hang-up
        return "the device went away"
    if isinstance(exc, OSError) and exc.strerror:
        return exc.strerror
    return str(exc) or type(exc).__name__
