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

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

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
    return _summed(HEADER + bytes([len(payload)]) + payload)


def encode_command(command: Command) -> bytes:
    """Return the host's three bytes."""
    return _summed(bytes([COMMAND_HEADER, command]))


class Decoder:
    """Cuts the module's stream into sights; never raises, whatever comes.

    `drops` counts by cause: `checksum` and `length` are frames that failed the check, `noise`
    is bytes outside of frames. After a failed check one byte is dropped and the rest is looked
    at again: a lost byte costs one frame, not the stream.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.drops: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Sight]:
        """Take bytes as they come; return the sights they complete, in order."""
        self._buffer += data
        sights = []
        while self._seek() and len(self._buffer) > _LENGTH_AT:
            length = self._buffer[_LENGTH_AT]
            if not _PAYLOAD_LEAST <= length <= _PAYLOAD_MOST:
                self._drop(1, "length", 1)
                continue
            end = _PAYLOAD_AT + length + 1
            if len(self._buffer) < end:
                break
            frame = bytes(self._buffer[:end])
            if frame != _summed(frame[:-1]):
                self._drop(1, "checksum", 1)
                continue
            del self._buffer[:end]
            sights.append(_sight(frame[_PAYLOAD_AT:-1]))
        return sights

    def _seek(self) -> bool:
        """Drop what cannot begin a frame; True if a whole header is in front."""
        at = self._buffer.find(HEADER)
        if at < 0:
            at = len(self._buffer) - _begun(self._buffer, HEADER)
        self._drop(at, "noise", at)
        return self._buffer.startswith(HEADER)

    def _drop(self, size: int, cause: str, count: int) -> None:
        if size:
            self.drops[cause] += count
            del self._buffer[:size]


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


def _summed(head: bytes) -> bytes:
    return head + bytes([sum(head) & 0xFF])


def _begun(buffer: bytearray, header: bytes) -> int:
    """Return how many bytes at the end of `buffer` may be the beginning of `header`."""
    return next(n for n in range(len(header) - 1, -1, -1) if buffer.endswith(header[:n]))


_KNOWN = {encode_command(command): command for command in Command}
