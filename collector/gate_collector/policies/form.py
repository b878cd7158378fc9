"""The form of the policy: what its page shows of each setting, and the change that was typed.

Values travel as they are typed: text, ticks, rows of them. Temperatures are in °C, times are the
hall's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from gate_agent.config.faults import own_faults
from gate_agent.contract.hall_times import FIRST_YEAR, LAST_YEAR, is_within_reach
from gate_agent.contract.identity import NumberFault, check_any_card, normalise_number, person_ref
from gate_agent.contract.policy import Policy
from gate_agent.contract.setting import SettingGroup
from gate_agent.contract.wire import validated
from gate_agent.errors import GateError
from gate_agent.words import Lang, word
from gate_collector.policies.setting_words import accepted, label, value_text
from gate_collector.policies.settings import (
    InputKind,
    Part,
    Rows,
    Setting,
    Value,
    settings_of,
)
from gate_collector.roles.session import By

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_VENDOR_PREFIX = "Value error, "
_MOST_SETTINGS = 1000
_MOST_DIGITS = 15
_WRITTEN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_NO_NUMBER: JsonValue = []  # the model refuses it for every number, also where null is one


class Author(BaseModel):
    """Who changes the policy, why, on which version, and from when it holds."""

    model_config = ConfigDict(extra="forbid")
    by: By
    why: str = Field(min_length=1, max_length=400)
    base: int | None = Field(None, ge=0, description="the newest version as the form was shown")
    in_force: int | None = Field(None, ge=0, description="the version that held then")
    valid_from: str = Field("", description="local time such as 2026-12-01T08:30; at once if empty")


class Rules(Author):
    """The settings that somebody changed, by their paths in the policy."""

    settings: dict[str, JsonValue] = Field(
        max_length=_MOST_SETTINGS, examples=[{"hold.recheck_s": "600"}]
    )


class Contradiction(StrEnum):
    """What is wrong with a value that its range does not tell, or between two of them."""

    ORDER = "after_begin"
    TWICE = "each_once"
    NEITHER = "one_of_both"
    UNKNOWN = "known_setting"
    STRANGE = "known_purpose"
    WHOLE = "whole_number"
    HUNDREDTHS = "two_decimals"


class SettingFaults(GateError):  # noqa: N818 it is an answer
    """What was typed is refused; `faults` has the path of each such value."""

    def __init__(self, faults: Mapping[str, Setting | str | None]) -> None:
        self.faults = faults
        super().__init__(f"expected settings as the policy has them, got others: {len(faults)}")

    def told(self, lang: Lang) -> list[dict[str, str]]:
        """Return each path with what its value must be; never what was typed."""
        return [
            {
                "path": path,
                "text": word("form.must", lang) + _said(fault, lang),
            }
            for path, fault in self.faults.items()
        ]


class Unchanged(GateError):  # noqa: N818 it is an answer
    """Nothing was changed: a version that says the same again is none."""


class PolicyForm:
    """The settings of a policy as fields; `model` is another one in tests only."""

    def __init__(
        self, zone: ZoneInfo, site_key: bytes | None = None, model: type[Policy] = Policy
    ) -> None:
        self._zone, self.site_key, self._model = zone, site_key, model
        self.settings = settings_of(model)
        self._units = {unit.path: unit for unit in self.settings.units()}

    def groups(self) -> dict[SettingGroup, dict[str, list[Setting]]]:
        """Return what is set by itself: by the task for which it is looked for, by its part."""
        groups: dict[SettingGroup, dict[str, list[Setting]]] = {}
        for group in SettingGroup:
            for unit in self._units.values():
                if unit.group is group:
                    groups.setdefault(group, {}).setdefault(unit.parent, []).append(unit)
        return groups

    def shown(self, unit: Setting, policy: Policy) -> Any:
        """Return the value of `unit` in `policy` as its fields show it."""
        value: Any = policy
        for name in unit.path.split("."):
            value = getattr(value, name)
        return self._text(unit, value)

    def summary(self, unit: Setting, policy: Policy, lang: Lang) -> list[tuple[str, str]]:
        """Return what a list holds that sheets fill, a text and the path of each column."""
        if not isinstance(unit, Rows) or not isinstance(unit.row, Part):
            raise TypeError(f"{unit.path}: expected rows of parts")
        entries = getattr(policy, unit.path)
        return [
            (f"{label(field, lang)} {self._total(field, entries)}", field.path)
            for field in unit.row.fields
        ]

    def blank(self, node: Setting) -> Any:
        """Return what a new row shows."""
        match node:
            case Part():
                return {field.name: self.blank(field) for field in node.fields}
            case Rows():
                return []
            case _:
                return self._text(node, node.default)

    def change(self, old: Policy, typed: Mapping[str, JsonValue]) -> dict[str, Any]:
        """Return the parts of the document that `typed` sets. Raises SettingFaults, Unchanged."""
        if not typed:
            raise Unchanged("expected a change, got none")
        faults: dict[str, Setting | str | None] = {
            path: Contradiction.UNKNOWN for path in typed if self._is_elsewhere(path)
        }
        typed = {path: value for path, value in typed.items() if path not in faults}
        touched = {path.partition(".")[0] for path in typed}
        tree = old.model_dump(mode="json", include=touched)
        for path, value in typed.items():
            *way, name = path.split(".")
            part = tree
            for step in way:
                part = part[step]
            part[name] = self._read(self._units[path], value)
        try:
            changed = validated(self._model, tree)
        except ValidationError as exc:
            places = {
                ".".join(map(str, error["loc"])): self._fault(error)
                for error in own_faults(exc.errors(include_url=False))
            }
            raise SettingFaults(faults | places) from None
        faults |= dict(_contradictions(changed, touched))
        if faults:
            raise SettingFaults(faults)
        if all(getattr(changed, part) == getattr(old, part) for part in touched):
            raise Unchanged("expected a change, got what is set already")
        return tree

    def _fault(self, error: ErrorDetails) -> Setting | str | None:
        """Return what is told of one value: what it must be, or what contradicts it."""
        match error["type"]:
            case "value_error":
                return error["msg"].removeprefix(_VENDOR_PREFIX)
            case "extra_forbidden":
                return Contradiction.UNKNOWN
        return _of_decimals(self._node_at(error["loc"]), error["input"])

    def _total(self, field: Setting, entries: Sequence[BaseModel]) -> str:
        """Return from when to when, else how many entries have it: a tick, a reference, a code."""
        values = [value for entry in entries if (value := getattr(entry, field.name))]
        if isinstance(field, Value) and field.kind is InputKind.MOMENT and values:
            ends = min(values), max(values)
            return "–".join(value_text(field, end, self._zone).replace("T", " ") for end in ends)
        return str(len(values))

    def _is_elsewhere(self, path: str) -> bool:
        unit = self._units.get(path)
        return unit is None or unit.entry is not None

    def _node_at(self, place: Sequence[int | str]) -> Setting | None:
        node: Setting | None = self.settings
        for step in place:
            if isinstance(node, Rows):
                node = node.row
            elif isinstance(node, Part):
                node = next((field for field in node.fields if field.name == step), None)
        return node

    def _text(self, node: Setting, value: Any) -> Any:
        match node:
            case Rows():
                return [self._text(node.row, one) for one in value or ()]
            case Part():
                return {
                    field.name: self._text(
                        field, value.get(field.name) if isinstance(value, dict)
                        else getattr(value, field.name, None)
                    )
                    for field in node.fields
                }  # fmt: skip
            case Value(kind=InputKind.FLAG):
                return bool(value)
            case Value():
                return value_text(node, value, self._zone)
        raise TypeError(f"expected a value, rows or a part, got {node.node}")

    def _read(self, node: Setting, typed: JsonValue) -> JsonValue:
        """Return what was typed as the document has it; what it cannot be stays, to be refused."""
        match node:
            case Rows() if isinstance(typed, list):
                return [self._read(node.row, one) for one in typed]
            case Part() if isinstance(typed, dict):
                read = dict(typed) | {
                    field.name: self._read(field, typed[field.name])
                    for field in node.fields
                    if field.name in typed
                }
                return None if node.nullable and not any(read.values()) else read
            case Value() if isinstance(typed, str):
                return self._value(node, unicodedata.normalize("NFC", typed.strip()))
        return typed

    def _value(self, node: Value, typed: str) -> JsonValue:
        if not typed:
            is_text = node.kind in (InputKind.TEXT, InputKind.LONG_TEXT)
            return "" if is_text and not node.nullable else None
        match node.kind:
            case InputKind.NUMBER:
                return _number(typed, node)
            case InputKind.MOMENT:
                return _moment(typed, self._zone)
            case InputKind.PERSON if self.site_key is not None:
                return _reference(typed, self.site_key)
        return typed


def _of_decimals(node: Setting | None, read: object) -> Setting | Contradiction | None:
    """Return what a number lacks that is none of its range: it has decimals, or too many."""
    if not (isinstance(node, Value) and node.whole and isinstance(read, float)):
        return node
    return Contradiction.WHOLE if node.scale == 1 else Contradiction.HUNDREDTHS


# What stands once in a list: the entry, or its field.
_EACH_ONCE = {
    "purposes": "", "duties.due_at": "", "duties.areas": "name",
    "supplies": "item", "quotas.days": "day", "rota": "", "posts": "",
}  # fmt: skip


def _contradictions(policy: Policy, touched: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the path of each value that others contradict, of the parts that are set."""
    for path, name in _EACH_ONCE.items():
        if path.partition(".")[0] not in touched:
            continue
        seen: set[Any] = set()
        for at, entry in enumerate(attrgetter(path)(policy)):
            value = getattr(entry, name) if name else entry
            if value in seen:
                yield ".".join(filter(None, (path, str(at), name))), Contradiction.TWICE
            seen.add(value)
    for at, area in enumerate(policy.duties.areas if "duties" in touched else ()):
        if not (area.disinfect or area.air):
            yield f"duties.areas.{at}.disinfect", Contradiction.NEITHER
    for at, shift in enumerate(policy.rota if "rota" in touched else ()):
        if shift.valid_until <= shift.valid_from:
            yield f"rota.{at}.valid_until", Contradiction.ORDER
    for at, bulletin in enumerate(policy.bulletins if "bulletins" in touched else ()):
        if bulletin.valid_until <= bulletin.valid_from:
            yield f"bulletins.{at}.valid_until", Contradiction.ORDER
    for at, hours in enumerate(policy.opening if "opening" in touched else ()):
        if hours.closes <= hours.opens:
            yield f"opening.{at}.closes", Contradiction.ORDER
    for at, window in enumerate(policy.windows if "windows" in touched else ()):
        for number, purpose in enumerate(window.purposes):
            if purpose not in policy.purposes:
                yield f"windows.{at}.purposes.{number}", Contradiction.STRANGE


def _said(fault: Setting | str | None, lang: Lang) -> str:
    if isinstance(fault, Contradiction):
        return word(f"contradiction.{fault}", lang)
    return fault if isinstance(fault, str) else accepted(fault, lang)


def local_time(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the time that a form's field names, None for an empty one.

    Raises ValueError, also for a time beyond which a zone's clock ends.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if not is_within_reach(moment):
        raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}, got {moment.year}")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _number(typed: str, node: Value) -> JsonValue:
    written = unicodedata.normalize("NFKC", typed)
    if not _WRITTEN_NUMBER.fullmatch(written):
        return _NO_NUMBER
    number = Decimal(written) * node.scale
    if number.adjusted() > _MOST_DIGITS:
        return _NO_NUMBER
    return int(number) if number == number.to_integral_value() else float(number)


def _moment(typed: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _reference(typed: str, site_key: bytes) -> str:
    """Return the reference of a card's number; what is none stays."""
    number = normalise_number(typed)
    try:
        check_any_card(number)
    except NumberFault:
        return typed
    return person_ref(number, site_key)
