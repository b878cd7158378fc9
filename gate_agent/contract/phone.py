"""Phone numbers (手机号码): strict characters, E.164 out; nothing is guessed.

A mobile number of mainland China is taken by its length and its first two digits: carriers get
new ranges sooner than any library learns of them. Other countries' numbers are typed in
international form and judged by libphonenumber's tables. No text here has a digit of a number.
"""

from __future__ import annotations

import re
import unicodedata

_CHARACTERS = re.compile(r"\+?[0-9 ()\-.]+")
_MAINLAND = re.compile(r"(?:(?:\+|00)86)?(1[3-9][0-9]{9})")


class PhoneFault(ValueError):  # noqa: N818 a fault of what was typed, not of the program
    """This is no number that can be registered; the text has no digit of it."""

    def __init__(self, *, expected: str) -> None:
        self.expected = expected
        super().__init__(f"expected {expected}, got another")


def check_phone(text: str, *, landline: bool = False) -> str:
    """Return a mobile number as E.164 (+8613800138000). Raises PhoneFault.

    A landline is taken where the caller has a reason for it: `landline`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _CHARACTERS.fullmatch(plain):  # O is no 0, and a letter is no key of a telephone
        raise PhoneFault(expected="digits alone, with the country's code after a +")
    digits = re.sub(r"[^0-9+]", "", plain)
    if mainland := _MAINLAND.fullmatch(digits):
        return f"+86{mainland[1]}"
    return _by_the_tables(digits, landline=landline)


def _by_the_tables(digits: str, *, landline: bool) -> str:
    import phonenumbers  # noqa: PLC0415 a second of start-up, needed once such a phone is typed

    kinds = phonenumbers.PhoneNumberType
    wanted = {kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE}
    expected = "a mobile number: 11 digits from 13 to 19, or one of another country after a +"
    if landline:
        wanted |= {kinds.FIXED_LINE}
        expected = "a landline with its area code, or a mobile number"
    try:
        phone = phonenumbers.parse(re.sub("^00", "+", digits), "CN" if landline else None)
    except phonenumbers.NumberParseException:
        raise PhoneFault(expected=expected) from None
    if not phonenumbers.is_valid_number(phone) or phonenumbers.number_type(phone) not in wanted:
        raise PhoneFault(expected=expected)
    return phonenumbers.format_number(phone, phonenumbers.PhoneNumberFormat.E164)
