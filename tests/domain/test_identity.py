"""Whose card it is: numbers, hashes, phones, masks."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.contract.identity import (
    NumberFault,
    Secret,
    check_number,
    identify,
    mask_name,
    mask_number,
    mask_phone,
    normalise_number,
    person_ref,
    typed_ref,
)
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy, RosterEntry
from gate_agent.contract.records import Category
from gate_agent.contract.signals import Card, CardType

KEY = bytes(range(32))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, in full


def with_check(first17: str) -> str:
    """Reckon the check character by the standard's table: another way than the code's."""
    total = sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True))
    return first17 + "10X98765432"[total % 11]


GOOD = [
    (CardType.RESIDENT, "11010519491231002X"),  # published
    (CardType.RESIDENT, "440524188001010014"),  # published, born 1880
    # stdnum.cn.ric refuses these: born before their county code was made
    (CardType.RESIDENT, "44010319800101001X"),
    (CardType.RESIDENT, "330106198001010013"),
    (CardType.RESIDENT, "320503198001010014"),
    (CardType.RESIDENT, "510202198001010017"),
    (CardType.RESIDENT, with_check("65901219960229123")),  # a new area, a leap day
    (CardType.RESIDENT, with_check("99999920000101001")),  # an area that no document has
    (CardType.HMT_PERMIT, "810000199001010019"),
    (CardType.HMT_PERMIT, with_check("82000019900101001")),
    (CardType.HMT_PERMIT, with_check("83000019900101001")),
    (CardType.FOREIGNER_2017, "KAZ110090123105"),
    (CardType.FOREIGNER_2023, "911398199012310021"),
    (CardType.HM_TRAVEL, "H12345678"),
    (CardType.HM_TRAVEL, "M1234567801"),
    (CardType.TAIWAN_TRAVEL, "12345678"),
    (CardType.TAIWAN_TRAVEL, "1234567801"),
    (CardType.MILITARY, "军字第1234567号"),
    (CardType.MILITARY, "南字第20301234号"),
    (CardType.OTHER, "K123456(7)"),
    (CardType.PASSPORT, "E12345678"),
]
BAD = [
    (CardType.RESIDENT, "110105194912310021", "check_character"),
    (CardType.RESIDENT, "1101051949123100X2", "shape"),
    (CardType.RESIDENT, "11010519491231002", "shape"),
    (CardType.RESIDENT, "011105194912310026", "shape"),
    (CardType.RESIDENT, "", "shape"),
    (CardType.RESIDENT, with_check("11010519490229001"), "birth_date"),  # no leap year
    (CardType.RESIDENT, with_check("11010518790101001"), "birth_date"),
    (CardType.RESIDENT, with_check("11010521000101001"), "birth_date"),
    (CardType.RESIDENT, with_check("11010519491301001"), "birth_date"),
    (CardType.RESIDENT, "810000199001010019", "shape"),  # of Hong Kong
    (CardType.RESIDENT, with_check("82000019900101001"), "shape"),
    (CardType.RESIDENT, with_check("83000019900101001"), "shape"),
    (CardType.RESIDENT, "911398199012310021", "shape"),  # a foreigner's
    (CardType.HMT_PERMIT, "11010519491231002X", "shape"),
    (CardType.HMT_PERMIT, with_check("84000019900101001"), "shape"),
    (CardType.HMT_PERMIT, "810000199001010018", "check_character"),
    (CardType.FOREIGNER_2017, "KA1110090123105", "shape"),
    (CardType.FOREIGNER_2017, "KAZ11009012310", "shape"),
    (CardType.FOREIGNER_2017, "911398199012310021", "shape"),
    (CardType.FOREIGNER_2023, "811398199012310021", "shape"),
    (CardType.FOREIGNER_2023, "911398199012310022", "check_character"),
    (CardType.FOREIGNER_2023, with_check("91139819901331002"), "birth_date"),
]


@pytest.mark.parametrize(("card_type", "number"), GOOD)
def test_a_number_that_can_be_one_is_accepted(card_type: CardType, number: str) -> None:
    check_number(card_type, normalise_number(number))


@pytest.mark.parametrize(("card_type", "number", "code"), BAD)
def test_a_number_that_cannot_be_one_is_refused_with_its_cause(
    card_type: CardType, number: str, code: str
) -> None:
    with pytest.raises(NumberFault) as caught:
        check_number(card_type, number)

    assert caught.value.code == code
    assert not any(number[i : i + 6] in str(caught.value) for i in range(len(number) - 5))


@given(
    st.integers(100000, 799999),
    st.dates(date(1880, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 17),
    st.integers(1, 9),
)
def test_one_wrong_digit_never_passes(
    area: int, born: date, order: int, place: int, shift: int
) -> None:
    number = with_check(f"{area}{born:%Y%m%d}{order:03d}")
    check_number(CardType.RESIDENT, number)

    digit = "0123456789X".index(number[place])
    other = number[:place] + str((digit + shift) % 10) + number[place + 1 :]

    if other != number:
        with pytest.raises(NumberFault):
            check_number(CardType.RESIDENT, other)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "11010519491231002X\0",
    ],
)
def test_however_it_is_written_a_number_names_one_person(typed: str) -> None:
    assert normalise_number(typed) == "11010519491231002X"
    assert person_ref(typed, KEY) == person_ref("11010519491231002X", KEY)


def test_a_person_ref_is_the_keyed_hash_of_the_number() -> None:
    expected = hmac.new(KEY, b"11010519491231002X", hashlib.sha256).hexdigest()

    assert person_ref("11010519491231002X", KEY) == expected
    assert person_ref("11010519491231002X", bytes(32)) != expected


def test_who_is_on_the_roster_is_staff_and_everybody_else_a_visitor() -> None:
    card = Card(card_type=CardType.RESIDENT, name="张三", number="11010519491231002x")
    ref = person_ref(card.number, KEY)

    assert identify(card, KEY, Policy()).category is Category.VISITOR
    staff = identify(card, KEY, Policy(roster=(RosterEntry(person_ref=ref, on_duty=False),)))

    assert staff.category is Category.STAFF
    assert staff.person_ref == ref
    assert staff.name.reveal() == "张三"
    assert staff.number.reveal() == "11010519491231002X"


def test_a_person_and_a_secret_print_nothing_personal() -> None:
    card = Card(card_type=CardType.RESIDENT, name="张三", number="11010519491231002X")
    person = identify(card, KEY, Policy())
    secret = Secret("张三")

    for text in (repr(person), str(person), f"{person}", repr(secret), str(secret), f"{secret}"):
        assert "张" not in text
        assert "19491231" not in text
    assert secret == Secret("张三")
    assert secret != Secret("李四")


def test_masks_leave_what_a_guard_needs_to_tell_people_apart() -> None:
    assert mask_name("张三") == "张*"
    assert mask_name("欧阳小明") == "欧***"
    assert mask_name("") == ""
    assert mask_number("11010519491231002X") == "110***********002X"
    assert mask_number("KAZ110090123105") == "KAZ********3105"
    assert mask_phone("+8613800135678") == "138****5678"
    assert mask_phone("13800135678") == "138****5678"


@given(st.text(max_size=30))
def test_a_mask_keeps_the_length_and_hides_the_middle(text: str) -> None:
    masked = mask_number(text)

    assert len(masked) == len(text)
    assert set(masked[3:-4]) <= {"*"}
    assert len(text) > 7 or set(masked) <= {"*"}


def typed(number: str, country: str, kind: CardType = CardType.PASSPORT, name: str = "A B") -> Card:
    return Card(card_type=kind, name=name, number=number, country=country)


def test_one_number_of_two_countries_or_two_kinds_is_two_people() -> None:
    documents = [
        typed("123456789", "RUS"),
        typed("123456789", "USA"),
        typed("123456789", "RUS", CardType.OTHER),
    ]

    refs = {identify(card, KEY, Policy()).person_ref for card in documents}

    assert len(refs) == 3
    assert identify(typed("123456789", "rus"), KEY, Policy()).person_ref in refs
    assert typed_ref("passport:RUS:123 456 789", KEY) in refs
    assert person_ref("123456789", KEY) not in refs


@pytest.mark.parametrize("country", ["", "RU", "R1S", "俄罗斯"])
def test_a_passport_without_its_country_names_nobody(country: str) -> None:
    with pytest.raises(NumberFault) as caught:
        identify(typed("123456789", country), KEY, Policy())

    assert caught.value.code == "country"


def test_a_readers_card_keeps_its_hash_whatever_its_kind() -> None:
    for kind, number in GOOD[:13]:
        old = hmac.new(KEY, normalise_number(number).encode(), hashlib.sha256).hexdigest()
        card = Card(card_type=kind, name="张三", number=number)
        assert identify(card, KEY, Policy()).person_ref == old
        assert typed_ref(number, KEY) == old


def test_nobody_is_born_after_today() -> None:
    tomorrow = with_check("11010520261202001")

    check_number(CardType.RESIDENT, tomorrow, today=date(2026, 12, 2))
    with pytest.raises(NumberFault) as caught:
        check_number(CardType.RESIDENT, tomorrow, today=date(2026, 12, 1))

    assert caught.value.code == "birth_date"


def test_a_board_whose_clock_stands_still_refuses_no_young_person() -> None:
    stuck = Moment(utc=datetime(1970, 1, 1, tzinfo=UTC), boot_ns=0)
    ahead = Moment(utc=datetime(2026, 12, 1, 20, tzinfo=UTC), boot_ns=0)

    assert stuck.newest_day >= date(2026, 1, 1)
    assert ahead.newest_day == date(2026, 12, 2), "it is the next morning in the hall"
