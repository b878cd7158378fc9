"""What a driver sees of the agent, and all it may see.

A driver holds the conversation with one device over a transport it is given. It opens no port,
starts no task, keeps no retry policy and reads no configuration file: the supervisor does that.
A driver reports what the device says, as it says it: no caching, no filling of gaps, no
smoothing; what the device cannot measure is None.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gate_agent.contract.signals import Card, CardRefused, CardType, Reading, Unread
from gate_agent.errors import DeviceError, NoReplyError, ProtocolError, TransportClosedError

__all__ = [
    "Card",
    "CardRefused",
    "CardType",
    "DeviceError",
    "DeviceKind",
    "Driver",
    "Emulator",
    "FaultyEmulator",
    "IdReaderEmulator",
    "Model",
    "NoReplyError",
    "ProtocolError",
    "Reading",
    "Redact",
    "Report",
    "SerialLine",
    "ThermometerEmulator",
    "Transport",
    "TransportClosedError",
    "Unread",
]


class DeviceKind(StrEnum):
    """What a device is for; the configuration has one section a kind."""

    THERMOMETER = "thermometer"
    ID_READER = "id_reader"


Report = Reading | Card | CardRefused


class Transport(Protocol):
    """A byte pipe to one device."""

    async def read(self) -> bytes:
        """Return the next bytes, at least one; raise `TransportClosedError` at the end."""
        ...

    async def write(self, data: bytes) -> None:
        """Send all of `data`; raise `TransportClosedError` when the line is gone."""
        ...

    def discard_input(self) -> int:
        """Forget the bytes that came and were not read yet; return how many that were."""
        ...


class Driver(Protocol):
    """The conversation with one device."""

    async def identify(self) -> str:
        """Ask the device who it is; return one line (no personal data) for `check`.

        Raises `NoReplyError` when nothing that speaks this protocol answers in time.
        """
        ...

    def reports(self) -> AsyncGenerator[Report, None]:
        """Yield what the device reports, until the transport closes or misbehaves.

        Raises a `DeviceError`; the supervisor then reopens the port with a new driver.
        """
        ...

    @property
    def frames(self) -> int:
        """How many sound frames came so far: the supervisor's sign of life."""
        ...

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong on the line so far, counted by cause (`checksum`, `noise`, …)."""
        ...


class Emulator(Protocol):
    """The device's side of the wire."""

    async def run(self, transport: Transport) -> None:
        """Speak as the device until the transport closes (`TransportClosedError` ends it)."""
        ...


class FaultyEmulator(Emulator, Protocol):
    """An emulator that can be told to misbehave; `faults` are the names `inject` takes."""

    @property
    def faults(self) -> tuple[str, ...]:
        """Every fault this device is known for, as published or seen in the field."""
        ...

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` frames or answers; ValueError for an unknown name."""
        ...


class ThermometerEmulator(FaultyEmulator, Protocol):
    """A thermometer whose sight is played."""

    def show(self, *, surface_centi_c: int, ambient_centi_c: int) -> None:
        """See this from now on, in hundredths of a degree Celsius."""
        ...


class IdReaderEmulator(FaultyEmulator, Protocol):
    """An ID-card reader on which cards are laid."""

    def place(self, card: Card) -> None:
        """Lay `card` on the reader; it stays until `lift`."""
        ...

    def lift(self) -> None:
        """Take the card away."""
        ...


Redact = Callable[[bytes, Callable[[Card], Card]], bytes]
"""Returns as many bytes as one exchange brought, every card in them replaced by its stand-in.

Nothing that may be personal stays: neither in a broken frame nor between frames. Pure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """How the device wants its line; 8 data bits, no parity, 1 stop bit, no flow control."""

    baud: int
    bauds: tuple[int, ...] = ()  # others it can be set to


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One device model: what an entry point in the group `gate_agent.drivers` names.

    `stale_after_s` is three periods of what the device sends or answers by itself: without a
    sound frame for that long it is *stale* (a poller's answered polls count).
    """

    name: str
    title: str  # 中文 / English, for `gate-agent drivers`
    kind: DeviceKind
    line: SerialLine
    stale_after_s: float
    maturity: str  # experimental | emulated | proven
    driver: Callable[..., Driver]  # driver(transport, **options)
    emulator: Callable[[], FaultyEmulator]
    options: Mapping[str, str] = field(default_factory=dict)  # name -> what it does
    redact: Redact | None = None  # None: nothing the device sends is personal
