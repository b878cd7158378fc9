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
_SEALED = re.compile(r"sealed:([0-9a-f]{16}):([0-9A-Za-z+/=]+)")
_REFERENCE = re.compile(
    r"[\u4e00-\u9fff]{0,8}\u3014[0-9]{4}\u3015[0-9]{1,6}\u53f7|[A-Z]{0,8}-?20[0-9]{2}[0-9-]{2,20}"
)
M = TypeVar("M", bound=BaseModel)


@cache
def free_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a record that hold what somebody wrote freely."""
    return tuple(
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("x-free-text")
    )


def with_texts(record: M, change: Callable[[str], str]) -> M:
    """Return the record with each free text changed; the same one where none is."""
    changes: dict[str, object] = {}
    for name in free_fields(type(record)):
        value = getattr(record, name)
        if isinstance(value, str):
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
    """Whether this is a file's number (文号、受理编号) by its form: it names nobody."""
    return _REFERENCE.fullmatch(text) is not None and not _PERSONAL.search(text)


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
