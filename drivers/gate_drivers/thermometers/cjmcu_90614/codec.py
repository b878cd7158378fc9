"""Frames of the CJMCU board with an MLX90614 on a UART (no I/O).

::

    66 66  M  N  T T  A A  S

- M: 01 sends by itself, 02 answers; N: length of what stands between N and S: 4
- T: object temperature, A: ambient temperature; signed 16 bit, big-endian, hundredths of °C
- S: low byte of the sum of all bytes before it

The host sends 66 66, command, 56. Source: the sellers' note; see protocol.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, sum8, summed

HEADER = bytes.fromhex("6666")
_MODE_AT, _LENGTH_AT, _PAYLOAD_AT, _SIZE = 2, 3, 4, 9
_PAYLOAD = _SIZE - _PAYLOAD_AT - 1
_COMMAND_END, _COMMAND_SIZE = 0x56, 4


class Command(IntEnum):
    """What the host may ask."""

    CONTINUOUS = 0x01
    ONE_READING = 0x02
    BAUD_9600 = 0x11
    BAUD_57600 = 0x12
    BAUD_115200 = 0x13


_MODES = (Command.CONTINUOUS, Command.ONE_READING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the board sees, in hundredths of a degree Celsius."""

    object_centi_c: int
    ambient_centi_c: int


def encode(sight: Sight, mode: Command = Command.CONTINUOUS) -> bytes:
    """Return the board's frame. OverflowError for a value that does not fit 16 bits."""
    values = (sight.object_centi_c, sight.ambient_centi_c)
    payload = b"".join(value.to_bytes(2, "big", signed=True) for value in values)
    return summed(HEADER + bytes([mode, len(payload)]) + payload)


def encode_command(command: Command) -> bytes:
    """Return the host's four bytes."""
    return HEADER + bytes([command, _COMMAND_END])


class Decoder(FrameDecoder[Sight]):
    """Cuts the board's stream into sights."""

    def __init__(self) -> None:
        super().__init__(HEADER, size=_size, parse=_parse)


class CommandDecoder(FrameDecoder[Command]):
    """Cuts the host's stream into commands: the board's ear, for the emulator."""

    def __init__(self) -> None:
        super().__init__(HEADER, size=lambda _: _COMMAND_SIZE, parse=_parse_command)


def _size(buffer: bytearray) -> int | None:
    if len(buffer) <= _LENGTH_AT:
        return None
    fits = buffer[_MODE_AT] in _MODES and buffer[_LENGTH_AT] == _PAYLOAD
    return _SIZE if fits else 0


def _parse(frame: bytes) -> Sight | None:
    if frame[-1] != sum8(frame[:-1]):
        return None
    return Sight(
        object_centi_c=int.from_bytes(frame[_PAYLOAD_AT : _PAYLOAD_AT + 2], "big", signed=True),
        ambient_centi_c=int.from_bytes(frame[_PAYLOAD_AT + 2 : -1], "big", signed=True),
    )


def _parse_command(frame: bytes) -> Command | None:
    is_one = frame[-1] == _COMMAND_END and frame[_MODE_AT] in list(Command)
    return Command(frame[_MODE_AT]) if is_one else None
