"""Opens a line by its address: a serial port's path, socket://host:port, rfc2217://host:port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial

from gate_agent.config.model import DeviceSection
from gate_agent.config.places import scheme_of
from gate_agent.devices.pumped import PumpedTransport
from gate_agent.devices.tcp import TcpPort
from gate_agent.devices.transport import GONE, SerialTransport, open_serial
from gate_agent.driver_api import SerialLine, Transport
from gate_agent.errors import DeviceError


class OpenLine(Transport, Protocol):
    """An open line, as the supervisor holds it."""

    @property
    def drops(self) -> int:
        """How many bytes nobody read in time."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


Opener = Callable[[Path | str, SerialLine], Awaitable[OpenLine]]


async def open_line(place: Path | str, line: SerialLine) -> OpenLine:
    """Open the line at `place` for this process alone. Raises DeviceError."""
    scheme = scheme_of(place)
    if scheme is None:
        return open_serial(Path(place), line)
    url = str(place)
    try:  # in a thread: the other side may keep us waiting for seconds
        if scheme == "socket":
            parts = urlsplit(url)
            port = await asyncio.to_thread(TcpPort, parts.hostname or "", parts.port or 0)
            return SerialTransport(port, url)
        opened = await asyncio.to_thread(_rfc2217, url, line)
    except (*GONE, ValueError) as exc:
        why = str(exc).rpartition("] ")[2].rpartition(": ")[2] or type(exc).__name__
        raise DeviceError(f"{url}: expected a line at this address, got: {why}") from exc
    return PumpedTransport(opened, url)


def line_of(section: DeviceSection, line: SerialLine) -> SerialLine:
    """Return how the device wants its line, but for what the configuration says otherwise."""
    given: dict[str, Any] = {
        name: value
        for name in ("baud", "data_bits", "parity", "stop_bits", "dtr", "rts")
        if (value := getattr(section, name)) is not None
    }
    return replace(line, **given)


def _rfc2217(url: str, line: SerialLine) -> serial.Serial:
    return serial.serial_for_url(
        url,
        baudrate=line.baud,
        bytesize=line.data_bits,
        parity=line.parity[0].upper(),
        stopbits=line.stop_bits,
        timeout=0,
    )
