"""Cards that stand in for real ones in a capture: another person, the same course of events.

A card keeps its kind, and what is wrong with its number; the same card has the same stand-in all
through one capture. Staff (工作人员) get the first invented cards, so that a replay knows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from stdnum.iso7064 import mod_11_2

from gate_agent.contract.identity import NumberFault, check_number, normalise_number
from gate_agent.contract.names import NameFault, check_name
from gate_agent.driver_api import Card, CardType
from gate_agent.emulation.people import synthetic_card

STAFF_STAND_INS = 1000  # the invented cards below this number are staff in every replay
_MONTH = slice(10, 12)
_NO_NAME = "\ufffd"  # of a card whose name cannot be one


class StandIns:
    """The stand-ins of one capture. Real numbers are kept in memory only, and no longer."""

    def __init__(self, is_staff: Callable[[Card], bool]) -> None:
        self._is_staff = is_staff
        self._given: dict[tuple[CardType, str], Card] = {}
        self._staff = 0

    def __call__(self, card: Card) -> Card:
        """Return the card that stands in for `card`."""
        key = card.card_type, card.number
        if key not in self._given:
            self._given[key] = stand_in(card, self._next(card))
        return self._given[key]

    def _next(self, card: Card) -> int:
        if self._staff < STAFF_STAND_INS and self._is_staff(card):
            self._staff += 1
            return self._staff - 1
        return STAFF_STAND_INS + len(self._given)


def staff_numbers() -> list[str]:
    """Return the number of every card that stands in for one of staff, of whatever kind."""
    return [
        _of_kind(synthetic_card(n).number, card_type, n)
        for n in range(STAFF_STAND_INS)
        for card_type in (CardType.RESIDENT, CardType.HMT_PERMIT, CardType.FOREIGNER_2017)
    ]


def stand_in(card: Card, n: int) -> Card:
    """Return the `n`-th invented card, of the kind of `card`, its number as sound as that one's."""
    person = synthetic_card(n)
    number = _of_kind(person.number, card.card_type, n)
    try:
        check_number(card.card_type, normalise_number(card.number))
    except NumberFault as fault:
        number = _faulty(number, fault.code)
    try:
        check_name(card.name)
    except NameFault:
        person = replace(person, name=_NO_NAME)
    return replace(person, card_type=card.card_type, number=number)


def _of_kind(number: str, card_type: CardType, n: int) -> str:
    match card_type:
        case CardType.RESIDENT | CardType.FOREIGNER_2023:  # 999999… is the shape of both
            return number
        case CardType.HMT_PERMIT:
            return _checked("810000" + number[6:-1])
        case CardType.FOREIGNER_2017:
            return f"XXX{n:012d}"
        case CardType.HM_TRAVEL:
            return f"H{n:08d}"
        case CardType.TAIWAN_TRAVEL:
            return f"{n:08d}"
        case CardType.MILITARY:
            return f"军字第{n:08d}号"
        case CardType.PASSPORT | CardType.OTHER:
            return f"X{n:08d}"


def _faulty(number: str, code: str) -> str:
    match code:
        case "check_character":
            return number[:-1] + ("1" if number[-1] == "0" else "0")
        case "birth_date":
            return _checked(number[: _MONTH.start] + "13" + number[_MONTH.stop : -1])
        case _:
            return number[:-1]


def _checked(digits: str) -> str:
    return digits + mod_11_2.calc_check_digit(digits)
