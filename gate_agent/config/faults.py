"""What is wrong with a file that a person wrote, in words: where, what was expected, what came."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gate_agent.contract.shape import Path, steps

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_VENDOR_PREFIX = "Value error, "
# Somebody may write a person where a digest belongs, or an address with a password in it.
_PRIVATE = {"person_ref", "phone", "number", "roster", "appointments", "watch", "urls"}


def fault(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one line, such as `mqtt.window: expected …, got 0`."""
    loc = error["loc"]
    where = ".".join(map(str, loc)) or "file"
    got = "another form" if _PRIVATE.intersection(loc) else repr(error["input"])
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


def nearest(key: str, known: Collection[str]) -> str:
    """Return the known key that was meant, in words; all of them where none is near."""
    if near := get_close_matches(key, known, n=1):
        return f"{near[0]} perhaps"
    return f"one of {', '.join(sorted(known))}" if known else "none here"


def _keys(model: type[BaseModel], path: Path) -> Collection[str]:
    """Return what may stand at `path`."""
    kind = next((step.kind for step in [*steps(model, path)][-1:]), model)
    found: Mapping[str, object] = kind.model_fields
    return found.keys()
