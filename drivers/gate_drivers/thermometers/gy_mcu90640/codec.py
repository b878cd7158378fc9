"""Frames of the GY-MCU90640, an array of 32 × 24 points on a UART (no I/O).

The module sends, little-endian, each letter one byte::

    5A 5A  02 06  P P … (768 points)  A A  S S

- 02 06: 1538 bytes of data follow; P, A: points and ambient, signed 16 bit, hundredths of °C
- S: sum of the 771 16-bit words before it
- the first point is the upper right one as the array looks: rows are mirrored

The answer to "which emissivity?" has the same beginning and four bytes in all: 5A 5A E X, X the low
byte of the sum. The host sends A5, command, value, low byte of the sum.

Source: the seller's manual; see protocol.md beside this file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, sum8, summed, word_sum16

HEADER = bytes.fromhex("5A5A")
DATA_LENGTH = bytes.fromhex("0206")
WIDTH, HEIGHT = 32, 24
POINTS = WIDTH * HEIGHT
SIZE = 1544
_ANSWER_SIZE = _COMMAND_SIZE = 4
_FORM = struct.Struct(f"<4s{POINTS}hh")
_CHECKED = SIZE - 2
COMMAND_HEADER = 0xA5


class Command(IntEnum):
    """What the host may ask; each with a value."""

    BAUD = 0x15  # 1: 9600, 2: 115200, 3: 460800
    RATE = 0x25  # 0 to 4: 0.5, 1, 2, 4, 8 Hz
    MODE = 0x35  # 1: when asked, 2: by itself
    EMISSIVITY = 0x45  # in hundredths
    ASK_EMISSIVITY = 0x55
    SAVE = 0x65


RATES_HZ = {1: 1, 2: 2, 4: 3}  # value of Command.RATE; 8 Hz does not fit through 115200 baud
BY_ITSELF = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One picture: points row by row from the upper left one, as the array looks; and the room."""

    points: tuple[int, ...]
    ambient_centi_c: int


def encode(sight: Sight) -> bytes:
    """Return the module's frame. struct.error for a value that does not fit 16 bits."""
    data = _FORM.pack(HEADER + DATA_LENGTH, *_mirrored(sight.points), sight.ambient_centi_c)
    return data + word_sum16(data).to_bytes(2, "little")


def encode_emissivity(percent: int) -> bytes:
    """Return the module's answer about its emissivity."""
    return summed(HEADER + bytes([percent]))


def encode_command(command: Command, value: int) -> bytes:
    """Return the host's four bytes."""
    return summed(bytes([COMMAND_HEADER, command, value]))


class Decoder(FrameDecoder["Sight | int"]):
    """Cuts the module's stream into pictures, and answers about its emissivity (a number)."""

    def __init__(self) -> None:
        super().__init__(HEADER, size=_size, parse=_parse)


class CommandDecoder(FrameDecoder[tuple[int, int]]):
    """Cuts the host's stream into commands with their values: the module's ear."""

    def __init__(self) -> None:
        super().__init__(
            bytes([COMMAND_HEADER]), size=lambda _: _COMMAND_SIZE, parse=_parse_command
        )


def _size(buffer: bytearray) -> int | None:
    if len(buffer) < _ANSWER_SIZE:
        return None
    if buffer[2:4] == DATA_LENGTH:
        return SIZE
    return _ANSWER_SIZE if buffer[3] == sum8(buffer[:3]) else 0


def _parse(frame: bytes) -> Sight | int | None:
    if len(frame) == _ANSWER_SIZE:
        return frame[2]
    if word_sum16(frame[:_CHECKED]).to_bytes(2, "little") != frame[_CHECKED:]:
        return None
    _, *points, ambient = _FORM.unpack(frame[:_CHECKED])
    return Sight(points=_mirrored(points), ambient_centi_c=ambient)


def _parse_command(frame: bytes) -> tuple[int, int] | None:
    return (frame[1], frame[2]) if frame[3] == sum8(frame[:3]) else None


def _mirrored(points: tuple[int, ...] | list[int]) -> tuple[int, ...]:
    rows = (points[at : at + WIDTH] for at in range(0, POINTS, WIDTH))
    return tuple(point for row in rows for point in reversed(row))
