"""Frames of the GY-614V3 infrared thermometer (no I/O).

A register protocol; each letter one byte::

    I F R [C] D ... S

- I: id of the module, A4 by default; 00 speaks to any
- F: 03 read, 06 write one register
- R: register; C: count of registers, in a read and its answer only
- D: data, none in a read; S: low byte of the sum of all bytes before it

The data frame is the answer to "read 7 registers from 07", sent by itself in continuous mode::

    A4 03 07 07  E  T T  A A  B B  S

- E: emissivity in hundredths; T: object (目标), A: ambient (环境), B: body (体温, the vendor's
  estimate from a forehead); signed 16 bit, big-endian, hundredths of a degree Celsius

Source: the vendor's register table; see protocol.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, sum8, summed

DEFAULT_ID = 0xA4
ANY_ID = 0x00
READ, WRITE = 0x03, 0x06
HEADER = bytes([DEFAULT_ID, READ, 0x07, 0x07])
DATA_FRAME_SIZE = 12
WRITE_FRAME_SIZE = 5
READ_FRAME_SIZE = 5
SAVE, FACTORY = 0x55, 0xAA  # values of Register.SAVE
CONTINUOUS, QUERY = 0, 1  # values of Register.MODE
BINARY, TEXT = 0, 1  # values of Register.FORMAT
RATES_HZ = (1, 2, 5, 10)  # values 0 to 3 of Register.RATE


class Register(IntEnum):
    """The registers a host may write."""

    ID = 0x00
    BAUD = 0x01
    RATE = 0x02
    MODE = 0x03
    FORMAT = 0x04
    SAVE = 0x05
    OFFSET = 0x06
    EMISSIVITY = 0x07


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the module sees, in hundredths of a degree Celsius, and the emissivity it assumes."""

    object_centi_c: int
    ambient_centi_c: int
    body_centi_c: int
    emissivity_percent: int = 97


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """The host sets one register."""

    register: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The host asks for `count` registers from `register` on; by default for a data frame."""

    register: int = HEADER[2]
    count: int = HEADER[3]


Command = Write | Read


def encode(sight: Sight) -> bytes:
    """Return the module's data frame. OverflowError for a value that does not fit its field."""
    values = (sight.object_centi_c, sight.ambient_centi_c, sight.body_centi_c)
    data = b"".join(value.to_bytes(2, "big", signed=True) for value in values)
    return summed(HEADER + sight.emissivity_percent.to_bytes(1, "big") + data)


def encode_command(command: Command) -> bytes:
    """Return the host's frame."""
    match command:
        case Write():
            return summed(bytes([DEFAULT_ID, WRITE, command.register, command.value]))
        case Read():
            return summed(bytes([DEFAULT_ID, READ, command.register, command.count]))


class Decoder(FrameDecoder[Sight]):
    """Cuts the module's stream into sights."""

    def __init__(self) -> None:
        super().__init__(HEADER, size=lambda _: DATA_FRAME_SIZE, parse=_parse)


class CommandDecoder:
    """Cuts the host's stream into commands: the module's ear, for the emulator."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Command]:
        """Take bytes as they come; return the commands they complete, in order."""
        self._buffer += data
        commands: list[Command] = []
        while len(self._buffer) >= WRITE_FRAME_SIZE:
            frame = bytes(self._buffer[:WRITE_FRAME_SIZE])
            if frame[0] not in (DEFAULT_ID, ANY_ID) or frame != summed(frame[:-1]):
                del self._buffer[:1]
                continue
            del self._buffer[:WRITE_FRAME_SIZE]
            if frame[1] == WRITE:
                commands.append(Write(register=frame[2], value=frame[3]))
            elif frame[1] == READ:
                commands.append(Read(register=frame[2], count=frame[3]))
        return commands


def _sight(data: bytes) -> Sight:
    def signed(at: int) -> int:
        return int.from_bytes(data[at : at + 2], "big", signed=True)

    return Sight(
        emissivity_percent=data[0],
        object_centi_c=signed(1),
        ambient_centi_c=signed(3),
        body_centi_c=signed(5),
    )


def _parse(frame: bytes) -> Sight | None:
    if frame[-1] != sum8(frame[:-1]):
        return None
    return _sight(frame[len(HEADER) : -1])
