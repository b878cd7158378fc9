"""Questions and answers of the Guide GD60914 (no I/O).

::

    host → head    A1          single mode, once
    host → head    AA object · AB forehead · AC wrist
    head → host    7 ASCII characters: a number, tenths of °C, filled up with what is no digit

There is no check: an answer is one only if it is exactly seven characters of that form.
Source: one open component for ESPHome; see protocol.md beside this file.
"""

from __future__ import annotations

import re

from gate_agent.driver_api.framing import ExactDecoder

SINGLE = 0xA1
MODES = {"object": 0xAA, "forehead": 0xAB, "wrist": 0xAC}
SIZE = 7
_NUMBER = re.compile(rb"[ \0]*([+-]?[0-9]{1,5})[ \0\r\n]*")


def encode(tenths: int) -> bytes:
    """Return the head's answer. ValueError for a number that does not fit."""
    answer = f"{tenths:05d}\r\n".encode()
    if len(answer) != SIZE:
        raise ValueError(f"expected at most 5 characters of number, got {tenths}")
    return answer


class Decoder(ExactDecoder[int]):
    """Takes one answer a question, in tenths of a degree Celsius."""

    def __init__(self) -> None:
        super().__init__(SIZE, parse=_parse)


def _parse(answer: bytes) -> int | None:
    matched = _NUMBER.fullmatch(answer)
    return None if matched is None else int(matched[1])
