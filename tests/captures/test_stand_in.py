"""Who stands in for a card in a capture: of the same kind, as sound, and always the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gate_agent.capture.stand_ins import STAFF_STAND_INS, StandIns, staff_numbers, stand_in
from gate_agent.contract.identity import NumberFault, check_number
from gate_agent.contract.names import NameFault, check_name
from gate_agent.driver_api import Card, CardType
from gate_agent.emulation.people import synthetic_card
from gate_drivers.card_readers.sam_uart.text import CARD_TYPES

NUMBERS = {
    CardType.RESIDENT: "11010519491231002X",
    CardType.HMT_PERMIT: "810000199001010019",
    CardType.FOREIGNER_2017: "KAZ110090123105",
    CardType.FOREIGNER_2023: "911398199012310021",
    CardType.PASSPORT: "E12345678",
    CardType.HM_TRAVEL: "H12345678",
    CardType.TAIWAN_TRAVEL: "12345679",
    CardType.MILITARY: "军字第1234567号",
    CardType.OTHER: "A1234567",
}


def card(card_type: CardType, number: str | None = None) -> Card:
    return Card(card_type=card_type, name="张三", number=number or NUMBERS[card_type])


@pytest.mark.parametrize("card_type", CardType)
@pytest.mark.parametrize("n", [0, 1, 999, 1000, 31_337])
def test_a_stand_in_is_a_sound_card_of_the_same_kind(card_type: CardType, n: int) -> None:
    other = stand_in(card(card_type), n)

    check_number(card_type, other.number)
    assert other.card_type is card_type
    assert other.name != "张三"
    assert other.number != NUMBERS[card_type]


@pytest.mark.parametrize("name", ["", "  ", "\uffff", "张\ufffd"])
def test_a_broken_name_has_a_broken_stand_in(name: str) -> None:
    with pytest.raises(NameFault):
        check_name(stand_in(replace(card(CardType.RESIDENT), name=name), 1).name)


@pytest.mark.parametrize(
    ("card_type", "number", "code"),
    [
        (CardType.RESIDENT, "11010519491231002", "shape"),
        (CardType.RESIDENT, "110105194912310020", "check_character"),
        (CardType.RESIDENT, "110105194913310021", "birth_date"),
        (CardType.FOREIGNER_2017, "KA1110090123105", "shape"),
        (CardType.FOREIGNER_2023, "911398199012310020", "check_character"),
        (CardType.HMT_PERMIT, "110000199001010019", "shape"),
    ],
)
def test_what_is_wrong_with_a_number_is_wrong_with_its_stand_ins(
    card_type: CardType, number: str, code: str
) -> None:
    for n in range(50):
        with pytest.raises(NumberFault) as caught:
            check_number(card_type, stand_in(card(card_type, number), n).number)
        assert caught.value.code == code


def test_the_same_card_has_the_same_stand_in_and_no_two_share_one() -> None:
    stand_ins = StandIns(lambda _card: False)
    people = [synthetic_card(50_000 + n) for n in range(2000)]

    first = [stand_ins(person) for person in people]

    assert [stand_ins(person) for person in people] == first
    assert len({other.number for other in first}) == len(people)
    assert not {other.number for other in first} & set(staff_numbers())


@pytest.mark.parametrize("card_type", list(CARD_TYPES.values()))
def test_staff_stay_staff(card_type: CardType) -> None:
    stand_ins = StandIns(lambda known: known.name == "张三")
    staff = stand_ins(card(card_type))
    visitor = stand_ins(synthetic_card(50_000))

    assert staff.number in staff_numbers()
    assert visitor.number not in staff_numbers()


def test_more_staff_than_there_are_stand_ins_become_visitors() -> None:
    stand_ins = StandIns(lambda _card: True)
    numbers = [stand_ins(synthetic_card(50_000 + n)).number for n in range(STAFF_STAND_INS + 2)]

    assert len(set(numbers)) == STAFF_STAND_INS + 2
    assert [number in staff_numbers() for number in numbers[-3:]] == [True, False, False]
