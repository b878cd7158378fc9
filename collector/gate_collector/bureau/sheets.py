"""The bureau's day report as CSV and XLSX: the figures of the paper, with each hall's digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.words import Lang, joined, word
from gate_collector.bureau.day import BureauDay, Figure, HallDayState
from gate_collector.kept_words import in_words
from gate_collector.web.workbook import Section, workbook
from gate_collector.web.workbook import as_csv as lines_as_csv


def sections(report: BureauDay, zone: tzinfo, lang: Lang) -> Iterator[Section]:
    """Yield each table: title, headings, lines."""

    def say(key: str, **values: object) -> str:
        return word(key, lang, **values)

    def local(utc: str) -> str:
        return f"{on_clock(parse_utc(utc), zone):%Y-%m-%d %H:%M}" if utc else ""

    def cell(figure: Figure) -> int | str:
        return say("bureau.not_known") if figure is None else figure

    yield (
        say("report_file.overview"),
        (say("report_file.item"), say("report_file.content")),
        [
            (say("report_file.unit"), report.unit),
            (say("bureau.name"), report.name),
            (say("column.day"), report.day),
            (say("column.version"), report.version),
            (say("report_file.made"), local(report.made)),
            (say("report_file.why"), in_words(report.why, lang)),
            (say("report_file.complete"), _yes(report.complete, lang)),
            (say("bureau.incomplete_halls"), joined((one.name for one in report.incomplete), lang)),
            (say("bureau.unknown_halls"), joined((one.name for one in report.unknown), lang)),
        ],
    )
    yield (
        say("bureau.by_hall"),
        tuple(map(say, (
            "bureau.hall", "column.state", "report_file.period", "column.version",
            "report_file.made", "report_file.complete", "bureau.lacks", "bureau.digest",
        ))),
        [
            (
                hall.name,
                say(f"hall_day_state.{hall.state}"),
                say("report_file.span", since=local(hall.since), until=local(hall.until))
                if hall.state is HallDayState.REPORTED and hall.since else "",
                "" if hall.version is None else hall.version,
                local(hall.made),
                say("bureau.not_known") if hall.complete is None else _yes(hall.complete, lang),
                say("paper.semicolon").join(hall.said(lang)),
                hall.sha256,
            )
            for hall in report.halls
        ],
    )  # fmt: skip
    yield (
        say("bureau.figures"),
        (say("report_file.item"), say("bureau.total"), *(hall.name for hall in report.halls)),
        [
            (
                say(f"bureau_figure.{key}"),
                cell(report.total(key)),
                *(cell(hall.figure(key)) for hall in report.halls),
            )
            for key in report.keys
        ],
    )


def as_csv(report: BureauDay, zone: tzinfo, lang: Lang) -> bytes:
    """Return the tables one below the other; an empty line after each."""
    return lines_as_csv(
        line
        for title, headings, lines in sections(report, zone, lang)
        for line in ((f"【{title}】",), headings, *lines, ())
    )


def as_xlsx(report: BureauDay, zone: tzinfo, lang: Lang) -> bytes:
    """Return a workbook, one sheet a table."""
    return workbook(sections(report, zone, lang))


def _yes(it_is: bool, lang: Lang) -> str:  # noqa: FBT001 a cell
    return word("report_file.yes" if it_is else "report_file.no", lang)
