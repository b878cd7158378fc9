"""Free text of a guard (说明、事由) stands in clear in events: nobody's number may be in it."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = r"[\s\-.()]*"
_SEVEN_DIGITS = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{6}}")  # telephones and documents have more
_PERSONAL = re.compile(
    rf"(?<![0-9])(?:1{_BETWEEN}[3-9](?:{_BETWEEN}[0-9]){{9}}|[0-9](?:{_BETWEEN}[0-9]){{16}}[0-9X])"
    r"(?![0-9])"
)


def without_number(text: str) -> str:
    """Return `text`; ValueError where it holds what may be a telephone's or document's number."""
    if _SEVEN_DIGITS.search(unicodedata.normalize("NFKC", text)):
        raise ValueError("expected no telephone or document number in free text")
    return text


def file_reference(text: object) -> object:
    """Return an office's reference number in one form, however it was typed; None for a blank one.

    Full-width digits and brackets become plain ones. Raises ValueError where it is a mobile or an
    identity number.
    """
    if not isinstance(text, str):
        return text  # the model refuses it
    number = unicodedata.normalize("NFKC", text).strip()
    if _PERSONAL.search(number.upper()):
        raise ValueError("expected a reference, got what may be a person's number")
    return number or None
