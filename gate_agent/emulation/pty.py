"""A pseudo-terminal behind a port path: a real serial line whose other end is ours."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import termios
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from gate_agent.driver_api import Emulator
from gate_agent.errors import TransportClosedError

_CHUNK = 4096


class PtyTransport:
    """The device's side of one PTY. Bytes nobody reads are dropped, as a UART does."""

    def __init__(self, master: int, *, listening: bool = True) -> None:
        self._loop = asyncio.get_running_loop()
        self._master = master
        self._held = bytearray()
        self._came = asyncio.Event()
        self._open = True
        if listening:
            self.listen()

    def fileno(self) -> int:
        """Return the descriptor of our end."""
        return self._master

    def listen(self) -> None:
        """Take from now on what the host writes; before, it fills the line."""
        self._loop.add_reader(self._master, self._on_bytes)

    async def read(self) -> bytes:
        """Return what the host wrote."""
        while not self._held:
            if not self._open:
                raise TransportClosedError("expected a plugged device, it was unplugged")
            self._came.clear()
            await self._came.wait()
        data = bytes(self._held)
        self._held.clear()
        return data

    async def write(self, data: bytes) -> None:
        """Send to the host; what does not fit because nobody reads is lost."""
        if not self._open:
            raise TransportClosedError("expected a plugged device, it was unplugged")
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)
        await asyncio.sleep(0)

    def discard_input(self) -> int:
        """Forget what the host wrote."""
        count = len(self._held)
        self._held.clear()
        return count

    def close(self) -> None:
        """Hang up."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._master)
            self._came.set()

    def _on_bytes(self) -> None:
        try:
            data = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        self._held += data
        self._came.set()


class Pty:
    """A port path that leads to us. Use inside a running event loop."""

    def __init__(self, link: Path, *, listening: bool = True) -> None:
        """`listening` is false for a device that takes nothing until `PtyTransport.listen`."""
        self._link = link
        self._listening = listening
        self._master = self._slave = -1
        self._plugged = asyncio.Event()
        self.transport: PtyTransport | None = None
        self.replug()

    @property
    def plugged(self) -> asyncio.Event:
        """Set while the device is plugged in."""
        return self._plugged

    def replug(self) -> None:
        """Plug the device in: a new line behind the same path."""
        if self.transport is not None:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        self._link.parent.mkdir(parents=True, exist_ok=True)
        draft = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        draft.symlink_to(os.ttyname(self._slave))
        draft.replace(self._link)
        self.transport = PtyTransport(self._master, listening=self._listening)
        self._plugged.set()

    def unplug(self) -> None:
        """Pull the plug: whoever has the port open sees it hang up."""
        if self.transport is None:
            return
        self._plugged.clear()
        self.transport.close()
        self.transport = None
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)

    def close(self) -> None:
        """Unplug for good."""
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


async def run_emulator(pty: Pty, emulator: Emulator) -> None:
    """Speak as the device whenever it is plugged in, until cancelled."""
    while True:
        await pty.plugged.wait()
        transport = pty.transport
        if transport is not None:
            with contextlib.suppress(TransportClosedError):
                await emulator.run(transport)
        await asyncio.sleep(0)
