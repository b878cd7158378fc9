"""What codecs share: checksums, and cutting a stream into frames or lines (no I/O).

The one module of the agent that a codec may import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Generic, TypeVar

_F = TypeVar("_F")
_MODBUS_POLYNOMIAL, _MODBUS_START = 0xA001, 0xFFFF
_BYTE_BITS = 8


def sum8(data: bytes | bytearray) -> int:
    """Return the low byte of the sum of all bytes."""
    return sum(data) & 0xFF


def xor8(data: bytes) -> int:
    """Return all bytes, exclusive-or."""
    return reduce(xor, data, 0)


def summed(head: bytes) -> bytes:
    """Return `head` with its sum behind it."""
    return head + bytes([sum8(head)])


def word_sum16(data: bytes) -> int:
    """Return the sum of the little-endian 16-bit words, mod 65536."""
    return (sum(data[0::2]) + (sum(data[1::2]) << _BYTE_BITS)) & 0xFFFF


def crc16_modbus(data: bytes) -> bytes:
    """Return the two bytes that end a Modbus RTU frame, low byte first."""
    crc = _MODBUS_START
    for byte in data:
        crc = (crc >> _BYTE_BITS) ^ _CRC_OF[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def _crc_of(byte: int) -> int:
    for _ in range(_BYTE_BITS):
        byte = (byte >> 1) ^ (_MODBUS_POLYNOMIAL if byte & 1 else 0)
    return byte


_CRC_OF = tuple(map(_crc_of, range(256)))


def begun(buffer: bytes | bytearray, header: bytes) -> int:
    """Return how many bytes at the end of `buffer` may be the beginning of `header`."""
    return next(n for n in range(len(header) - 1, -1, -1) if buffer.endswith(header[:n]))


def seek(buffer: bytearray, header: bytes, drops: Counter[str]) -> bool:
    """Drop what cannot begin a frame; return whether a whole header is in front."""
    at = buffer.find(header)
    if at < 0:
        at = len(buffer) - begun(buffer, header)
    if at:
        drops["noise"] += at
        del buffer[:at]
    return buffer.startswith(header)


class _Held:
    """The bytes of a frame that was begun. `drops` counts what was dropped, by cause."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.drops: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def reset(self) -> None:
        """Forget a frame that was begun: nobody waits for it any more."""
        self.drops["incomplete"] += bool(self._buffer)
        self._buffer.clear()


class FrameDecoder(_Held, Generic[_F]):
    """Cuts a stream into frames that begin with `header`; never raises, whatever comes.

    `size` tells how long the frame is that the buffer begins with: None while that cannot be told
    yet, 0 where no frame begins so. `parse` returns its value, None for one that fails its check.

    `drops` counts by cause: `checksum` and `length` are frames that failed, `noise` is bytes
    outside of frames. After a failed check one byte is dropped and the rest is looked at again: a
    lost byte costs one frame, not the stream.
    """

    def __init__(
        self,
        header: bytes,
        *,
        size: Callable[[bytearray], int | None],
        parse: Callable[[bytes], _F | None],
    ) -> None:
        super().__init__()
        self._header = header
        self._size = size
        self._parse = parse

    def feed(self, data: bytes) -> list[_F]:
        """Take bytes as they come; return what the frames say that they complete, in order."""
        self._buffer += data
        values = []
        while (
            seek(self._buffer, self._header, self.drops)
            and (size := self._size(self._buffer)) is not None
        ):
            if size == 0:
                self._drop("length")
                continue
            if len(self._buffer) < size:
                break
            value = self._parse(bytes(self._buffer[:size]))
            if value is None:
                self._drop("checksum")
                continue
            del self._buffer[:size]
            values.append(value)
        return values

    def _drop(self, cause: str) -> None:
        self.drops[cause] += 1
        del self._buffer[:1]


class LineDecoder(_Held, Generic[_F]):
    """Cuts a stream of text into lines; never raises, whatever comes.

    `parse` returns what a line (without its end) says, None for one that does not fit. An empty
    line is none, so that CR LF ends one line where CR and LF are both in `ends`.

    `drops` counts lines by cause: `length` (longer than any of this device), `form` (no fit).
    """

    def __init__(
        self, *, parse: Callable[[bytes], _F | None], ends: bytes = b"\r\n", longest: int = 256
    ) -> None:
        super().__init__()
        self._parse = parse
        self._ends = frozenset(ends)
        self._longest = longest
        self._too_long = False

    def reset(self) -> None:
        """Forget a line that was begun."""
        super().reset()
        self._too_long = False

    def feed(self, data: bytes) -> list[_F]:
        """Take bytes as they come; return what the lines say that they complete, in order."""
        values = []
        for byte in data:
            if byte not in self._ends:
                if len(self._buffer) < self._longest:
                    self._buffer.append(byte)
                else:
                    self._too_long = True
                continue
            if self._buffer and (value := self._whole()) is not None:
                values.append(value)
        return values

    def _whole(self) -> _F | None:
        line, too_long = bytes(self._buffer), self._too_long
        self._buffer.clear()
        self._too_long = False
        value = None if too_long else self._parse(line)
        if value is None:
            self.drops["length" if too_long else "form"] += 1
        return value


class ExactDecoder(_Held, Generic[_F]):
    """Takes answers that have neither header nor check, only a size: one answer a question.

    What is longer than the answer is out of step, and no answer at all.
    """

    def __init__(self, size: int, *, parse: Callable[[bytes], _F | None]) -> None:
        super().__init__()
        self._size = size
        self._parse = parse

    def feed(self, data: bytes) -> list[_F]:
        """Take bytes as they come; return what the answer says once it is whole."""
        self._buffer += data
        if len(self._buffer) < self._size:
            return []
        answer = bytes(self._buffer)
        self._buffer.clear()
        value = self._parse(answer) if len(answer) == self._size else None
        if value is None:
            self.drops["length" if len(answer) != self._size else "form"] += 1
            return []
        return [value]
