"""The tables of a case as lists (清单): its course, readings, alerts and papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gate_agent.words import Lang, joined, word
from gate_collector.alerts.replies import WAITING
from gate_collector.cases.gathered import ToldOf
from gate_collector.papers.content import Detail, HoldReading, LineSort, TimelineLine
from gate_collector.web.lists import Column, ColumnKind, Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLine:
    """One line of a case's course, and its place in it: a clock in doubt orders nothing."""

    number: int
    line: TimelineLine


def course(lines: Sequence[TimelineLine]) -> list[CourseLine]:
    """Return the lines of a case in their order."""
    return [CourseLine(number=number, line=line) for number, line in enumerate(lines, 1)]


def said_detail(detail: Detail, lang: Lang) -> str:
    """Return one thing that a line brings."""
    text = word(detail.text, lang) if detail.is_word else detail.text
    named = word("term.sealed", lang) if detail.is_sealed else text
    return f"{word(f'step_detail.{detail.name}', lang)} {named}"


def _brought(row: CourseLine, lang: Lang) -> str:
    return joined((said_detail(one, lang) for one in row.line.details), lang)


def _step(row: CourseLine, lang: Lang) -> str:
    return word(row.line.word, lang)


def _means(row: HoldReading) -> str:
    return "by_contact" if row.is_contact else "by_forehead"


def _told(row: ToldOf, lang: Lang) -> str:
    return row.text(lang)


def _number(row: Any, lang: Lang) -> str:
    kind = word(f"paper_kind.{row.kind}", lang)
    return word("case_paper.number", lang, number=row.case_number, kind=kind, n=row.number)


COURSE = Listing(
    name="course",
    title="contacts.what_was_done",
    columns=(
        Column("number", "case_page.place", ColumnKind.NUMBER, in_page=False),
        Column("at", "column.at", ColumnKind.TIME, value=lambda row: row.line.at),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True,
               value=lambda row: row.line.gate or None),
        Column("step", "contacts.step", value=lambda row: row.line.word, says=_step),
        Column("by", "column.by", ColumnKind.WHO, filters=True,
               value=lambda row: row.line.by or None),
        Column("took", "case_page.took", ColumnKind.SPAN, value=lambda row: row.line.took_s),
        Column("arrived", "case_page.arrived", ColumnKind.SPAN, per=1000,
               value=lambda row: row.line.late_ms if row.line.epoch else None),
        Column("what", "column.what", value=lambda row: row.line.word, says=_brought, sorts=False),
    ),
    order="number",
    bad=lambda row: row.line.sort is LineSort.OVERDUE or bool(row.line.over_s),
    marks=lambda row: {"sort": row.line.sort},
)  # fmt: skip
MEASURED = Listing(
    name="measured",
    title="case_page.readings",
    columns=(
        Column("at", "column.at", ColumnKind.TIME),
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("means", "case_page.by_what", ColumnKind.WORD, value=_means, words="case_page",
               filters=True, choices=("by_forehead", "by_contact")),
        Column("value_centi_c", "case_page.read", ColumnKind.CELSIUS),
        Column("judged_centi_c", "case_page.judged", ColumnKind.CELSIUS),
        Column("limit_centi_c", "case_page.limit_of", ColumnKind.CELSIUS),
        Column("ambient_centi_c", "case_page.ambient", ColumnKind.CELSIUS),
        Column("by", "column.by", ColumnKind.WHO, value=lambda row: row.by or None, filters=True),
    ),
    order="at",
    empty="case_page.not_measured",
)  # fmt: skip
ALERTS_OF_CASE = Listing(
    name="told",
    title="case_page.alerts",
    columns=(
        Column("opened", "column.at", ColumnKind.TIME, value=lambda row: row.alert.opened,
               href=lambda row: f"/alerts/{row.alert.id}"),
        Column("state", "column.state", ColumnKind.WORD, value=lambda row: row.alert.state,
               words="alert_state", filters=True),
        Column("text", "column.what", value=lambda row: row.alert.text, says=_told, sorts=False),
        Column("answered_by", "alerts.answered_by", value=lambda row: row.alert.answered_by),
        Column("answered", "alerts.answered", ColumnKind.TIME, in_page=False,
               value=lambda row: row.alert.answered),
        Column("tries", "alerts.tries", ColumnKind.NUMBER, value=lambda row: len(row.tries)),
    ),
    order="opened",
    empty="case_page.no_alerts",
    bad=lambda row: row.alert.state in WAITING,
)  # fmt: skip
PAPERS = Listing(
    name="issued",
    title="case_paper.papers",
    columns=(
        Column("serial", "case_paper.numbered", says=_number, href=lambda row: row.path),
        Column("issued", "case_paper.issued", ColumnKind.TIME),
        Column("by", "column.by", filters=True),
    ),
    order="-serial",
    empty="case_paper.none",
    marks=lambda row: {"paper": str(row.serial)},
)  # fmt: skip
