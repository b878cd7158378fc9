"""A line that has no descriptor to wait for (RFC 2217): a thread waits for its bytes."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import serial

from gate_agent.devices.transport import GONE, ReceivedBytes

_LOOKS_EVERY_S = 0.1  # whether it was closed meanwhile


class PumpedTransport(ReceivedBytes):
    """One open port whose bytes a thread brings. `drops` counts bytes that nobody read in time."""

    def __init__(self, port: serial.Serial, name: str) -> None:
        """Take over an open port."""
        super().__init__(name)
        self._port = port
        port.timeout = _LOOKS_EVERY_S
        self._pump = threading.Thread(target=self._wait_for_bytes, name="line", daemon=True)
        self._pump.start()

    async def write(self, data: bytes) -> None:
        """Send all of `data`."""
        self._refuse_if_gone()
        try:
            await asyncio.to_thread(self._port.write, data)
        except GONE as exc:
            self._lose(str(exc))
            self._refuse_if_gone()

    def close(self) -> None:
        """Close the port; its own thread does the waiting that this takes."""
        self._lose("closed")

    def _wait_for_bytes(self) -> None:
        """In the thread, until the line is closed or gone."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            try:
                while self._fault is None:
                    if data := self._port.read(max(1, self._port.in_waiting)):
                        self._loop.call_soon_threadsafe(self._take, data)
            except Exception as exc:  # noqa: BLE001 whatever it is: the line is lost, and opened again
                self._loop.call_soon_threadsafe(self._lose, str(exc) or type(exc).__name__)
        with contextlib.suppress(*GONE):
            self._port.close()
