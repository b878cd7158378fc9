"""The list of the daily reports (每日零报告): every day, every version."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case

from gate_agent.words import Lang, word
from gate_collector.kept_words import in_words
from gate_collector.store.schema_office import MERGED
from gate_collector.web.lists import Column, ColumnKind, Listing, section

CLOCK = "clock"  # who makes a report that is due
_EVIDENCE = case((MERGED.c.complete, "complete"), else_="lacking").label("evidence")
REPORT_COLUMNS = (*(one for one in MERGED.c if one.name not in ("document", "sha256")), _EVIDENCE)


def _path(row: Any) -> str:
    return f"/reports/{row.day}?version={row.version}"


def _by(row: Any, lang: Lang) -> str:
    return word("paper.by_clock", lang) if row.by == CLOCK else str(row.by)


REPORTS = Listing(
    name="reports",
    title="reports.title",
    columns=(
        Column("day", "column.day", ColumnKind.DAY, of=MERGED.c.day, href=_path),
        Column("version", "column.version", ColumnKind.NUMBER, of=MERGED.c.version),
        Column("evidence", "reports.evidence", ColumnKind.WORD, of=_EVIDENCE, filters=True,
               words=section("reports"), choices=("complete", "lacking")),
        Column("abnormal", "reports.not_released", ColumnKind.NUMBER, of=MERGED.c.abnormal),
        Column("made", "column.made", ColumnKind.TIME, of=MERGED.c.made, filters=True),
        Column("by", "column.by", of=MERGED.c.by, says=_by),
        Column("why", "column.why", of=MERGED.c.why, sorts=False,
               says=lambda row, lang: in_words(row.why, lang)),
    ),
    order="-day",
    then=(MERGED.c.version.desc(),),
    empty="reports.none_due",
    bad=lambda row: not row.complete or bool(row.abnormal),
)  # fmt: skip
