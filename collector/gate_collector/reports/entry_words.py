"""A clerk's entries in words, and as what a form is filled with. Pure."""

from __future__ import annotations

from collections.abc import Callable

from gate_agent.words import Lang, word
from gate_collector.reports.entries import (
    CounselEntry,
    Kept,
    KeptEntry,
    MasksEntry,
    RoundAt,
    StaffEntry,
    SuppliesEntry,
)


def said(entry: KeptEntry, lang: Lang, named: Callable[[str], str]) -> str:
    """Return what an entry says."""
    match entry:
        case RoundAt():
            area, scope = entry.area or word("entry.every_area", lang), f"round_scope.{entry.scope}"
            parts = [named(entry.gate), area, word(scope, lang), f"{entry.at:%H:%M}", entry.done_by]
            parts += [word(f"disinfectant.{entry.method}", lang)] if entry.method else []
        case MasksEntry():
            parts = [word("paper.bags", lang, n=entry.bags), entry.place]
            to = word("paper.handed_to", lang, to=entry.handed_to)
            parts += [to] if entry.handed_to else []
        case SuppliesEntry():
            parts = [
                named(entry.gate) if entry.gate else "",
                entry.item,
                f"{word(f'supply_move.{entry.move}', lang)} {entry.quantity}",
                entry.to,
            ]
        case StaffEntry():
            parts = [word("paper.staff_absent", lang, n=entry.absent),
                     word("paper.staff_symptoms", lang, n=entry.with_symptoms)]  # fmt: skip
        case CounselEntry():
            parts = [word("paper.counselled", lang, n=entry.people)]
        case _:
            parts = [entry.why]
    return word("paper.comma", lang).join(part for part in parts if part)


def filled(kept: Kept) -> dict[str, str]:
    """Return what the form of an entry is filled with to correct it."""
    values = kept.entry.model_dump(mode="json", exclude={"kind"}) | {"corrects": kept.id}
    return {name: str(value)[:5] if name == "at" else str(value) for name, value in values.items()}
