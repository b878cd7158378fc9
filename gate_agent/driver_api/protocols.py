"""The parts a driver's package plays, as protocols: driver, emulator, redaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Protocol

from gate_agent.contract.signals import (
    BadgeRead,
    Card,
    CardRefused,
    CodeRead,
    OutputState,
    Reading,
    SomebodyLeft,
)

Report = Reading | Card | CardRefused | BadgeRead | CodeRead | SomebodyLeft | OutputState


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


class OutputDriver(Driver, Protocol):
    """A driver of contacts (继电器): it reports them as read back, and never as only asked for."""

    def want(self, closed: frozenset[int]) -> None:
        """Close these contacts, numbered from 1, and open all others, as soon as the line allows.

        Returns at once. A new driver wants none closed until it is told.
        """
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


class BadgeEmulator(FaultyEmulator, Protocol):
    """A badge reader to which badges are held."""

    def hold(self, number: str) -> None:
        """Hold this badge to it once; ValueError for a number that no such badge has."""
        ...


class ScannerEmulator(FaultyEmulator, Protocol):
    """A scanner to which codes are shown."""

    def scan(self, text: str) -> None:
        """Show this code once; ValueError for one that it cannot send."""
        ...


class OutputEmulator(FaultyEmulator, Protocol):
    """A board of contacts."""

    @property
    def closed(self) -> frozenset[int]:
        """The contacts that are closed now."""
        ...


Redact = Callable[[bytes, Callable[[Card], Card]], bytes]
"""Returns as many bytes as one exchange brought, every card in them replaced by its stand-in.

Nothing that may be personal stays: neither in a broken frame nor between frames. Pure."""
