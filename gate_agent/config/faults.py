"""What is wrong with a file that a person wrote, in words: where, what was expected, what came."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gate_agent.contract.shape import Path, steps

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_VENDOR_PREFIX = "Value error, "
# Somebody may write a person where a digest belongs, or an address with a password in it.
_NAME, _LONG_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,40}"), re.compile("[0-9]{6}")
_WITH_CONTENT = (dict, list, bytes)  # there it may stand in what is told as a whole
_PRIVATE = {"person_ref", "phone", "number", "roster", "appointments", "watch", "urls"}


def fault(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one line, such as `mqtt.window: expected …, got 0`."""
    loc = error["loc"]
    where = ".".join(part if _is_a_name(part) else "?" for part in map(str, loc)) or "file"
    is_told = not _PRIVATE.intersection(loc) and not isinstance(error["input"], _WITH_CONTENT)
    got = repr(error["input"]) if is_told else "another form"
    match error["type"]:
        case "missing":
            return f"{where}: expected a value, got nothing"
        case "extra_forbidden":
            meant = nearest(str(loc[-1]), _keys(model, loc[:-1]))
            return f"{where}: expected a known key: {meant}, got this one"
        case "string_pattern_mismatch":
            said = [step.description for step in steps(model, loc) if step.description]
            return f"{where}: expected {said[-1] if said else 'another form'}, got {got}"
        case "value_error":
            return f"{where}: {error['msg'].removeprefix(_VENDOR_PREFIX)}"
        case _:
            wanted = error["msg"].replace("Input should be", "expected", 1)
            wanted = wanted.replace("String should", "expected a string that should", 1)
            return f"{where}: {wanted}, got {got}"


def _is_a_name(part: str) -> bool:
    """Whether a key may be told: a person's name or number may stand where ours belongs."""
    return _NAME.fullmatch(part) is not None and _LONG_NUMBER.search(part) is None


def nearest(key: str, known: Collection[str]) -> str:
    """Return the known key that was meant, in words; all of them where none is near."""
    if near := get_close_matches(key, known, n=1):
        return f"{near[0]} perhaps"
    return f"one of {', '.join(sorted(known))}" if known else "none here"


def _keys(model: type[BaseModel], path: Path) -> Collection[str]:
    """Return what may stand at `path`."""
    kind = next((step.kind for step in [*steps(model, path)][-1:]), model)
    fields: Mapping[str, object] = kind.model_fields
    return fields.keys()
