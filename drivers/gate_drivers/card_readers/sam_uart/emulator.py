"""A SAM ID-card reader, from the wire's side: its states, its statuses, its known troubles."""

from __future__ import annotations

import asyncio
from enum import Enum, auto

from gate_agent.driver_api import Card, Faults, Transport
from gate_drivers.card_readers.sam_uart.codec import (
    PREAMBLE,
    Command,
    Request,
    RequestDecoder,
    Status,
    encode_reply,
)
from gate_drivers.card_readers.sam_uart.text import address_item, card_text

SAM_ID = bytes.fromhex("0500 0100 05B43201 01000000 01000000".replace(" ", ""))
_READ_HEAD = bytes.fromhex("01000400")  # sizes of text and photo; fingerprints follow in 30 10
_PHOTO = bytes.fromhex("574C66007E00") + bytes(1018)
_BYTE_S = 10 / 115200
_PIECE = 64
_BETWEEN_BYTES_S = 0.1  # then a frame that was begun is forgotten
_LATE_S, _READ_LATE_S = 1.2, 4.0  # just over what hosts wait
_STATUS_FAULTS = {
    "self_test": Status.SELF_TEST_FAILED,
    "not_authorised": Status.NOT_AUTHORISED,
}
_READ_FAULTS = {"not_read": Status.NOT_READ, "unknown_card": Status.UNKNOWN_CARD}


class _At(Enum):
    EMPTY = auto()
    PLACED = auto()
    FOUND = auto()
    SELECTED = auto()
    READ = auto()


class SamUartEmulator:
    """The reader's side, and what differs from one to the next.

    `continual`: find and select work again while a read card still lies there. `truncating`: a
    card lifted while its reply is being sent cuts the reply; others send it whole.
    """

    def __init__(
        self, *, continual: bool = False, truncating: bool = False, read_s: float = 0.6
    ) -> None:
        self.new_address: str | None = None  # an address that was written to the card later
        self.fingerprints = 0  # bytes of them on the card: 0, 512 or 1024
        self._continual = continual
        self._truncating = truncating
        self._read_s = read_s
        self._card: Card | None = None
        self._at = _At.EMPTY
        self._faults = Faults(*_STATUS_FAULTS, *_READ_FAULTS)

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes; a port that vanishes is the line's own (`Pty.unplug`)."""
        return self._faults.names

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` answers."""
        self._faults.inject(fault, times)

    def place(self, card: Card) -> None:
        """Lay a card."""
        self._card, self._at = card, _At.PLACED

    def lift(self) -> None:
        """Take the card away."""
        self._card, self._at = None, _At.EMPTY

    async def run(self, transport: Transport) -> None:
        """Answer until the line closes."""
        decoder = RequestDecoder()
        while True:
            try:
                async with asyncio.timeout(_BETWEEN_BYTES_S if decoder.held else None):
                    data = await transport.read()
            except TimeoutError:
                decoder.reset()
                continue
            for request in decoder.feed(data):
                status, answer = await self._answer(request)
                await self._send(transport, request, encode_reply(status, answer))

    async def _answer(self, request: Request) -> tuple[int, bytes]:
        if request.fault is not None:
            return request.fault, b""
        if request.code != Command.RESET:
            for fault, status in _STATUS_FAULTS.items():
                if self._faults.take(fault):
                    return status, b""
        match request.code:
            case Command.RESET:
                self._at = _At.EMPTY if self._card is None else _At.PLACED
                return Status.OK, b""
            case Command.SAM_ID:
                return Status.OK, SAM_ID
            case Command.FIND:
                return self._find()
            case Command.SELECT:
                return self._select()
            case Command.READ:
                return await self._read(b"")
            case Command.READ_ALL:
                size = self.fingerprints
                return await self._read(size.to_bytes(2, "big") + bytes(size))
            case Command.READ_ADDRESS:
                return self._read_address()
            case (
                Command.STATUS | Command.RF_BYTES | Command.BAUD_115200 | Command.BAUD_57600
                | Command.BAUD_38400 | Command.BAUD_19200 | Command.BAUD_9600
            ):  # fmt: skip
                return Status.OK, b""
            case _:
                return Status.BAD_COMMAND, b""

    def _find(self) -> tuple[int, bytes]:
        if self._at is _At.EMPTY or (self._at is _At.READ and not self._continual):
            return Status.NOT_FOUND, b""
        self._at = _At.FOUND
        return Status.FOUND, bytes(4)

    def _select(self) -> tuple[int, bytes]:
        if self._at is not _At.FOUND and not (self._at is _At.READ and self._continual):
            return Status.NOT_SELECTED, b""
        self._at = _At.SELECTED
        return Status.OK, bytes(8)

    async def _read(self, fingerprints: bytes) -> tuple[int, bytes]:
        """Read the card; `fingerprints` is their size and themselves, nothing for a plain read."""
        card = self._card
        if self._at is not _At.SELECTED or card is None:
            return Status.NOT_READ, b""
        await asyncio.sleep(self._read_s)
        for fault, status in _READ_FAULTS.items():
            if self._faults.take(fault):
                return status, b""
        if self._card is not card:  # lifted too early
            return Status.NOT_READ, b""
        self._at = _At.READ
        size, prints = fingerprints[:2], fingerprints[2:]
        return Status.OK, _READ_HEAD + size + card_text(card) + _PHOTO + prints

    def _read_address(self) -> tuple[int, bytes]:
        if self._at not in (_At.SELECTED, _At.READ):
            return Status.NOT_READ, b""
        if self.new_address is None:
            return Status.NO_SUCH_ITEM, b""
        return Status.OK, address_item(self.new_address)

    async def _send(self, transport: Transport, request: Request, frame: bytes) -> None:
        """Send, a long frame in the time it takes on the wire."""
        card = self._card
        late_s = _READ_LATE_S if request.code == Command.READ else _LATE_S
        pieces = await self._faults.spoilt(frame, late_s=late_s, near_miss=PREAMBLE[:4])
        for whole in pieces:
            for start in range(0, len(whole), _PIECE):
                if self._truncating and self._card is not card:
                    return
                piece = whole[start : start + _PIECE]
                await transport.write(piece)
                if len(frame) > _PIECE:
                    await asyncio.sleep(len(piece) * _BYTE_S)
