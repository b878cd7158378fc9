"""Who a card names: number rules, the keyed hash that stands for a person, masks for screens.

The rules are our own (docs/decisions/0006): shape, check character, a date that exists. The
area code is no criterion: codes are abolished and made anew, and the people keep their numbers.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_11_2

from gate_agent.contract.entries import entries
from gate_agent.contract.names import NameFault, check_name
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand, Category
from gate_agent.contract.signals import READER_CARDS, Card, CardType

_SHAPES = {
    # 81 to 83 and 9 begin the numbers of the other cards; no document has an area 999999
    CardType.RESIDENT: (
        re.compile(r"(?!8[123]|9(?!99999))[1-9][0-9]{16}[0-9X]"),
        "17 digits and a check character, of a resident",
    ),
    CardType.HMT_PERMIT: (
        re.compile(r"8[123][0-9]{15}[0-9X]"),
        "81, 82 or 83, 15 digits and a check character",
    ),
    CardType.FOREIGNER_2017: (re.compile(r"[A-Z]{3}[0-9]{12}"), "3 letters and 12 digits"),
    CardType.FOREIGNER_2023: (
        re.compile(r"9[0-9]{16}[0-9X]"),
        "9, 16 digits and a check character",
    ),
    CardType.PASSPORT: (re.compile(r"[A-Z0-9]{5,17}"), "5 to 17 letters and digits"),
    CardType.HM_TRAVEL: (re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})"), "H or M and 8 or 10 digits"),
    CardType.TAIWAN_TRAVEL: (re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?"), "8 digits"),
    CardType.MILITARY: (
        re.compile(r"[\u4e00-\u9fff]{0,8}字?第?[0-9]{5,12}号?"),
        "words such as 军字第, and 5 to 12 digits",
    ),
    CardType.OTHER: (
        re.compile(r"(?=.*[0-9])[A-Z0-9\u4e00-\u9fff]{3,30}"),
        "3 to 30 letters and digits, a digit among them",
    ),
}
_COUNTRY = re.compile("[A-Z]{3}")
_OF_ANY_COUNTRY = (CardType.PASSPORT, CardType.OTHER)
_TYPED = re.compile(r"([a-z_]+):([A-Za-z]{3}):(.+)")
_BADGE = re.compile(r"badge:([0-9A-Za-z]{1,20})")
_WITH_CHECK_CHARACTER = (CardType.RESIDENT, CardType.HMT_PERMIT, CardType.FOREIGNER_2023)
_BIRTH = slice(6, 14)  # YYYYMMDD in every 18-character number (GB 11643, GA 2102-2023)
_OLDEST, _NEWEST = 1880, 2099
_KEPT_HEAD, _KEPT_TAIL = 3, 4


class NumberFault(ValueError):  # noqa: N818 a fault of the card, not of the program
    """A card's number cannot be one; `code` says why, and no digit of it is told."""

    def __init__(self, code: str, *, expected: str, got: str) -> None:
        self.expected = expected
        self.got = got
        self.code = code  # shape | check_character | birth_date | country
        super().__init__(f"expected {expected}, got {got}")


CardFault = NumberFault | NameFault
CARD_FAULTS = (NumberFault, NameFault)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Personal text that does not print itself; `reveal` is where it leaves on purpose."""

    _text: str

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __str__(self) -> str:
        return "…"

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who laid the card: a visitor (办事群众) or staff (工作人员)."""

    category: Category
    person_ref: str
    card_type: CardType
    name: Secret
    number: Secret
    by_hand: ByHand | None = None  # where no reader read it
    country: str = ""  # that issued it; "" for what only China issues
    other_name: bool = False  # an earlier visitor with this document had another name


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Who comes with a registered person, a child say; `number` where there is one."""

    name: Secret
    number: Secret | None = None


def normalise_number(text: str) -> str:
    """Return a number as it is hashed and compared: half-width, upper case, no separators."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if not c.isspace() and c not in "-()\0")


def check_number(card_type: CardType, number: str, *, today: date | None = None) -> None:
    """Raise NumberFault unless the normalised `number` can be one of this type of card.

    `today` is the newest day of birth there can be, where the caller knows the day.

    The check character of the 15-character number is not enforced: its rule is known from a
    single example. A passport has no rule that all countries keep.
    """
    shape, expected = _SHAPES[card_type]
    if not shape.fullmatch(number):
        raise NumberFault("shape", expected=expected, got=f"{len(number)} characters, not so")
    if card_type not in _WITH_CHECK_CHARACTER:
        return
    if not mod_11_2.is_valid(number):
        raise NumberFault(
            "check_character", expected="the check character of MOD 11-2", got="another"
        )
    if not _is_birth_date(number[_BIRTH], today):
        until = _NEWEST if today is None else "today"
        raise NumberFault(
            "birth_date",
            expected=f"a date from {_OLDEST} to {until} at characters 7 to 14",
            got="none",
        )


def check_any_card(number: str) -> None:
    """Raise NumberFault unless the normalised `number` can be one of a reader's cards.

    The fault is a resident's card's: of the four it is the one people mean.
    """
    first: NumberFault | None = None
    for card_type in READER_CARDS:
        try:
            check_number(card_type, number)
        except NumberFault as fault:
            first = first or fault
        else:
            return
    if first is not None:
        raise first


def person_ref(
    number: str, site_key: bytes, card_type: CardType = CardType.RESIDENT, country: str = ""
) -> str:
    """Return what stands for a person in every event: a keyed hash, 64 hex digits.

    A document is its kind, who issued it, and its number. The four cards of a reader are all
    China's and no two kinds share a number: theirs is the hash of the number alone, as ever.
    """
    plain = normalise_number(number)
    if card_type not in READER_CARDS:
        plain = f"{card_type}:{country.upper()}:{plain}"
    return hmac.digest(site_key, plain.encode(), "sha256").hex()


def badge_ref(number: str, site_key: bytes) -> str:
    """Return what stands for the holder of a badge (工作证): on the roster as `badge:NUMBER`."""
    digits = normalise_number(number).lstrip("0")
    return hmac.digest(site_key, f"badge::{digits}".encode(), "sha256").hex()


def identify_badge(number: str, site_key: bytes, policy: Policy) -> Person:
    """Return the staff whose badge it is. Raises NumberFault for a badge not on the roster.

    A badge has no name; it names staff, and nobody else.
    """
    ref = badge_ref(number, site_key)
    if ref not in entries(policy).roster:
        raise NumberFault("badge_unknown", expected="a badge on the roster", got="another")
    return Person(
        category=Category.STAFF,
        person_ref=ref,
        card_type=CardType.OTHER,
        name=Secret("badge"),
        number=Secret(number),
    )


def is_badge(text: str) -> bool:
    """Whether this, typed in one line, is a badge: `badge:0006547886`."""
    return _BADGE.fullmatch(text.strip()) is not None


def typed_ref(text: str, site_key: bytes) -> str:
    """Return the person_ref of a document that was typed in one line.

    A reader's card is its number; others are `passport:RUS:123456789`, a badge `badge:0006547886`.
    """
    if (badge := _BADGE.fullmatch(text.strip())) is not None:
        return badge_ref(badge[1], site_key)
    if (matched := _TYPED.fullmatch(text.strip())) and matched[1] in list(CardType):
        return person_ref(matched[3], site_key, CardType(matched[1]), matched[2])
    return person_ref(text, site_key)


def identify(
    card: Card,
    site_key: bytes,
    policy: Policy,
    *,
    by_hand: ByHand | None = None,
    today: date | None = None,
) -> Person:
    """Return the person `card` names; staff are those on the roster. Raises a CardFault.

    `by_hand` says who typed it and why, where no reader read it.
    """
    number = normalise_number(card.number)
    check_number(card.card_type, number, today=today)
    country = _country(card)
    ref = person_ref(number, site_key, card.card_type, country)
    staff = ref in entries(policy).roster
    return Person(
        category=Category.STAFF if staff else Category.VISITOR,
        person_ref=ref,
        card_type=card.card_type,
        name=Secret(check_name(card.name)),
        number=Secret(number),
        by_hand=by_hand,
        country=country,
    )


def _country(card: Card) -> str:
    """Return who issued it; a number without that may be two people's. Raises NumberFault."""
    if card.card_type not in _OF_ANY_COUNTRY:
        return ""
    country = card.country.upper()
    if not _COUNTRY.fullmatch(country):
        expected = "the country or region that issued it, three letters such as RUS or HKG"
        raise NumberFault("country", expected=expected, got="none")
    return country


def mask_name(name: str) -> str:
    """Return 张* for 张三: the first character, a star for each further one."""
    return name[:1] + "*" * len(name[1:])


def mask_number(number: str) -> str:
    """Return 110***********002X: the first three and the last four stay."""
    return _masked(number, _KEPT_HEAD, _KEPT_TAIL)


def mask_phone(phone: str) -> str:
    """Return 138****5678, with or without the country's code before it."""
    return _masked(phone.removeprefix("+86"), _KEPT_HEAD, _KEPT_TAIL)


def _masked(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:  # too short to show any of it
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[-tail:]


def _is_birth_date(digits: str, today: date | None) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not _OLDEST <= year <= _NEWEST:
        return False
    try:
        born = date(year, month, day)
    except ValueError:
        return False
    return today is None or born <= today
