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

from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ByHand, Category
from gate_agent.contract.signals import READER_CARDS, Card, CardType

_SHAPES = {
    CardType.RESIDENT: (re.compile(r"[1-9][0-9]{16}[0-9X]"), "17 digits and a check character"),
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
    CardType.OTHER: (re.compile(r"[A-Z0-9]{3,30}"), "3 to 30 letters and digits"),
}
_WITH_CHECK_CHARACTER = (CardType.RESIDENT, CardType.HMT_PERMIT, CardType.FOREIGNER_2023)
_BIRTH = slice(6, 14)  # YYYYMMDD in every 18-character number (GB 11643, GA 2102-2023)
_OLDEST, _NEWEST = 1880, 2099
_KEPT_HEAD, _KEPT_TAIL = 3, 4
_CHINA = 86


class NumberFault(ValueError):  # noqa: N818 a fault of the card, not of the program
    """A card's number cannot be one; `code` says why, and no digit of it is told."""

    def __init__(self, code: str, *, expected: str, got: str) -> None:
        self.expected = expected
        self.got = got
        self.code = code  # shape | check_character | birth_date
        super().__init__(f"expected {expected}, got {got}")


class PhoneFault(ValueError):  # noqa: N818 as NumberFault
    """This is no mobile number of mainland China; the text has no digit of it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Who comes with a registered person, a child say; `number` where there is one."""

    name: Secret
    number: Secret | None = None


def normalise_number(text: str) -> str:
    """Return a number as it is hashed and compared: half-width, upper case, no separators."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if not c.isspace() and c not in "-\0")


def check_number(card_type: CardType, number: str) -> None:
    """Raise NumberFault unless the normalised `number` can be one of this type of card.

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
    if not _is_birth_date(number[_BIRTH]):
        raise NumberFault(
            "birth_date",
            expected=f"a date from {_OLDEST} to {_NEWEST} at characters 7 to 14",
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


def person_ref(number: str, site_key: bytes) -> str:
    """Return what stands for a person in every event: keyed hash of the number, 64 hex digits."""
    return hmac.digest(site_key, normalise_number(number).encode(), "sha256").hex()


def identify(
    card: Card, site_key: bytes, policy: Policy, *, by_hand: ByHand | None = None
) -> Person:
    """Return the person `card` names; staff are those on the roster. Raises NumberFault.

    `by_hand` says who typed it and why, where no reader read it.
    """
    number = normalise_number(card.number)
    check_number(card.card_type, number)
    ref = person_ref(number, site_key)
    staff = any(entry.person_ref == ref for entry in policy.roster)
    return Person(
        category=Category.STAFF if staff else Category.VISITOR,
        person_ref=ref,
        card_type=card.card_type,
        name=Secret(card.name.strip()),
        number=Secret(number),
        by_hand=by_hand,
    )


def check_phone(text: str) -> str:
    """Return a mainland mobile number as E.164 (+8613800138000). Raises PhoneFault."""
    import phonenumbers  # noqa: PLC0415 a second of start-up, needed once a phone is typed

    try:
        phone = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as exc:
        raise PhoneFault(f"expected a mobile number, got {len(text)} characters") from exc
    mobile = (
        phone.country_code == _CHINA
        and phonenumbers.is_valid_number(phone)
        and phonenumbers.number_type(phone) == phonenumbers.PhoneNumberType.MOBILE
    )
    if not mobile:
        raise PhoneFault("expected a mobile number of mainland China, got another number")
    return phonenumbers.format_number(phone, phonenumbers.PhoneNumberFormat.E164)


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


def _is_birth_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not _OLDEST <= year <= _NEWEST:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
