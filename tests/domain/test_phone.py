"""Phones of people who come: from here, from anywhere, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.contract.phone import PhoneFault, check_phone


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "008613800138000",
        "+86 (138) 0013 8000",
        "１３８００１３８０００",
    ],
)
def test_a_mobile_number_becomes_e164_however_it_was_typed(typed: str) -> None:
    assert check_phone(typed) == "+8613800138000"


@given(st.from_regex("1[3-9][0-9]{9}", fullmatch=True))
def test_every_range_of_the_mainland_is_taken_also_one_that_is_new(typed: str) -> None:
    assert check_phone(typed) == f"+86{typed}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+7 912 345-67-89", "+79123456789"),
        ("+1 415 555 2671", "+14155552671"),
        ("0085291234567", "+85291234567"),
    ],
)
def test_mobiles_of_other_places_are_taken_in_international_form(typed: str, expected: str) -> None:
    assert check_phone(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "138OO138OOO",  # O is no 0: a guessing parser made another person's number of it
        "I3800138000",
        "1380013800",
        "138001380000",
        "12800138000",
        "85291234567",  # without its + it may be anybody's
        "+852912345",
        "+86 010 62770334",
        "010-62770334",
        "110105194912310020",
        "1380013800\u06f0",
        "13800138000x1",
        "12345",
    ],
)
def test_what_is_no_mobile_number_is_refused_without_a_digit_of_it(typed: str) -> None:
    with pytest.raises(PhoneFault) as caught:
        check_phone(typed)

    assert typed == "" or typed not in str(caught.value)


def test_a_landline_is_taken_where_there_is_a_reason_for_it() -> None:
    assert check_phone("010-62770334", landline=True) == "+861062770334"
    assert check_phone("13800138000", landline=True) == "+8613800138000"
    with pytest.raises(PhoneFault, match="area code"):
        check_phone("62770334", landline=True)
