"""SAM reader, text of a card: all four kinds, and what must never fail a read."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.driver_api import Card, CardType
from gate_drivers.card_readers.sam_uart.text import (
    CARD_TYPES,
    LAYOUTS,
    Kind,
    address_item,
    build_text,
    card_text,
    parse_card,
    parse_text,
)
from wire import sam_vectors as vectors

CARDS = {
    "T0": (
        vectors.T0, 0xA9, 0x31, 0x32, "d1501e8ca8dbfc6e",
        CardType.RESIDENT, "张三", "11010519491231002X",
    ),
    "J": (
        vectors.J, 0xEB, 0x73, 0x70, "e30e116e163c624a",
        CardType.HMT_PERMIT, "李四", "810000199001010019",
    ),
    "I": (
        vectors.I, 0x46, 0xDE, 0xDD, "d7d3411d2efca97a",
        CardType.FOREIGNER_2017, "约翰", "KAZ110090123105",
    ),
    "Y": (
        vectors.Y, 0x26, 0xBE, 0xBD, "a33bf01db787ddbd",
        CardType.FOREIGNER_2023, "约翰", "911398199012310021",
    ),
}  # fmt: skip

KNOWN_FLAGS = {flag.encode("utf-16-le") for flag in "\0 JIY"}


@pytest.mark.parametrize("name", CARDS)
def test_the_reckoned_block_of_each_kind_of_card_is_met_and_read(name: str) -> None:
    fields, xor, check, check_pictured, digest, card_type, holder, number = CARDS[name]
    text = vectors.block(fields)

    assert sha256(text).hexdigest().startswith(digest)
    assert vectors.xored(text) == xor
    assert vectors.read_reply(text)[-1] == check
    assert vectors.read_reply(text, vectors.WL_PHOTO)[-1] == check_pictured
    assert parse_card(text) == Card(card_type=card_type, name=holder, number=number)


@pytest.mark.parametrize("name", CARDS)
def test_every_field_is_where_the_tables_say(name: str) -> None:
    text = vectors.block(CARDS[name][0])
    kind, parsed = parse_text(text)

    told = {value for offset, _, value in CARDS[name][0] if offset != 248}
    assert told == {value for value in parsed.values() if value}
    assert build_text(kind, parsed) == text


def test_a_card_that_is_valid_for_ever_is_read() -> None:
    assert parse_text(vectors.block(vectors.T0))[1]["valid_to"] == "长期"


def test_a_trailing_x_stays() -> None:
    assert parse_card(vectors.block(vectors.T0)).number.endswith("2X")


@pytest.mark.parametrize("nation", ["00", "57", "99", "穿青", "", "\0\0"])
@pytest.mark.parametrize("sex", ["0", "1", "2", "9", "x"])
def test_no_code_of_nation_or_sex_fails_a_read(nation: str, sex: str) -> None:
    fields = (*vectors.T0, (32, 4, nation), (30, 2, sex))

    assert parse_card(vectors.block(fields)).number == "11010519491231002X"


def test_names_keep_their_own_spaces_and_lose_padding_of_either_kind() -> None:
    spaced = vectors.block((*vectors.T0, (0, 30, "阿 依 古\0\0")))
    full = vectors.block((*vectors.T0, (0, 30, "买买提" * 5)))

    assert parse_card(spaced).name == "阿 依 古"
    assert parse_card(full).name == "买买提" * 5


def test_without_a_chinese_name_the_english_one_counts_in_both_its_parts() -> None:
    long = "VAN DER MEULEN-SCHIMMELPENNINCK, A CORNELIS"
    seventeen = vectors.block((*vectors.I, (158, 30, " " * 15)))
    twenty_three = vectors.block(
        (*vectors.Y, (0, 30, " " * 15), (52, 70, long[:35]), (220, 22, long[35:]))
    )

    assert parse_card(seventeen).name == "DOE, JOHN"
    assert long[34] == " "
    assert parse_card(twenty_three).name == long


def test_bytes_that_are_no_character_cost_their_own_field_only() -> None:
    text = bytearray(vectors.block(vectors.T0))
    text[52:54] = b"\x00\xd8"  # half of a pair, in the address

    assert parse_card(bytes(text)).name == "张三"
    assert parse_text(bytes(text))[1]["address"].startswith("\ufffd")


def test_a_kind_of_card_of_tomorrow_is_refused_without_telling_what_stands_on_it() -> None:
    text = vectors.block((*vectors.T0, (248, 2, "Z")))

    with pytest.raises(ValueError, match=r"^expected a card flag of ' JIY', got U\+005A$"):
        parse_card(text)
    with pytest.raises(ValueError, match="expected 256 bytes of text, got 255"):
        parse_card(text[:-1])


def test_a_field_that_is_unknown_or_too_long_is_not_written() -> None:
    with pytest.raises(ValueError, match="expected a field of RESIDENT, got 'permit_number'"):
        build_text(Kind.RESIDENT, {"permit_number": "H1"})
    with pytest.raises(ValueError, match="expected at most 15 characters, got 16"):
        build_text(Kind.RESIDENT, {"name": "长" * 16})


def test_a_newer_address_is_padded_as_published() -> None:
    assert address_item("北京市海淀区新址路3号") == vectors.NEW_ADDRESS[10:-1]


@given(
    st.sampled_from(list(CARD_TYPES.values())),
    st.text("张王李赵ABC", min_size=1, max_size=15),
    st.integers(),
)
def test_what_the_emulator_writes_the_driver_reads(
    card_type: CardType, name: str, digits: int
) -> None:
    number = f"{abs(digits):018d}"[:15]
    card = Card(card_type=card_type, name=name, number=number)

    assert parse_card(card_text(card)) == card


@given(
    st.binary(min_size=256, max_size=256),
    st.one_of(st.none(), st.sampled_from([" ", "J", "I", "Y", "Z"])),
)
def test_any_block_is_read_or_refused_and_nothing_else(text: bytes, flag: str | None) -> None:
    if flag is not None:
        text = text[:248] + flag.encode("utf-16-le") + text[250:]

    if text[248:250] in KNOWN_FLAGS:
        assert len(parse_card(text).number) <= 18
        assert set(parse_text(text)[1]) == set(LAYOUTS[parse_text(text)[0]])
    else:
        with pytest.raises(ValueError, match=r"^expected a card flag of ' JIY', got U\+"):
            parse_card(text)
