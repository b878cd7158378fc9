"""Reads what another program sent: leniently, since its version may be newer than ours.

What is known and can be read is taken; what cannot, the reader is told by its path:

- a field that this version does not know is left out;
- a value that an enumeration of ours does not have is read as `UNKNOWN_AS` says, never as fine;
- an entry of a list that cannot be read is left out, whole: half of a right is no right;
- any other field that may be left out, or be null, counts as not given;
- what is required and cannot be read takes the part around it along, and at last the message.

A file that a person wrote is read strictly instead: `config.load`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from gate_agent.contract.at_once import read_at_once
from gate_agent.contract.json_text import read_json
from gate_agent.contract.shape import Path, steps
from gate_agent.contract.unknown import UNKNOWN_AS
from gate_agent.errors import ContractError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
_MOST_PASSES = 20  # a fault may hide another one behind it
_MOST_TOLD = 30
_TELLABLE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_GONE = object()


@dataclass(frozen=True, slots=True)
class Parsed(Generic[M]):
    """A message as far as this version can read it; `unread` names what it could not."""

    value: M
    unread: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # fields of a newer version; told where the model refuses them


def parse_message(model: type[M], payload: bytes) -> Parsed[M]:
    """Return the message in `payload`. Raises ContractError, which names no content."""
    value = read_at_once(model, payload)
    return parse_in_steps(model, payload) if value is None else Parsed(value)


def parse_in_steps(model: type[M], payload: bytes) -> Parsed[M]:
    """Return the same, whatever stands in it."""
    tree = read_json(payload, odd_numbers="mark")
    try:
        return Parsed(validated(model, tree))
    except ValidationError:
        return _parse(model, tree)


def parse_tree(model: type[M], tree: dict[str, Any]) -> Parsed[M]:
    """Return the part of a message that is in `tree`, which stays as it is."""
    try:
        return Parsed(validated(model, tree))
    except ValidationError:
        return _parse(model, deepcopy(tree))


def validated(model: type[M], tree: dict[str, Any]) -> M:
    """Return the message in `tree`, a JSON value. Raises ValidationError, ContractError.

    A strict model is given it as JSON: only there a text may be a time, and a list a tuple.
    """
    if not model.model_config.get("strict"):
        return model.model_validate(tree)
    try:
        document = to_json(tree)
    except PydanticSerializationError:  # a lone surrogate
        raise ContractError(f"{model.__name__}: expected text, got half a character") from None
    return model.model_validate_json(document)


def contract_error(exc: ValidationError) -> ContractError:
    """Name the fields and the faults, and leave the values out: they may be personal data."""
    faults = "; ".join(
        f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}"
        for error in exc.errors(include_input=False, include_url=False, include_context=False)
    )
    return ContractError(f"{exc.title}: {faults}")


def _parse(model: type[M], tree: Any) -> Parsed[M]:
    """Mend `tree` until it can be read."""
    unread: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for _ in range(_MOST_PASSES):
        try:
            value = validated(model, tree)
        except ValidationError as exc:
            changes: dict[Path, Any] = {}
            for error in exc.errors(include_input=False, include_url=False, include_context=False):
                change = _change(model, error)
                if change is None:
                    raise contract_error(exc) from None
                changes |= change
                where = unknown if error["type"] == "extra_forbidden" else unread
                where[_told(next(iter(change)))] = None
            for path in sorted(changes, reverse=True):  # of a list, the last entry first
                _put(tree, path, changes[path])
        else:
            return Parsed(value, tuple(unread)[:_MOST_TOLD], tuple(unknown)[:_MOST_TOLD])
    raise ContractError(f"{model.__name__}: expected a message, got one fault behind another")


def _change(model: type[BaseModel], error: ErrorDetails) -> dict[Path, Any] | None:
    """Return what to put where so that this fault is none; None where nothing helps."""
    loc: Path = error["loc"]
    if error["type"] == "extra_forbidden":
        return {loc: _GONE}
    way = list(steps(model, loc))
    if way and error["type"] != "missing" and _has_word(way[-1].kind):
        return {way[-1].path: UNKNOWN_AS[way[-1].kind]}
    for step in way:
        if step.field is None:  # the first entry, whole
            return {step.path: _GONE}
    for step in reversed(way):
        if step.has_default or step.may_be_none:
            return {step.path: _GONE if step.has_default else None}
    return None


def _has_word(kind: Any) -> bool:
    """Whether there is a value for what is not known of this type, which may have no hash."""
    return (isinstance(kind, type) or get_origin(kind) is Literal) and kind in UNKNOWN_AS


def _put(tree: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        tree = tree[part]
    if value is _GONE:
        del tree[path[-1]]
    else:
        tree[path[-1]] = value


def _told(path: Path) -> str:
    """Return a path to show: no number in a list, and no text that is not a name."""
    names = ("*" if isinstance(part, int) else part for part in path)
    return ".".join(name if name == "*" or _TELLABLE.fullmatch(name) else "?" for name in names)
