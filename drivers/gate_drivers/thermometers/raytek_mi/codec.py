"""Questions and answers of Raytek and Fluke MI, MI3 (no I/O).

::

    host → head    [nnn] ? T CR            nnn: the box's address on a shared line
    head → host    [nnn] ! T value CR LF

`?T` target, `?I` internal temperature, `V=P` polled mode. `*Syntax Error` is a refusal.
Source: the makers' manuals; see protocol.md beside this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from gate_agent.driver_api.framing import LineDecoder

TARGET, INTERNAL = "T", "I"
_ANSWER = re.compile(rb"(?:[0-9]{3})?!([A-Z]{1,2})([ -]?[0-9]{1,4}(?:\.[0-9]{1,2})?)[CF]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadValue:
    """What the head says of one of its values, in hundredths of a degree Celsius."""

    what: str
    value_centi_c: int


def encode_question(what: str, box: int = 0) -> bytes:
    """Return the host's line; box 0: alone on its line."""
    return f"{_prefix(box)}?{what}\r".encode()


def encode_setting(text: str, box: int = 0) -> bytes:
    """Return the host's line that sets something, such as V=P."""
    return f"{_prefix(box)}{text}\r".encode()


def encode(answer: HeadValue, box: int = 0) -> bytes:
    """Return the head's line."""
    return f"{_prefix(box)}!{answer.what}{answer.value_centi_c / 100:05.1f}\r\n".encode()


class Decoder(LineDecoder[HeadValue]):
    """Cuts the head's stream into what it tells."""

    def __init__(self) -> None:
        super().__init__(parse=_parse, longest=32)


def _parse(line: bytes) -> HeadValue | None:
    matched = _ANSWER.fullmatch(line)
    if matched is None:
        return None
    value = round(Decimal(matched[2].decode().strip()) * 100)
    return HeadValue(what=matched[1].decode(), value_centi_c=value)


def _prefix(box: int) -> str:
    return f"{box:03d}" if box else ""
