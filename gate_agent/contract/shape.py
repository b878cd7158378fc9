"""What a path leads through in a model: its fields, and the entries of its lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One place on the way: an entry of a list or table, where there is no field, or a field."""

    path: Path
    kind: Any  # its type, without what is said about it and without None
    field: FieldInfo | None

    @property
    def has_default(self) -> bool:
        """Whether it may be left out."""
        return self.field is not None and not self.field.is_required()

    @property
    def may_be_none(self) -> bool:
        """Whether None stands for what is not known."""
        return self.field is not None and type(None) in get_args(self.field.annotation)

    @property
    def description(self) -> str:
        """What the field says of itself."""
        return (self.field and self.field.description) or ""


def steps(model: type[BaseModel], path: Sequence[str | int]) -> Iterator[PathStep]:
    """Yield the places from `model` to the end of `path`, or to what the model does not know."""
    kind: Any = model
    for at, part in enumerate(path, start=1):
        here = tuple(path[:at])
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            if field is None:
                return
            kind = _plain(field.annotation)
            yield PathStep(here, kind, field)
        elif get_origin(kind) in (tuple, list, dict):
            kind = _plain([one for one in get_args(kind) if one is not ...][-1])
            yield PathStep(here, kind, None)
        else:
            return


def _plain(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        some = [one for one in get_args(kind) if one is not type(None)]
        return _plain(some[0]) if len(some) == 1 else kind
    return kind
