"""Questions and answers of Optris CS, CSmicro, CT and Micro-Epsilon thermoMETER (no I/O).

::

    host → head    [B0+n]  01 target · 02 head · 09 box      n: address on RS-485
    head → host    H L

- (H·256 + L − 1000) / 10 °C; high-resolution heads (hs): (H·256 + L − 10000) / 100 °C

No marker, no check, no acknowledgement: being out of step shows in nothing but the size.
Source: the makers' command lists; see protocol.md beside this file.
"""

from __future__ import annotations

from enum import IntEnum

from gate_agent.driver_api.framing import ExactDecoder

SIZE = 2
_ADDRESS = 0xB0
_ZERO, _ZERO_HS = 1000, 10_000
_LEAST_C, _MOST_C = -50, 1030  # of any head of this family: what is beyond is no answer


class Question(IntEnum):
    """What is asked."""

    TARGET = 0x01
    HEAD = 0x02
    BOX = 0x09


def encode_question(question: Question, address: int = 0) -> bytes:
    """Return the host's bytes; address 0: alone on its line."""
    return bytes([_ADDRESS + address, question] if address else [question])


def centi_c(answer: int, *, high_resolution: bool) -> int:
    """Return what the answer's number says, in hundredths of a degree Celsius."""
    return answer - _ZERO_HS if high_resolution else 10 * (answer - _ZERO)


def encode(value_centi_c: int, *, high_resolution: bool) -> bytes:
    """Return the head's answer. OverflowError for a value that does not fit."""
    number = value_centi_c + _ZERO_HS if high_resolution else round(value_centi_c / 10) + _ZERO
    return number.to_bytes(SIZE, "big")


class Decoder(ExactDecoder[int]):
    """Takes one answer a question, in hundredths of a degree Celsius."""

    def __init__(self, *, high_resolution: bool) -> None:
        self._high_resolution = high_resolution
        super().__init__(SIZE, parse=self._parse)

    def _parse(self, answer: bytes) -> int | None:
        value = centi_c(int.from_bytes(answer, "big"), high_resolution=self._high_resolution)
        return value if 100 * _LEAST_C <= value <= 100 * _MOST_C else None
