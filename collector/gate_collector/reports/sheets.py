"""A merged report as CSV and as XLSX: the same tables, for whoever counts on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.records import Category, Decision
from gate_agent.words import joined, word
from gate_collector.kept_words import in_words
from gate_collector.reports.after_cut import AfterCut
from gate_collector.reports.content import DoorDay, MergedReport, rounds_of
from gate_collector.reports.office_sheets import office_sections
from gate_collector.web.workbook import Line, Section, workbook
from gate_collector.web.workbook import as_csv as lines_as_csv

_HOLDS = (
    word("column.door"), word("column.at"), word("column.kind"), word("column.reason"),
    word("report_file.surface"), word("report_file.contact"), word("column.state"),
    word("paper.outcome"), word("paper.closed"), word("report_file.overdue"),
    word("step_detail.office_reference"),
)  # fmt: skip


def sections(report: MergedReport, after: AfterCut | None, zone: tzinfo) -> Iterator[Section]:
    """Yield each table of the report: title, headings, lines."""

    def local(utc: str | None) -> str:
        return "" if utc is None else f"{on_clock(parse_utc(utc), zone):%Y-%m-%d %H:%M:%S}"

    yield (
        word("report_file.overview"),
        (word("report_file.item"), word("report_file.content")),
        [
            (word("report_file.unit"), report.unit),
            (word("report_file.hall"), report.name),
            (word("column.day"), report.day),
            (word("report_file.period"), _period(report, local)),
            (word("column.version"), report.version),
            (word("report_file.made"), local(report.made)),
            (word("report_file.why"), in_words(report.why, "zh")),
            (word("report_file.complete"), _yes(report.complete)),
            (word("report_file.holds"), len(report.holds)),
            (word("report_file.carried"), len(report.carried) + report.open_before),
            (word("report_file.abnormal"), report.abnormal),
            (word("term.duty_leader"), joined(report.leaders)),
        ],
    )
    yield (
        word("report_file.evidence"),
        (word("report_file.item"), word("report_file.verdict"), word("column.why")),
        [
            (word(f"check.{check.key}"), word(f"evidence.{check.verdict}"), check.zh)
            for check in report.checks
        ],
    )
    decisions = (word(f"decision.{decision}") for decision in Decision)
    headings = (word("column.door"), word("report_file.hour"), word("column.kind"), *decisions,
                word("paper.total"))  # fmt: skip
    passages = [line for door in report.doors for line in _passages(door)]
    yield word("report_file.passages"), headings, passages
    yield (
        word("term.hold"),
        _HOLDS,
        [
            (
                report.called(line.gate),
                local(line.opened),
                word(f"category.{line.category}"),
                word(f"reason.{line.reason}"),
                _celsius(line.surface_centi_c),
                _celsius(line.contact_centi_c),
                word(f"hold_state.{line.state}"),
                word(f"hold_state.{line.outcome}") if line.outcome else "",
                local(line.closed),
                line.overdue,
                line.office_reference or "",
            )
            for line in report.told_holds
        ],
    )
    yield (
        word("report_file.carried_steps"),
        (word("column.door"), word("column.at"), word("report_file.step"),
         word("report_file.step_at"), word("step_detail.office_reference")),
        [
            (report.called(line.gate), local(line.opened), word(f"hold_state.{step.step}"),
             local(step.at), step.reference)
            for line in report.carried
            for step in line.steps
        ],
    )  # fmt: skip
    yield (
        word("term.close_contacts"),
        (word("column.state"), word("report_file.people")),
        [(word(f"contact_state.{state}"), count) for state, count in report.contacts.items()],
    )
    if report.office is None:
        yield from _as_doors_counted(report)
    else:
        yield from office_sections(report, report.office, local)
    yield (
        word("report_file.punctuality"),
        (word("column.door"), word("report_file.report_came"),
         word("report_file.urgent_over"), word("report_file.routine_over"),
         word("report_file.unverified"),
         word("report_file.most_within")),
        [
            (
                door.called,
                local(door.came) or word("paper.not_reported"),
                door.late_urgent if door.is_dated else "",
                door.late_routine if door.is_dated else "",
                door.undated,
                "" if door.late_p95_ms is None else door.late_p95_ms / 1000,
            )
            for door in report.doors
        ],
    )  # fmt: skip
    if after is not None:
        yield _after(after, local(after.until))


def _as_doors_counted(report: MergedReport) -> Iterator[Section]:
    """Yield rounds and supplies of a report that an earlier version made."""
    yield (
        word("term.rounds"),
        (
            word("report_file.area"),
            word("column.kind"),
            word("report_file.done"),
            word("report_file.needed"),
        ),
        [
            (line.area, word(f"round.{line.kind}"), line.done, line.needed)
            for line in rounds_of(report.doors)
        ],
    )
    yield (
        word("term.supplies"),
        (word("column.door"), word("term.supplies"), word("report_file.stock"),
         word("report_file.used"), word("term.low_stock")),
        [
            (
                door.called,
                item.item,
                word("term.never_counted") if item.stock is None else item.stock,
                item.used,
                _yes(item.low),
            )
            for door in report.doors
            for item in door.supplies
        ],
    )  # fmt: skip


def _after(after: AfterCut, until: str) -> Section:
    """Return what came after the cut; it is no part of the report."""
    headings = tuple(map(word, (
        "column.door", "column.until", "paper.after_passages", "term.hold", "paper.after_open",
        "hold_state.transferred",
    )))  # fmt: skip
    lines: list[Line] = [
        (door.called, until, door.passages, door.holds, door.still_open, door.transferred)
        for door in after.doors
    ]
    return word("report_file.after"), headings, lines


def _period(report: MergedReport, local: Callable[[str], str]) -> str:
    if not report.since:
        return ""
    return word("report_file.span", since=local(report.since)[:-3], until=local(report.until)[:-3])


def _yes(it_is: bool) -> str:  # noqa: FBT001 a cell
    return word("report_file.yes" if it_is else "report_file.no")


def as_csv(report: MergedReport, after: AfterCut | None, zone: tzinfo) -> bytes:
    """Return the tables one below the other; an empty line after each."""
    return lines_as_csv(
        line
        for title, headings, lines in sections(report, after, zone)
        for line in ((f"【{title}】",), headings, *lines, ())
    )


def as_xlsx(report: MergedReport, after: AfterCut | None, zone: tzinfo) -> bytes:
    """Return a workbook, one sheet a table."""
    return workbook(sections(report, after, zone))


def _passages(door: DoorDay) -> Iterator[Line]:
    by_hour: dict[tuple[int, Category], dict[Decision, int]] = {}
    for line in door.counts:
        by_hour.setdefault((line.hour, line.category), {})[line.decision] = line.count
    for (hour, category), counts in sorted(by_hour.items()):
        cells = [counts.get(decision, 0) for decision in Decision]
        kind = word(f"category.{category}")
        yield door.called, f"{hour:02d}:00", kind, *cells, sum(cells)
    cells = [door.total(decision=decision) for decision in Decision]
    yield door.called, word("paper.total"), "", *cells, door.total()


def _celsius(centi_c: int | None) -> str | float:
    return "" if centi_c is None else centi_c / 100
