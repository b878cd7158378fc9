"""Frames of the SAM ID-card reader, preamble AA AA AA 96 69 (no I/O).

::

    host → reader   AA AA AA 96 69  LL LL  CMD PARA  data …          X
    reader → host   AA AA AA 96 69  LL LL  SW1 SW2 SW3  data …       X

- L: big-endian, counts everything after itself, X included
- X: XOR of everything from L up to the byte before it
- SW3: the result (`Status`); SW1 and SW2 are zero in every published frame

A reply does not name its command: it is matched by order, and by its shape.
Source: the vendor's SAM_V protocol note, and vectors published with open implementations.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, seek, xor8

PREAMBLE = bytes.fromhex("AAAAAA9669")
LONGEST = 0x090A  # text, photo and fingerprints
_LENGTH_SIZE = 2
_HEAD = len(PREAMBLE) + _LENGTH_SIZE
_SHORTEST_REPLY, _SHORTEST_COMMAND = 4, 3


class Command(IntEnum):
    """CMD and PARA as one number."""

    RESET = 0x10FF
    STATUS = 0x11FF
    SAM_ID = 0x12FF
    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001
    READ_ADDRESS = 0x3003
    READ_ALL = 0x3010
    RF_BYTES = 0x61FF
    BAUD_115200 = 0x6000
    BAUD_57600 = 0x6001
    BAUD_38400 = 0x6002
    BAUD_19200 = 0x6003
    BAUD_9600 = 0x6004


class Status(IntEnum):
    """SW3."""

    OK = 0x90
    FOUND = 0x9F
    NOT_FOUND = 0x80  # no card, or the card that was read still lies there
    NOT_SELECTED = 0x81
    NO_SUCH_ITEM = 0x91
    BAD_CHECKSUM = 0x10
    BAD_LENGTH = 0x11
    BAD_COMMAND = 0x21
    NOT_PERMITTED = 0x23
    UNKNOWN_ERROR = 0x24
    CARD_REFUSED_SAM = 0x31
    SAM_REFUSED_CARD = 0x32
    NOT_VERIFIED = 0x33
    FINGERPRINT_NOT_VERIFIED = 0x37
    BAD_INFORMATION_LENGTH = 0x3F
    UNKNOWN_CARD = 0x40
    NOT_READ = 0x41
    NO_RANDOM_NUMBER = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reader answered; `data` may be personal and is left out of the repr."""

    status: int
    data: bytes = b""

    def __repr__(self) -> str:
        """Return status and size alone."""
        return f"Reply({self.status:02X}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Request:
    """What the host asked; `fault` is the status to answer when its frame was bad."""

    code: int
    data: bytes = b""
    fault: Status | None = None


def encode_command(command: int, data: bytes = b"") -> bytes:
    """Return the host's frame."""
    return _framed(command.to_bytes(2, "big") + data)


def encode_reply(status: int, data: bytes = b"") -> bytes:
    """Return the reader's frame."""
    return _framed(bytes([0, 0, status]) + data)


class Decoder(FrameDecoder[Reply]):
    """Cuts the reader's stream into replies; never raises, whatever comes.

    It holds one frame at the most.
    """

    def __init__(self) -> None:
        super().__init__(PREAMBLE, size=_reply_size, parse=_reply)


class RequestDecoder:
    """Cuts the host's stream into requests: the reader's ear, for the emulator."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._drops: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def reset(self) -> None:
        """Forget a frame that was begun: the host has fallen silent in the middle of it."""
        self._buffer.clear()

    def feed(self, data: bytes) -> list[Request]:
        """Take bytes as they come; a bad frame comes as a request with its fault."""
        self._buffer += data
        requests = []
        while (
            seek(self._buffer, PREAMBLE, self._drops)
            and (length := _length(self._buffer)) is not None
        ):
            if not _SHORTEST_COMMAND <= length <= LONGEST:
                del self._buffer[:_HEAD]
                requests.append(Request(0, fault=Status.BAD_LENGTH))
                continue
            if len(self._buffer) < _HEAD + length:
                break
            frame = bytes(self._buffer[len(PREAMBLE) : _HEAD + length])
            del self._buffer[: _HEAD + length]
            if xor8(frame):
                requests.append(Request(0, fault=Status.BAD_CHECKSUM))
                continue
            body = frame[_LENGTH_SIZE:-1]
            requests.append(Request(int.from_bytes(body[:2], "big"), body[2:]))
        return requests


def sam_id_text(data: bytes) -> str:
    """Return the 16 bytes of a SAM ID as vendors print them, such as 05.01-20100101-…."""
    if len(data) != 16:  # noqa: PLR2004 two halves of 2, three of 4 bytes
        raise ValueError(f"expected 16 bytes of SAM ID, got {len(data)}")
    a, b = (int.from_bytes(data[n : n + 2], "little") for n in (0, 2))
    c, d, e = (int.from_bytes(data[n : n + 4], "little") for n in (4, 8, 12))
    return f"{a:02d}.{b:02d}-{c:08d}-{d:010d}-{e:010d}"


def _framed(body: bytes) -> bytes:
    checked = (len(body) + 1).to_bytes(_LENGTH_SIZE, "big") + body
    return PREAMBLE + checked + bytes([xor8(checked)])


def _length(buffer: bytearray) -> int | None:
    """Return the length that a frame in front names, None if not whole yet."""
    return int.from_bytes(buffer[len(PREAMBLE) : _HEAD], "big") if len(buffer) >= _HEAD else None


def _reply_size(buffer: bytearray) -> int | None:
    length = _length(buffer)
    if length is None:
        return None
    return _HEAD + length if _SHORTEST_REPLY <= length <= LONGEST else 0


def _reply(whole: bytes) -> Reply | None:
    frame = whole[len(PREAMBLE) :]
    if xor8(frame):
        return None
    return Reply(frame[_LENGTH_SIZE + 2], frame[_LENGTH_SIZE + 3 : -1])
