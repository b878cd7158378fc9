"""Reads a message at once, where every reader of JSON reads the same in it. Pure.

`wire` reads whatever comes, in several passes over Python objects. Nearly all that comes was
written by a program that knows the same fields: that pydantic's own reader takes in one pass, and
a count proves that nothing else could be read in it. What is not proved is not refused here: it is
left to `wire`, which says what is wrong with it.

- Half a character, another encoding, a broken form: pydantic refuses them.
- A key twice, a field that is not known: as many `":` stand in the bytes as keys in what was read.
  Each key ends with one of its own, where no blank stands between `"` and `:`.
- A number of any size, more levels than anything of ours has: the field's type bounds them, or
  they are looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gate_agent.contract.json_text import DEEPEST, LARGEST, WIDEST

M = TypeVar("M", bound=BaseModel)
_SPACED_KEY = re.compile(rb'"[ \n\t\r]')
_LEVELS = DEEPEST // 2  # of what a message carries as it came
_LISTS = (tuple, list)


class _NotSure(Exception):  # noqa: N818 it says nothing against the message
    """What was read has something in it that wants a closer look."""


def read_at_once(model: type[M], payload: bytes) -> M | None:
    """Return the message as `wire` reads it, with nothing unread; None where that is not sure."""
    if len(payload) > LARGEST or (
        # most messages have no blank at all: that is seen four times quicker than where one is
        (b" " in payload or b"\n" in payload or b"\t" in payload or b"\r" in payload)
        and _SPACED_KEY.search(payload)
    ):
        return None
    try:
        value = model.__pydantic_validator__.validate_json(payload)
        keys = _keys(value)
    except (ValueError, _NotSure):
        return None
    return value if keys == payload.count(b'":') else None


def _keys(value: Any, level: int = 0) -> int:
    """Return how many keys there are in what was read, at every level. Raises _NotSure."""
    keys, inner = 0, value
    kind: Any = type(value)
    if (names := _looked_at(kind)) is not None:
        fields = value.__dict__
        keys, inner = len(value.__pydantic_fields_set__), [fields[name] for name in names]
    elif isinstance(value, dict):
        keys, inner = len(value), value.values()
    elif not isinstance(value, _LISTS):
        raise _NotSure
    if level > _LEVELS:
        raise _NotSure
    for one in inner:
        if not one:
            continue  # nothing, or nothing in it
        kind = type(one)
        if kind is int or kind is float:
            if not -WIDEST <= one < WIDEST:  # which no infinity and no NaN is
                raise _NotSure
        elif kind is not bool and not isinstance(one, str):
            keys += _keys(one, level + 1)
    return keys


@lru_cache(maxsize=256)
def _looked_at(model: type) -> tuple[str, ...] | None:
    """Return a model's fields of which its type does not say enough; None for what is no model."""
    if not issubclass(model, BaseModel):
        return None
    fields = model.model_fields.items()
    return tuple(
        name for name, field in fields if not _is_plain(field.annotation, tuple(field.metadata))
    )


def _is_plain(kind: Any, bounds: tuple[Any, ...] = ()) -> bool:
    """Whether a type has no keys in it, and no number that may be of any size."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _is_plain(kind.__origin__, _bounds(kind.__metadata__))
    if origin in (Union, UnionType):
        return all(_is_plain(one, bounds) for one in get_args(kind))
    if kind in (int, float):
        ends = {end for bound in bounds for end in ("ge", "le") if hasattr(bound, end)}
        return ends == {"ge", "le"}
    is_text = isinstance(kind, type) and issubclass(kind, str | bool | NoneType)
    return is_text or origin is Literal


def _bounds(metadata: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(
        bound
        for one in metadata
        for bound in (one.metadata if isinstance(one, FieldInfo) else (one,))
    )
