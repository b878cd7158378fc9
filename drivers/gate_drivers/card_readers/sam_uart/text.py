"""The 256 bytes of text on a card: four layouts, told apart by the flag at offset 248 (no I/O).

UTF-16LE, each field padded with spaces. Source: vendors' structures and published cards; the
layout of 2023 has one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from gate_agent.driver_api import Card, CardType

SIZE = 256
ADDRESS_SIZE = 70
_FLAG_AT = 248


class Kind(StrEnum):
    """The flag: which card it is."""

    RESIDENT = " "  # 居民身份证
    HMT_PERMIT = "J"  # 港澳台居民居住证
    FOREIGNER_2017 = "I"  # 外国人永久居留身份证
    FOREIGNER_2023 = "Y"


CARD_TYPES: Mapping[Kind, CardType] = {
    Kind.RESIDENT: CardType.RESIDENT,
    Kind.HMT_PERMIT: CardType.HMT_PERMIT,
    Kind.FOREIGNER_2017: CardType.FOREIGNER_2017,
    Kind.FOREIGNER_2023: CardType.FOREIGNER_2023,
}
_KINDS = {card_type: kind for kind, card_type in CARD_TYPES.items()}
_BIRTH = slice(6, 14)  # in every number of 18 characters

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

    Bytes that are no character become U+FFFD: one bad field costs no other. ValueError, naming no
    content, for a size that is not 256 or a flag that no card of today has.
    """
    if len(text) != SIZE:
        raise ValueError(f"expected {SIZE} bytes of text, got {len(text)}")
    flag = _field(text, _FLAG_AT, 2) or " "
    try:
        kind = Kind(flag)
    except ValueError:
        raise ValueError(f"expected a card flag of ' JIY', got U+{ord(flag[0]):04X}") from None
    return kind, {name: _field(text, *place) for name, place in LAYOUTS[kind].items()}


def parse_card(text: bytes) -> Card:
    """Return what registration needs of a card; ValueError as `parse_text`."""
    kind, fields = parse_text(text)
    name = fields["name"] or _english_name(kind, text)
    return Card(card_type=CARD_TYPES[kind], name=name, number=fields["number"])


def blank_text(flag: str = " ") -> bytes:
    """Return a text block that says nothing but its flag."""
    text = bytearray(" ".encode("utf-16-le") * (SIZE // 2))
    text[_FLAG_AT : _FLAG_AT + 2] = flag.encode("utf-16-le")
    return bytes(text)


def build_text(kind: Kind, fields: Mapping[str, str]) -> bytes:
    """Return the text block of a card. ValueError for a field that is unknown or too long."""
    text = bytearray(blank_text(kind.value))
    for name, value in fields.items():
        if name not in LAYOUTS[kind]:
            raise ValueError(f"expected a field of {kind.name}, got {name!r}")
        offset, size = LAYOUTS[kind][name]
        text[offset : offset + size] = _padded(value, size)
    return bytes(text)


def card_text(card: Card) -> bytes:
    """Return the text block of a card of which only name and number matter."""
    kind = _KINDS[card.card_type]
    fields = {"name": card.name, "number": card.number, "sex": "1", "valid_from": "20200101"}
    if kind is Kind.RESIDENT:
        fields |= {"nation": "01", "birth": card.number[_BIRTH], "valid_to": "长期"}
    return build_text(kind, fields)


def address_item(address: str) -> bytes:
    """Return the item in which a newer address stands, padded as on the card."""
    return _padded(address, ADDRESS_SIZE)


def _english_name(kind: Kind, text: bytes) -> str:
    """Return both parts of the English name as one."""
    places = [LAYOUTS[kind].get(name) for name in ("english_name", "english_name_rest")]
    joined = b"".join(text[place[0] : sum(place)] for place in places if place)
    return _field(joined, 0, len(joined))


def _field(text: bytes, offset: int, size: int) -> str:
    return text[offset : offset + size].decode("utf-16-le", errors="replace").strip(" \0")


def _padded(value: str, size: int) -> bytes:
    encoded = value.encode("utf-16-le")
    if len(encoded) > size:
        raise ValueError(f"expected at most {size // 2} characters, got {len(value)}")
    return encoded + " ".encode("utf-16-le") * ((size - len(encoded)) // 2)
