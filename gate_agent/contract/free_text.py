"""Free text of a guard (说明、事由) may name somebody: it leaves the door sealed, or not at all.

A field whose schema says `x-free-text` is one. What is recorded of it is in clear only where it is
a word that this program or the policy offers; else it is `sealed:<key id>:<base64>`, a sealed box
to the collector's key, as a registration is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

_BETWEEN = r"[\s\-.()]*"
_SEVEN_DIGITS = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{6}}")  # telephones and documents have more
_PERSONAL = re.compile(
    rf"(?<![0-9])(?:1{_BETWEEN}[3-9](?:{_BETWEEN}[0-9]){{9}}|[0-9](?:{_BETWEEN}[0-9]){{16}}[0-9X])"
    r"(?![0-9])"
)

FREE: dict[str, Any] = {"x-free-text": True}
REFERENCE: dict[str, Any] = FREE | {"x-reference": True}  # 受理编号: sealed only by its own rule
_SEALED = re.compile(r"sealed:([0-9a-f]{16}):([0-9A-Za-z+/=]+)")
_SHAPE = re.compile(
    r"(?=.*[0-9])[0-9A-Za-z\u3007\u4e00-\u9fff\u3014\u3015()\[\]\u3010\u3011/.:#_ -]{1,40}"
)
_LONG_NUMBER = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{6,}}")
_LETTERS = re.compile(r"[A-Za-z]{9,}|(?![A-Z]+(?![A-Za-z]))[A-Za-z]{4,}")  # JACDC, No; no name
_HAN = re.compile(r"[\u3007\u4e00-\u9fff]{2,}(?![\u3014\u3010\[(][0-9]{4})")
_COUNTED = re.compile("[第号字年月日]")
_OFFICE = re.compile(  # 区接, 受, 编 …, or what offices of the district are called
    ".?[接受编报文函]?|.*(?:[区市县旗疾疫]|卫健|防控|防办|应急|指挥).*"
)
M = TypeVar("M", bound=BaseModel)


@cache
def free_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a record that hold what somebody wrote freely."""
    return _marked(model, FREE)


@cache
def _references(model: type[BaseModel]) -> tuple[str, ...]:
    return _marked(model, REFERENCE)


def _marked(model: type[BaseModel], marks: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        name
        for name, field in model.model_fields.items()
        if isinstance(extra := field.json_schema_extra, dict) and marks.items() <= extra.items()
    )


def with_texts(record: M, change: Callable[[str], str]) -> M:
    """Return the record with each free text changed; the same one where none is.

    A file's number in the field of one is none.
    """
    changes: dict[str, object] = {}
    for name in free_fields(type(record)):
        value = getattr(record, name)
        if isinstance(value, str):
            if name in _references(type(record)) and is_reference(value):
                continue
            now: object = change(value)
        elif isinstance(value, tuple):
            now = tuple(change(one) for one in value)
        else:
            continue
        if now != value:
            changes[name] = now
    return record.model_copy(update=changes) if changes else record


def sealed_text(key_id: str, box: str) -> str:
    """Return how a sealed text stands in a record."""
    return f"sealed:{key_id}:{box}"


def sealed_box(text: str) -> tuple[str, str] | None:
    """Return the key's id and the box of a sealed text; None where it stands in clear."""
    matched = _SEALED.fullmatch(text)
    return None if matched is None else (matched[1], matched[2])


def is_reference(text: str) -> bool:
    """Whether this is a file's number (文号、受理编号): nothing in it may be a person's.

    Seven digits or more begin with a year; longer words are an office's name, or stand before the
    year in brackets.
    """
    return (
        _SHAPE.fullmatch(text) is not None
        and not _PERSONAL.search(text)
        and all(one.startswith("20") for one in _LONG_NUMBER.findall(text))
        and not _LETTERS.search(text)
        and all(_OFFICE.fullmatch(_COUNTED.sub("", one)) for one in _HAN.findall(text))
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
