"""A merged report as CSV and as XLSX: the same tables, for whoever counts on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from gate_agent.contract.moment import parse_utc
from gate_agent.contract.records import Category, Decision
from gate_collector.reports.content import DoorDay, MergedReport, rounds_of
from gate_collector.web.words import word

Line = tuple[str | int | float, ...]
Section = tuple[str, tuple[str, ...], list[Line]]


def sections(report: MergedReport, zone: tzinfo) -> Iterator[Section]:
    """Yield each table of the report: title, headings, lines."""

    def local(utc: str | None) -> str:
        return "" if utc is None else f"{parse_utc(utc).astimezone(zone):%Y-%m-%d %H:%M:%S}"

    yield (
        "概况",
        ("项目", "内容"),
        [
            ("单位", report.unit),
            ("大厅", report.name),
            ("日期", report.day),
            ("版本", report.version),
            ("生成时间", local(report.made)),
            ("更正原因", report.why),
            ("证据齐全", "是" if report.complete else "否"),
            ("暂留例数", len(report.holds)),
            ("未解除例数", report.abnormal),
            ("带班领导", "、".join(report.leaders)),
        ],
    )
    yield (
        "证据",
        ("项目", "结论", "说明"),
        [(check.key, word(f"verdict.{check.verdict}", "zh"), check.zh) for check in report.checks],
    )
    headings = ("闸口", "时段", "类别", *(word(decision, "zh") for decision in Decision), "合计")
    yield "通行", headings, [line for door in report.doors for line in _passages(door)]
    yield (
        "暂留",
        ("闸口", "时间", "类别", "原因", "体表 ℃", "接触式 ℃", "状态", "结果", "结案", "超时次数"),
        [
            (
                line.gate,
                local(line.opened),
                word(line.category, "zh"),
                word(line.reason, "zh"),
                _celsius(line.surface_centi_c),
                _celsius(line.contact_centi_c),
                word(line.state, "zh"),
                word(line.outcome, "zh") if line.outcome else "",
                local(line.closed),
                line.overdue,
            )
            for line in report.holds
        ],
    )
    yield (
        "密切接触者",
        ("状态", "人数"),
        [(word(f"contact.{state}", "zh"), count) for state, count in report.contacts.items()],
    )
    yield (
        "消毒通风",
        ("区域", "类别", "完成", "规定"),
        [
            (line.area, word(line.kind, "zh"), line.done, line.needed)
            for line in rounds_of(report.doors)
        ],
    )
    yield (
        "物资",
        ("闸口", "物资", "库存", "使用", "不足"),
        [
            (
                door.gate,
                item.item,
                "未盘点" if item.stock is None else item.stock,
                item.used,
                "是" if item.low else "否",
            )
            for door in report.doors
            for item in door.supplies
        ],
    )
    yield (
        "时效",
        ("闸口", "日报到达", "紧急超限", "常规超限", "p95 秒"),
        [
            (
                door.gate,
                local(door.came) or "未报",
                door.late_urgent,
                door.late_routine,
                "" if door.late_p95_ms is None else door.late_p95_ms / 1000,
            )
            for door in report.doors
        ],
    )


def as_csv(report: MergedReport, zone: tzinfo) -> bytes:
    """Return the tables one below the other; with a mark that Excel reads as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    for title, headings, lines in sections(report, zone):
        writer.writerow([f"【{title}】"])
        writer.writerow(headings)
        writer.writerows([_safe(cell) for cell in line] for line in lines)
        writer.writerow([])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(report: MergedReport, zone: tzinfo) -> bytes:
    """Return a workbook, one sheet a table."""
    return workbook(sections(report, zone))


def workbook(tables: Iterable[Section]) -> bytes:
    """Return an XLSX file, one sheet a table; no text in it is taken for a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 slow to import, and seldom wanted
    from openpyxl.styles import Font  # noqa: PLC0415 as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 as above

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, headings, lines in tables:
        sheet = book.create_sheet(title)
        sheet.append(headings)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for line in lines:
            sheet.append([_safe(cell) for cell in line])
        sheet.freeze_panes = "A2"
        for number, heading in enumerate(headings):
            widest = max([len(heading), *(len(str(line[number])) for line in lines)])
            sheet.column_dimensions[get_column_letter(number + 1)].width = min(60, widest * 2 + 2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _passages(door: DoorDay) -> Iterator[Line]:
    by_hour: dict[tuple[int, Category], dict[Decision, int]] = {}
    for line in door.counts:
        by_hour.setdefault((line.hour, line.category), {})[line.decision] = line.count
    for (hour, category), found in sorted(by_hour.items()):
        cells = [found.get(decision, 0) for decision in Decision]
        yield door.gate, f"{hour:02d}:00", word(category, "zh"), *cells, sum(cells)
    cells = [door.total(decision=decision) for decision in Decision]
    yield door.gate, "合计", "", *cells, door.total()


def _celsius(centi_c: int | None) -> str | float:
    return "" if centi_c is None else centi_c / 100


def _safe(cell: str | float) -> str | float:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell
