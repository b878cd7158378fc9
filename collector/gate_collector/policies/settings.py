"""The settings of a policy as its JSON schema tells them: what each may hold, where it is shown.

Pure. A schema that no input is known for is a TypeError when the centre starts, never a setting
without a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from gate_agent.contract.setting import EnteredAt, SettingGroup

_LONG_TEXT = 200  # from here on a text has several lines
Schema = Mapping[str, Any]


class InputKind(StrEnum):
    """How a value is typed."""

    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    TIME = "time"
    DATE = "date"
    MOMENT = "moment"  # a date and a time, by the hall's clock
    PERSON = "person"  # a card's number, hashed as it is read, or the reference itself
    TEXT = "text"
    LONG_TEXT = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every node has; `path` has no row numbers: "calls.phone"."""

    path: str
    group: SettingGroup
    entry: EnteredAt | None
    default: Any
    nullable: bool

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        """The path of the part that it stands in, nothing at the top."""
        return self.path.rpartition(".")[0]

    @property
    def node(self) -> str:
        """What kind of node this is: value, rows or part."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Setting):
    """One value."""

    kind: InputKind
    choices: tuple[str, ...] = ()
    words: str = ""  # the name of the enumeration, where it is one
    whole: bool = False
    scale: int = 1  # so many are stored for each one that is shown: hundredths of a degree
    least: Decimal | None = None
    most: Decimal | None = None
    shortest: int = 0
    longest: int | None = None
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Setting):
    """A list: any number of one node."""

    row: Setting
    fewest: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Setting):
    """Several settings with names."""

    fields: tuple[Setting, ...]

    def units(self) -> Iterator[Setting]:
        """Yield what is set by itself: values, lists, and parts that may be absent as a whole."""
        for field in self.fields:
            if isinstance(field, Part) and not field.nullable:
                yield from field.units()
            else:
                yield field


def settings_of(model: type[BaseModel]) -> Part:
    """Return every setting of `model`. Raises TypeError for one that has no input."""
    schema = model.model_json_schema()
    return _Reader(schema.get("$defs", {})).part("", schema, {}, SettingGroup.OTHER, None)


class _Reader:
    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions

    def part(
        self, path: str, schema: Schema, default: Any, group: SettingGroup, entry: EnteredAt | None
    ) -> Part:
        whole = default if isinstance(default, dict) else {}
        fields = tuple(
            self._node(f"{path}.{name}" if path else name, field, whole.get(name), group, entry)
            for name, field in schema["properties"].items()
        )
        return Part(
            path=path,
            group=group,
            entry=entry,
            default=default,
            nullable=bool(schema.get("nullable")),
            fields=fields,
        )

    def _node(
        self, path: str, field: Schema, default: Any, group: SettingGroup, entry: EnteredAt | None
    ) -> Setting:
        schema = self._resolved(path, field)
        group = SettingGroup(schema.get("x-group", group))
        entry = EnteredAt(schema["x-entry"]) if "x-entry" in schema else entry
        default = schema.get("default") if default is None else default
        if schema.get("type") == "object" and "properties" in schema:
            return self.part(path, schema, default, group, entry)
        common: dict[str, Any] = {
            "path": path,
            "group": group,
            "entry": entry,
            "default": default,
            "nullable": bool(schema.get("nullable")),
        }
        if schema.get("type") == "array" and "items" in schema:
            row = self._node(path, schema["items"], None, group, entry)
            return Rows(
                **common, row=row, fewest=schema.get("minItems", 0), most=schema.get("maxItems")
            )
        return Value(**common, **_typed(path, schema))

    def _resolved(self, path: str, schema: Schema) -> dict[str, Any]:
        """Return `schema` with its reference and its null taken apart; what stands beside wins."""
        resolved = dict(schema)
        if "anyOf" in resolved:
            kinds = [one for one in resolved.pop("anyOf") if one.get("type") != "null"]
            if len(kinds) != 1:
                raise TypeError(f"{path}: expected one kind of value, got {len(kinds)}")
            resolved = {**self._resolved(path, kinds[0]), **resolved, "nullable": True}
        if "$ref" in resolved:
            name = resolved.pop("$ref").rpartition("/")[2]
            resolved = {**self._resolved(path, self._definitions[name]), "name": name, **resolved}
        return resolved


def _typed(path: str, schema: Schema) -> dict[str, Any]:
    match schema.get("type"):
        case "string" if "enum" in schema:
            return {
                "kind": InputKind.CHOICE,
                "choices": tuple(schema["enum"]),
                "words": _snake(schema.get("name", "")),
            }
        case "string":
            return {
                "kind": _text_kind(schema),
                "shortest": schema.get("minLength", 0),
                "longest": schema.get("maxLength"),
                "example": next(iter(schema.get("examples", ())), ""),
            }
        case "boolean":
            return {"kind": InputKind.FLAG}
        case "integer" | "number" as kind:
            return {
                "kind": InputKind.NUMBER,
                "whole": kind == "integer",
                "scale": 100 if path.endswith("_centi_c") else 1,
                "least": _bound(schema, "minimum"),
                "most": _bound(schema, "maximum"),
            }
    raise TypeError(f"{path}: expected a value, a list or a part, got {schema.get('type')}")


def _text_kind(schema: Schema) -> InputKind:
    known = {"time": InputKind.TIME, "date": InputKind.DATE, "date-time": InputKind.MOMENT}
    if schema.get("format") in known:
        return known[schema["format"]]
    if schema.get("x-person"):
        return InputKind.PERSON
    return InputKind.LONG_TEXT if schema.get("maxLength", 0) > _LONG_TEXT else InputKind.TEXT


def _bound(schema: Schema, name: str) -> Decimal | None:
    return Decimal(str(schema[name])) if name in schema else None


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")
