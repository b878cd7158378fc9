"""Names as they stand on documents, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.contract.names import NameFault, check_name, same_name


@pytest.mark.parametrize(
    "name",
    ["张三", "买买提·艾力", "DOE JOHN", "O'NEIL-SMITH, J.", "Nguyễn Văn A", "𠮷田", "\U00031350一",
     "\ue000\u4e00", "علی\u200cرضا", "王"],
)  # fmt: skip
def test_a_name_is_kept_as_on_the_document(name: str) -> None:
    assert check_name(f"  {name} ") == name


@pytest.mark.parametrize(
    "broken",
    ["", "   ", "\u3000", "\uffff\uffff", "\ufffd", "张\ufffd", "张\x00三", "\u202e三张",
     "张\u2066三", "...", "12", "\u200b", "张\n三", "张\ufffe"],
)  # fmt: skip
def test_what_is_blank_or_broken_is_no_name_and_is_not_repeated(broken: str) -> None:
    with pytest.raises(NameFault) as caught:
        check_name(broken)

    assert caught.value.code == "name"
    assert "张" not in str(caught.value)


def test_two_ways_to_compose_a_letter_are_one_name() -> None:
    assert check_name("Nguye\u0302\u0303n") == check_name("Nguy\u1ec5n")


def test_spelling_tells_nobody_apart_and_another_name_does() -> None:
    assert same_name("买买提·艾力", "买买提•艾力")
    assert same_name("Doe  John", "DOE JOHN")
    assert same_name("ＤＯＥ ＪＯＨＮ", "doe john")
    assert not same_name("张三", "李四")
    assert not same_name("张三", "张三丰")


@given(st.text(max_size=20))
def test_whatever_is_taken_has_a_letter_and_nothing_unprintable(text: str) -> None:
    try:
        name = check_name(text)
    except NameFault:
        return

    assert name == name.strip()
    assert any(c.isalpha() or ord(c) >= 0xE000 for c in name)
    assert all(c.isprintable() or ord(c) >= 0xE000 or c in "\u200c\u200d" for c in name)
