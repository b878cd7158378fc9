"""The 256 bytes of text on a card: four layouts, told apart by the flag at offset 248 (no I/O).

UTF-16LE, each field padded with spaces. Source: vendors' structures and published cards; the
layout of 2023 has one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

SIZE = 256
_FLAG_AT = 248


class Kind(StrEnum):
    """The flag: which card it is."""

    RESIDENT = " "  # 居民身份证
    HMT_PERMIT = "J"  # 港澳台居民居住证
    FOREIGNER_2017 = "I"  # 外国人永久居留身份证
    FOREIGNER_2023 = "Y"


# field → (offset, bytes)
_COMMON = {
    "name": (0, 30),
    "sex": (30, 2),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "authority": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
LAYOUTS: Mapping[Kind, Mapping[str, tuple[int, int]]] = {
    Kind.RESIDENT: {**_COMMON, "nation": (32, 4)},
    Kind.HMT_PERMIT: {**_COMMON, "permit_number": (220, 18), "issue_count": (238, 4)},
    Kind.FOREIGNER_2017: {
        "english_name": (0, 120),
        "sex": (120, 2),
        "number": (122, 30),
        "country": (152, 6),
        "name": (158, 30),
        "valid_from": (188, 16),
        "valid_to": (204, 16),
        "birth": (220, 16),
        "version": (236, 4),
        "accepted_by": (240, 8),
    },
    Kind.FOREIGNER_2023: {
        "name": (0, 30),
        "sex": (30, 2),
        "renewals": (32, 4),
        "birth": (36, 16),
        "english_name": (52, 70),
        "number": (122, 36),
        "valid_from": (188, 16),
        "valid_to": (204, 16),
        "english_name_rest": (220, 22),
        "country": (242, 6),
        "old_number_link": (250, 6),
    },
}


def parse_text(text: bytes) -> tuple[Kind, dict[str, str]]:
    """Return the kind of card and its fields, padding taken off.

    ValueError names no content: a size that is not 256, bytes that are not UTF-16, a flag that
    no card of today has.
    """
    if len(text) != SIZE:
        raise ValueError(f"expected {SIZE} bytes of text, got {len(text)}")
    flag = _field(text, _FLAG_AT, 2) or " "
    try:
        kind = Kind(flag)
    except ValueError:
        raise ValueError(f"expected a card flag of ' JIY', got U+{ord(flag[0]):04X}") from None
    return kind, {name: _field(text, *place) for name, place in LAYOUTS[kind].items()}


def build_text(kind: Kind, fields: Mapping[str, str]) -> bytes:
    """Return the text block of a card. ValueError for a field that is unknown or too long."""
    text = bytearray(" ".encode("utf-16-le") * (SIZE // 2))
    for name, value in fields.items():
        if name not in LAYOUTS[kind]:
            raise ValueError(f"expected a field of {kind.name}, got {name!r}")
        offset, size = LAYOUTS[kind][name]
        encoded = value.encode("utf-16-le")
        if len(encoded) > size:
            raise ValueError(f"{name}: expected at most {size // 2} characters, got {len(value)}")
        text[offset : offset + len(encoded)] = encoded
    text[_FLAG_AT : _FLAG_AT + 2] = kind.value.encode("utf-16-le")
    return bytes(text)


def _field(text: bytes, offset: int, size: int) -> str:
    try:
        return text[offset : offset + size].decode("utf-16-le").strip(" \0")
    except UnicodeDecodeError:
        raise ValueError(f"expected UTF-16 text at offset {offset}, got other bytes") from None
