"""From registers to hundredths of a degree and back (no I/O)."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

_CENTI = {"degrees": 100, "tenths": 10, "hundredths": 1}


def centi_c(registers: Sequence[int], *, kind: str, word_order: str, scale: str) -> int | None:
    """Return what these registers say, in hundredths of a degree; None for what is no number."""
    words = list(registers) if word_order == "big" else list(reversed(registers))
    data = b"".join(word.to_bytes(2, "big") for word in words)
    if kind == "float32":
        (number,) = struct.unpack(">f", data)
        return round(number * _CENTI[scale]) if math.isfinite(number) else None
    return int.from_bytes(data, "big", signed=kind != "uint16") * _CENTI[scale]


def registers_of(value_centi_c: int, *, kind: str, word_order: str, scale: str) -> list[int]:
    """Return the registers that say so, as near as the scale allows."""
    number = value_centi_c / _CENTI[scale]
    if kind == "float32":
        data = struct.pack(">f", number)
    else:
        size = 4 if kind == "int32" else 2
        data = (round(number) % (1 << 8 * size)).to_bytes(size, "big")
    words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    return words if word_order == "big" else words[::-1]
