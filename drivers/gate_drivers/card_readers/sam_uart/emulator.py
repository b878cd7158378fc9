"""A SAM ID-card reader, from the wire's side: its states, its statuses, its known troubles."""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import Enum, auto

from gate_agent.driver_api import Card, CardType, Transport
from gate_drivers.card_readers.sam_uart.codec import (
    Command,
    Request,
    RequestDecoder,
    Status,
    encode_reply,
)
from gate_drivers.card_readers.sam_uart.text import Kind, build_text

SAM_ID = bytes.fromhex("0500 0100 05B43201 01000000 01000000".replace(" ", ""))
_READ_HEAD = bytes.fromhex("01000400")
_PHOTO = bytes.fromhex("574C66007E00") + bytes(1018)
_LATE_S = 1.2
_FAULTS = (
    "leading_noise", "trailing_noise", "split_1", "split_7", "split_64", "missing_byte",
    "flipped_byte", "duplicate", "late", "silence", "wrong_baud", "heartbeat",
    "self_test", "not_authorised", "not_read", "unknown_card",
)  # fmt: skip
_STATUS_FAULTS = {
    "self_test": Status.SELF_TEST_FAILED,
    "not_authorised": Status.NOT_AUTHORISED,
}
_READ_FAULTS = {"not_read": Status.NOT_READ, "unknown_card": Status.UNKNOWN_CARD}
_KINDS = {
    CardType.RESIDENT: Kind.RESIDENT,
    CardType.HMT_PERMIT: Kind.HMT_PERMIT,
    CardType.FOREIGNER_2017: Kind.FOREIGNER_2017,
    CardType.FOREIGNER_2023: Kind.FOREIGNER_2023,
}


class _At(Enum):
    EMPTY = auto()
    PLACED = auto()
    FOUND = auto()
    SELECTED = auto()
    READ = auto()


class SamUartEmulator:
    """The reader's side. `continual`: find answers again while a read card still lies there."""

    def __init__(self, *, continual: bool = False, read_s: float = 0.6) -> None:
        self._continual = continual
        self._read_s = read_s
        self._card: Card | None = None
        self._at = _At.EMPTY
        self._injected: Counter[str] = Counter()

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes; a port that vanishes is the line's own (`Pty.unplug`)."""
        return _FAULTS

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` answers."""
        if fault not in _FAULTS:
            raise ValueError(f"expected one of {', '.join(_FAULTS)}, got {fault!r}")
        self._injected[fault] += times

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
            for request in decoder.feed(await transport.read()):
                status, data = await self._answer(request)
                await self._send(transport, encode_reply(status, data))

    async def _answer(self, request: Request) -> tuple[int, bytes]:
        if request.fault is not None:
            return request.fault, b""
        if request.code != Command.RESET:
            for fault, status in _STATUS_FAULTS.items():
                if self._take(fault):
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
                if self._at is not _At.FOUND:
                    return Status.NOT_SELECTED, b""
                self._at = _At.SELECTED
                return Status.OK, bytes(8)
            case Command.READ:
                return await self._read()
            case Command.READ_ADDRESS:
                there = self._at in (_At.SELECTED, _At.READ)
                return (Status.NO_SUCH_ITEM if there else Status.NOT_READ), b""
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

    async def _read(self) -> tuple[int, bytes]:
        card = self._card
        if self._at is not _At.SELECTED or card is None:
            return Status.NOT_READ, b""
        await asyncio.sleep(self._read_s)
        for fault, status in _READ_FAULTS.items():
            if self._take(fault):
                return status, b""
        if self._card is not card:  # lifted too early
            return Status.NOT_READ, b""
        self._at = _At.READ
        return Status.OK, _READ_HEAD + card_text(card) + _PHOTO

    async def _send(self, transport: Transport, frame: bytes) -> None:
        if self._take("silence"):
            return
        if self._take("late"):
            await asyncio.sleep(_LATE_S)
        if self._take("wrong_baud"):
            frame = bytes(byte >> 1 | 0x80 for byte in frame)
        if self._take("missing_byte"):
            frame = frame[:-1]
        if self._take("flipped_byte"):
            frame = frame[:-1] + bytes([frame[-1] ^ 0x10])
        if self._take("leading_noise"):
            frame = b"\x00\xaa\xaa\xff" + frame
        if self._take("heartbeat"):
            frame = b"AAAA" + frame
        if self._take("trailing_noise"):
            frame += b"\x69\x96\xaa"
        if self._take("duplicate"):
            frame += frame
        size = next((n for n in (1, 7, 64) if self._take(f"split_{n}")), len(frame))
        for start in range(0, len(frame), size):
            await transport.write(frame[start : start + size])

    def _take(self, fault: str) -> bool:
        if self._injected[fault] <= 0:
            return False
        self._injected[fault] -= 1
        return True


def card_text(card: Card) -> bytes:
    """Return the text block of a card of which only name and number matter."""
    kind = _KINDS[card.card_type]
    fields = {"name": card.name, "number": card.number, "sex": "1", "valid_from": "20200101"}
    if kind is Kind.RESIDENT:
        fields |= {"nation": "01", "birth": card.number[6:14], "valid_to": "长期"}
    return build_text(kind, fields)
