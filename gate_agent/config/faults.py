"""What is wrong with a file that a person wrote, in words: where, what was expected, what came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gate_agent.contract.shape import Path, steps

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_VENDOR_PREFIX = "Value error, "
# Somebody may write a person where a digest belongs, or an address with a password in it.
_NAME, _LONG_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,40}"), re.compile("[0-9]{6}")
_HAN = re.compile(r"[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LONGEST_KEY = 40  # of which anything is told
_WITH_CONTENT = (dict, list, bytes)  # there it may stand in what is told as a whole
_OUR_WIDTHS = ("W", "F")  # Chinese, and what is typed as wide as it: both are seen as they are
_LOOKS_LIKE = str.maketrans("асекорхуіѕԁɡ", "acekopxyisdg")  # Cyrillic, seen as Latin
_PRIVATE = {"person_ref", "phone", "number", "roster", "appointments", "cancelled", "watch", "urls"}


def fault(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one line, such as `mqtt.window: expected …, got 0`."""
    loc = error["loc"]
    where = shown(loc)
    is_told = not _PRIVATE.intersection(loc) and not isinstance(error["input"], _WITH_CONTENT)
    got = repr(error["input"]) if is_told else "another form"
    match error["type"]:
        case "missing":
            return f"{where}: expected a value, got nothing"
        case "extra_forbidden":
            meant = nearest(str(loc[-1]), _keys(model, loc[:-1]))
            return f"{where}: expected a known key: {meant}, got this one"
        case "string_pattern_mismatch":
            return f"{where}: expected {_wanted(model, error)}, got {got}"
        case "value_error":
            return f"{where}: {error['msg'].removeprefix(_VENDOR_PREFIX)}"
        case _:
            wanted = error["msg"].replace("Input should be", "expected", 1)
            wanted = wanted.replace("String should", "expected a string that should", 1)
            return f"{where}: {wanted}, got {got}"


def own_faults(errors: Iterable[ErrorDetails]) -> list[ErrorDetails]:
    """Return the faults that somebody made: a list is not too short for what is wrong in it."""
    every = list(errors)
    return [
        one for one in every
        if one["type"] != "too_short"
        or not any(
            len(other["loc"]) > len(one["loc"]) and other["loc"][: len(one["loc"])] == one["loc"]
            for other in every
        )
    ]  # fmt: skip


def _wanted(model: type[BaseModel], error: ErrorDetails) -> str:
    """Return what this very text must be: as its field says, else like an example, else by form.

    What a list says of itself is said of its plain entries, too, and of no field of a row.
    """
    *_, place = steps(model, error["loc"])
    if place.field is None:
        *_, place = (step for step in steps(model, error["loc"]) if step.field is not None)
    if place.description:
        return place.description
    examples = (place.field and place.field.examples) or ()
    return " or ".join(["text such as " + str(one) for one in examples[:1]]) or (
        f"text of the form {error.get('ctx', {}).get('pattern', '')}"
    )


def shown(loc: Path) -> str:
    """Return a path to tell: a name as it is, another key so that one sees what it is made of."""
    return ".".join(_shown(loc, at) for at in range(len(loc))) or "file"


def _shown(loc: Path, at: int) -> str:
    """Return a key so that what is wrong with it is seen: a blank, a letter like another one.

    A person's name or number may stand where ours belongs: below what holds people nothing of
    theirs is told, and nowhere a number or a Chinese word, which no key of ours is: the line is.
    """
    part = str(loc[at])
    if (
        _LONG_NUMBER.search(part)
        or _HAN.search(part)
        or (_NAME.fullmatch(part) is None and _PRIVATE.intersection(loc[:at]))
    ):
        return "?"
    if _NAME.fullmatch(part):
        return part
    seen = (
        one if "!" <= one <= "~" or unicodedata.east_asian_width(one) in _OUR_WIDTHS
        else f"\\u{ord(one):04x}"
        for one in part[:_LONGEST_KEY].replace("\u3000", "\u00a0")
    )  # fmt: skip
    return f"'{''.join(seen)}'"


def nearest(key: str, known: Collection[str]) -> str:
    """Return the known key that was meant, in words; all of them where none is near."""
    typed = unicodedata.normalize("NFKC", key).casefold().translate(_LOOKS_LIKE).strip()
    if near := get_close_matches(typed.replace("-", "_"), known, n=1):
        return f"{near[0]} perhaps"
    return f"one of {', '.join(sorted(known))}" if known else "none here"


def _keys(model: type[BaseModel], path: Path) -> Collection[str]:
    """Return what may stand at `path`."""
    kind = next((step.kind for step in [*steps(model, path)][-1:]), model)
    fields: Mapping[str, object] = kind.model_fields
    return fields.keys()
