"""Frames of Modbus RTU (no I/O): what a master of thermometers and relays needs, and a slave.

::

    read      U 03 AA AA NN NN C C   →   U 03 B  D D … C C
    write     U 05 AA AA FF 00 C C   →   the same
    refused   U 83 E C C

- U: unit 1 to 247; A: address; N: count; B: bytes of data; C: CRC-16, low byte first
- 01 reads coils, 03 holding registers, 04 input registers; 05 writes a coil, 06 a register
- E: 01 function, 02 address, 03 value, 04 failure, 06 busy

Source: Modbus over Serial Line V1.02, Modbus Application Protocol V1.1b3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gate_agent.driver_api.framing import FrameDecoder, crc16_modbus

_CRC_SIZE = 2
_REQUEST_SIZE = 8
_REFUSED = 0x80
_MOST_DATA = 250
_ON, _OFF = 0xFF00, 0x0000


class Function(IntEnum):
    """What a master may ask."""

    READ_COILS = 0x01
    READ_HOLDING = 0x03
    READ_INPUT = 0x04
    WRITE_COIL = 0x05
    WRITE_REGISTER = 0x06


class Refusal(IntEnum):
    """Why a slave refuses."""

    FUNCTION = 1
    ADDRESS = 2
    VALUE = 3
    FAILURE = 4
    BUSY = 6


READS = (Function.READ_COILS, Function.READ_HOLDING, Function.READ_INPUT)
WRITES = (Function.WRITE_COIL, Function.WRITE_REGISTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RtuRequest:
    """`value` is the count of a read, what is written of a write."""

    unit: int
    function: int
    address: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RtuAnswer:
    """`refused` is the slave's exception code; a write is answered by what was asked."""

    unit: int
    function: int
    data: bytes = b""
    refused: int | None = None

    def fits(self, request: RtuRequest) -> bool:
        """Whether this can be the answer to `request`."""
        if (self.unit, self.function) != (request.unit, request.function):
            return False
        if self.refused is not None:
            return True
        if request.function in WRITES:
            return self.data == _two(request.address) + _two(request.value)
        size = (request.value + 7) // 8 if request.function == READS[0] else 2 * request.value
        return len(self.data) == size


def encode_request(request: RtuRequest) -> bytes:
    """Return the master's frame."""
    head = bytes([request.unit, request.function])
    return _checked(head + _two(request.address) + _two(request.value))


def coil(unit: int, address: int, *, on: bool) -> RtuRequest:
    """Return what closes or opens one contact."""
    value = _ON if on else _OFF
    return RtuRequest(unit=unit, function=Function.WRITE_COIL, address=address, value=value)


def encode_answer(answer: RtuAnswer) -> bytes:
    """Return the slave's frame."""
    if answer.refused is not None:
        return _checked(bytes([answer.unit, answer.function | _REFUSED, answer.refused]))
    head = bytes([answer.unit, answer.function])
    if answer.function in READS:
        head += bytes([len(answer.data)])
    return _checked(head + answer.data)


class RtuAnswerDecoder(FrameDecoder[RtuAnswer]):
    """Cuts what one slave sends into answers: the master's ear."""

    def __init__(self, unit: int) -> None:
        super().__init__(bytes([unit]), size=_answer_size, parse=_parse_answer)


class RtuRequestDecoder(FrameDecoder[RtuRequest]):
    """Cuts what the master sends to one slave: the slave's ear, for the emulator."""

    def __init__(self, unit: int) -> None:
        super().__init__(bytes([unit]), size=_request_size, parse=_parse_request)


def words(data: bytes) -> list[int]:
    """Return the registers in `data`, each 16 bits."""
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _answer_size(buffer: bytearray) -> int | None:
    if len(buffer) < 3:  # noqa: PLR2004 unit, function, and how much or why
        return None
    function = buffer[1]
    if function & _REFUSED:
        return 3 + _CRC_SIZE if function & ~_REFUSED in (*READS, *WRITES) else 0
    if function in READS:
        return 3 + buffer[2] + _CRC_SIZE if 1 <= buffer[2] <= _MOST_DATA else 0
    return _REQUEST_SIZE if function in WRITES else 0


def _parse_answer(frame: bytes) -> RtuAnswer | None:
    if frame[-_CRC_SIZE:] != crc16_modbus(frame[:-_CRC_SIZE]):
        return None
    unit, function, body = frame[0], frame[1], frame[2:-_CRC_SIZE]
    if function & _REFUSED:
        return RtuAnswer(unit=unit, function=function & ~_REFUSED, refused=body[0])
    return RtuAnswer(unit=unit, function=function, data=body[1:] if function in READS else body)


def _request_size(buffer: bytearray) -> int | None:
    return None if len(buffer) < _REQUEST_SIZE else _REQUEST_SIZE


def _parse_request(frame: bytes) -> RtuRequest | None:
    if frame[-_CRC_SIZE:] != crc16_modbus(frame[:-_CRC_SIZE]):
        return None
    address, value = words(frame[2:-_CRC_SIZE])
    return RtuRequest(unit=frame[0], function=frame[1], address=address, value=value)


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _checked(frame: bytes) -> bytes:
    return frame + crc16_modbus(frame)
