"""Frames of the RDM6300 and its kin, 125 kHz tags EM4100 (no I/O).

::

    02  V V N N N N N N N N  S S  03

- V: version, N: number, S: exclusive-or of the five bytes; all as ASCII hexadecimal digits

The number that is printed on a badge is N as ten decimal digits.
Source: vendors' notes and two open implementations; see protocol.md beside this file.
"""

from __future__ import annotations

from gate_agent.driver_api.framing import FrameDecoder, xor8

START, END = b"\x02", b"\x03"
SIZE = 14
_MOST = 2**32 - 1
_DIGITS = frozenset(b"0123456789ABCDEF")


def encode(number: str, version: int = 1) -> bytes:
    """Return the reader's frame for a printed number. ValueError for one that no tag has."""
    if not number.isdecimal() or int(number) > _MOST:
        raise ValueError(
            f"expected a decimal number of at most 32 bits, got {len(number)} characters"
        )
    data = bytes([version]) + int(number).to_bytes(4, "big")
    return START + (data + bytes([xor8(data)])).hex().upper().encode() + END


class Decoder(FrameDecoder[str]):
    """Cuts the reader's stream into printed numbers."""

    def __init__(self) -> None:
        super().__init__(START, size=lambda _: SIZE, parse=_parse)


def _parse(frame: bytes) -> str | None:
    digits = frame[1:-1]
    if frame[-1:] != END or not _DIGITS.issuperset(digits):
        return None
    *data, check = bytes.fromhex(digits.decode())
    if xor8(bytes(data)) != check:
        return None
    return f"{int.from_bytes(data[1:], 'big'):010d}"
