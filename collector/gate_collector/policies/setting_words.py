"""What a page says of a setting: its value, what it may be, what it is by default."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.words import WORDS, Lang, joined, word
from gate_collector.policies.settings import InputKind, Part, Rows, Setting, Value

_MINUTE, _HOUR = 60, 3600
_NOWHERE = ZoneInfo("UTC")  # no default is a moment


def value_text(node: Value, value: Any, zone: ZoneInfo) -> str:
    """Return a value as its field shows it: the unit that is typed, the hall's clock."""
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(zone).replace(tzinfo=None).isoformat(timespec=_exact(value))
        case time():
            return value.isoformat(timespec=_exact(value))
        case date():
            return value.isoformat()
    if node.kind is InputKind.TIME:  # of the schema, where a default is text
        return value_text(node, time.fromisoformat(value), zone)
    if node.kind is InputKind.NUMBER:
        return _plain(Decimal(str(value)) / node.scale)
    return str(value)


def accepted(node: Setting | None, lang: Lang) -> str:
    """Return what a setting may hold."""
    match node:
        case Value():
            return f"{_must(node, lang)}{word('form.or_empty', lang) if node.nullable else ''}"
        case Rows(fewest=fewest) if fewest:
            return word("form.rows", lang, fewest=fewest)
        case Rows():
            return word("form.list", lang)
        case Part(fields=fields):
            names = joined((label(field, lang) for field in fields), lang)
            empty = word("form.or_empty", lang) if node.nullable else ""
            return f"{word('form.part', lang, names=names)}{empty}"
    return word("form.invalid", lang)


def explained(node: Setting, lang: Lang) -> str:
    """Return what stands beside a field: what for, what it may hold, what it is by default."""
    return " · ".join(part for part in _parts(node, lang) if part)


def _parts(node: Setting, lang: Lang) -> Iterator[str]:
    key = f"policy.{node.path}.help"
    yield word(key, lang) if key in WORDS else ""
    match node:
        case Rows(row=Part(fields=fields)):
            yield from (f"{label(f, lang)}: {text}" for f in fields if (text := _hint(f, lang)))
        case Rows(row=row):
            yield _hint(row, lang)
        case _:
            yield _hint(node, lang)
    yield (
        word("form.rows", lang, fewest=node.fewest)
        if isinstance(node, Rows) and node.fewest
        else ""
    )
    yield word("form.default", lang, value=_default(node, lang))


def label(node: Setting, lang: Lang) -> str:
    """Return what a setting is called."""
    return word(f"policy.{node.path}.label", lang)


def called(path: str, lang: Lang) -> str:
    """Return what a path of a document is called, as far as this version has words for it."""
    parts, key, names = path.replace(".*", "").split("."), "policy", []
    for part in parts:
        key = f"{key}.{part}"
        names.append(word(f"{key}.label", lang) if f"{key}.label" in WORDS else part)
    return " · ".join(names)


def unit(node: Setting, lang: Lang) -> str:
    """Return what a number counts, nothing where that needs no saying."""
    key = f"policy.{node.path}.unit"
    return word(key, lang) if key in WORDS else ""


def choice(node: Value, member: str, lang: Lang) -> str:
    """Return what a member of an enumeration is called."""
    return word(f"{node.words}.{member}", lang)


def _hint(node: Setting, lang: Lang) -> str:
    """Return what a field may hold, where its input does not show that by itself."""
    seen = (InputKind.CHOICE, InputKind.FLAG, InputKind.TIME, InputKind.DATE, InputKind.MOMENT)
    if isinstance(node, Value) and node.kind not in seen:
        return accepted(node, lang)
    return ""


def _must(node: Value, lang: Lang) -> str:
    match node:
        case Value(kind=InputKind.NUMBER):
            return _range(node, lang)
        case Value(kind=InputKind.TEXT | InputKind.LONG_TEXT, example="", longest=None):
            return word("form.text", lang) if node.shortest else word("form.any", lang)
        case Value(kind=InputKind.TEXT | InputKind.LONG_TEXT, example="", longest=longest):
            return word("form.length", lang, shortest=node.shortest, longest=longest)
        case Value(example=example) if example:
            return word("form.like", lang, example=example)
    return word(f"form.{node.kind}", lang)


def _range(node: Value, lang: Lang) -> str:
    bounds = {
        name: _plain(bound / node.scale)
        for name, bound in (("least", node.least), ("most", node.most))
        if bound is not None
    }
    key = {0: "form.number", 1: "form.at_least", 2: "form.range"}[len(bounds)]
    if "least" not in bounds and bounds:
        key = "form.at_most"
    return word(key, lang, **bounds, unit=unit(node, lang)).strip()


def _default(node: Setting, lang: Lang) -> str:
    if node.default in (None, "", []):
        return word("form.none", lang)
    match node:
        case Rows(row=row):
            rows = (_first(row, one, lang) for one in node.default)
            return joined(rows, lang)
        case Value():
            return said_value(node, node.default, lang, _NOWHERE)
    return word("form.none", lang)


def _first(row: Setting, value: Any, lang: Lang) -> str:
    """Return the text by which a row is known: its first value."""
    if isinstance(row, Part):
        return _first(row.fields[0], value[row.fields[0].name], lang)
    return said_value(row, value, lang, _NOWHERE) if isinstance(row, Value) else "…"


def said_value(node: Value, value: Any, lang: Lang, zone: ZoneInfo) -> str:
    """Return a value in words, with its unit."""
    if node.kind is InputKind.CHOICE:
        return choice(node, str(value), lang)
    if node.kind is InputKind.FLAG:
        return word("form.yes" if value else "form.no", lang)
    if node.name.endswith("_s") and value >= _MINUTE:
        return _duration(Decimal(str(value)), lang)
    text = value_text(node, value, zone)
    if node.kind is InputKind.MOMENT:
        text = text.replace("T", " ")
    return f"{text} {unit(node, lang)}".strip()


def _duration(seconds: Decimal, lang: Lang) -> str:
    """Return a time in the largest unit that it fills: 7200 s are 2 h."""
    size, name = (_HOUR, "h") if seconds >= _HOUR else (_MINUTE, "min")
    text = f"{_plain(seconds)} {word('unit.s', lang)}"
    if seconds % size:
        return text
    return f"{text} = {_plain(seconds / size)} {word(f'unit.{name}', lang)}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _exact(moment: datetime | time) -> str:
    return "seconds" if moment.second or moment.microsecond else "minutes"
