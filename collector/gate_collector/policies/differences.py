"""What one version of the policy says otherwise than another (版本差异), in the form's words. Pure.

Lists of people are told as counts: who came and went is nobody's to read here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_document import LISTS
from gate_agent.words import Lang, joined, word
from gate_collector.policies.setting_words import called, label, said_value
from gate_collector.policies.settings import Part, Rows, Setting, Value

# What going back to a version leaves as it is: these change by themselves, day by day.
_STAYS = ("version", "valid_from", "hall_mode", "roster", "appointments", "rota")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting that differs: what it was and is, or which of its rows came and went."""

    path: str
    group: str
    called: str
    was: str = ""
    now: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def differences(
    settings: Part, old: Policy, new: Policy, lang: Lang, zone: ZoneInfo
) -> list[Difference]:
    """Return what differs, in the order of the form; the number and time of a version never do."""
    return [
        found_difference
        for node in settings.units()
        if node.path not in ("version", "valid_from")
        for found_difference in _differences(node, old, new, lang, zone)
    ]


def gone_back(old: Policy, kept: Policy) -> dict[str, Any]:
    """Return the parts of `kept` that differ from `old`, but for what stays as it is."""
    parts = {name: getattr(kept, name) for name in Policy.model_fields if name not in _STAYS}
    return {name: part for name, part in parts.items() if getattr(old, name) != part}


def _differences(
    node: Setting, old: Policy, new: Policy, lang: Lang, zone: ZoneInfo
) -> Iterator[Difference]:
    before, after = (attrgetter(node.path)(policy) for policy in (old, new))
    if before == after:
        return
    differs = partial(
        Difference, path=node.path, group=node.group.value, called=called(node.path, lang)
    )
    if not isinstance(node, Rows):
        was, now = (_said(node, value, lang, zone) for value in (before, after))
        yield differs(was=was, now=now)
        return
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if node.path in LISTS:
        was, now = (word("difference.people", lang, n=len(rows)) for rows in (before, after))
        added, removed = (
            (word("difference.people", lang, n=rows.total()),) if rows else ()
            for rows in (come, gone)
        )
        yield differs(was=was, now=now, added=added, removed=removed)
        return
    if not (gone or come):
        yield differs(now=word("difference.order", lang))
        return
    came, went = (
        tuple(_said(node.row, row, lang, zone) for row in rows.elements()) for rows in (come, gone)
    )
    yield differs(added=came, removed=went)


def _said(node: Setting, value: Any, lang: Lang, zone: ZoneInfo) -> str:
    """Return a value, or a row of several, as one line."""
    if value is None or value == "":
        return word("form.none", lang)
    match node:
        case Value():
            return said_value(node, value, lang, zone)
        case Rows(row=row):
            rows = (_said(row, one, lang, zone) for one in value)
            return joined(rows, lang) or word("form.none", lang)
        case Part(fields=fields):
            return " · ".join(
                f"{label(field, lang)} {_said(field, getattr(value, field.name), lang, zone)}"
                for field in fields
                if getattr(value, field.name) not in (None, "", ())
            )
    raise TypeError(f"expected a value, rows or a part, got {node.node}")
