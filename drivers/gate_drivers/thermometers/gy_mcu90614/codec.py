"""Frames of the GY-MCU90614 infrared thermometer (no I/O).

The module sends, each letter one byte::

    5A 5A  K  N  T T  A A  S

- K: 45, kind of data: temperatures
- N: length of what stands between N and S: 4; a newer firmware sends more, which we skip
- T: object temperature (目标温度), A: ambient temperature of the module (环境温度);
  signed 16 bit, big-endian, hundredths of a degree Celsius
- S: low byte of the sum of all bytes before it

The host sends three bytes: A5, command, low byte of their sum.

Source: the vendor's note to the module; see protocol.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, sum8, summed

HEADER = bytes.fromhex("5A5A45")
COMMAND_HEADER = 0xA5
_COMMAND_SIZE = 3
_LENGTH_AT = len(HEADER)
_PAYLOAD_AT = _LENGTH_AT + 1
_PAYLOAD_LEAST = 4
_PAYLOAD_MOST = 16  # no firmware is known to send more than 6
LONGEST_FRAME = _PAYLOAD_AT + _PAYLOAD_MOST + 1


class Command(IntEnum):
    """What the host may ask; baud and power-up settings count after a power cycle."""

    CONTINUOUS = 0x45
    ONE_READING = 0x15  # not more often than 10 a second
    BAUD_9600 = 0xAE
    BAUD_115200 = 0xAF
    OUTPUT_AFTER_POWER_UP = 0x51
    NO_OUTPUT_AFTER_POWER_UP = 0x52


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the module sees, in hundredths of a degree Celsius."""

    object_centi_c: int
    ambient_centi_c: int


def encode(sight: Sight) -> bytes:
    """Return the module's frame. OverflowError for a value that does not fit 16 bits."""
    payload = b"".join(
        value.to_bytes(2, "big", signed=True)
        for value in (sight.object_centi_c, sight.ambient_centi_c)
    )
    return summed(HEADER + bytes([len(payload)]) + payload)


def encode_command(command: Command) -> bytes:
    """Return the host's three bytes."""
    return summed(bytes([COMMAND_HEADER, command]))


class Decoder(FrameDecoder[Sight]):
    """Cuts the module's stream into sights."""

    def __init__(self) -> None:
        super().__init__(HEADER, size=_size, parse=_parse)


class CommandDecoder:
    """Cuts the host's stream into commands: the module's ear, for the emulator."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Command]:
        """Take bytes as they come; return the commands they complete, in order."""
        self._buffer += data
        commands = []
        while len(self._buffer) >= _COMMAND_SIZE:
            frame = bytes(self._buffer[:_COMMAND_SIZE])
            if (command := _KNOWN.get(frame)) is None:
                del self._buffer[:1]
                continue
            del self._buffer[:_COMMAND_SIZE]
            commands.append(command)
        return commands


def _sight(payload: bytes) -> Sight:
    return Sight(
        object_centi_c=int.from_bytes(payload[0:2], "big", signed=True),
        ambient_centi_c=int.from_bytes(payload[2:4], "big", signed=True),
    )


def _size(buffer: bytearray) -> int | None:
    if len(buffer) <= _LENGTH_AT:
        return None
    length = buffer[_LENGTH_AT]
    return _PAYLOAD_AT + length + 1 if _PAYLOAD_LEAST <= length <= _PAYLOAD_MOST else 0


def _parse(frame: bytes) -> Sight | None:
    if frame[-1] != sum8(frame[:-1]):
        return None
    return _sight(frame[_PAYLOAD_AT:-1])


_KNOWN = {encode_command(command): command for command in Command}
