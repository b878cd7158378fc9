"""Reads a sheet (CSV or XLSX) into rows, whole or not at all.

What a spreadsheet can hide or cut is refused by its place and never by its content: rows beyond a
wrong `<dimension>` are read, hidden rows, merged cells, second sheets, formulas, quotes that never
close, texts in another code are not guessed at.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from gate_collector.policies.book import PolicyFault
from gate_collector.policies.sheet_parts import (
    MOST_COLUMNS,
    MOST_ROWS,
    STYLES,
    MeasuredArchive,
    SheetFacts,
)
from gate_collector.policies.sheet_words import at_line, said

MOST_FAULTS = 200  # that are told
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
ONE_AT_A_TIME = Lock()  # the largest sheet takes much of what the centre may have of memory
Row = tuple[int, list[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, each with its number; the first that is not empty has the headings."""

    headings: list[str]
    rows: list[Row]
    hidden: frozenset[int] = frozenset()  # places of columns that the sheet hides
    formulas: frozenset[tuple[int, int]] = frozenset()  # (row, place) of cells that are reckoned


def read_table(content: bytes) -> Table:
    """Return the rows of a sheet, after those that are being read. Raises PolicyFault."""
    with ONE_AT_A_TIME:
        return _table(content)


def _table(content: bytes) -> Table:
    if content.startswith(_OLD_EXCEL):
        raise PolicyFault([said("old_excel")])
    if content.startswith(b"PK"):
        return _workbook(content)
    rows = _filled(enumerate(_csv(content), start=1))
    table = Table(_headings(rows), rows)
    uneven = [
        at_line(number, said("uneven", expected=len(table.headings), got=len(row)))
        for number, row in rows
        if len(row) != len(table.headings)
    ]
    if uneven:
        raise PolicyFault(uneven[:MOST_FAULTS])
    return table


def _headings(rows: list[Row]) -> list[str]:
    """Take the headings from the rows, which must begin with them."""
    if not rows:
        return []
    number, row = rows.pop(0)
    if number != 1:
        raise PolicyFault([at_line(1, said("no_headings"))])
    return [str(cell if cell is not None else "").strip() for cell in row]


def _filled(rows: Iterator[tuple[int, Sequence[Any]]]) -> list[Row]:
    """Return the rows that hold something. Raises PolicyFault for more than a sheet takes."""
    filled: list[Row] = []
    for number, row in rows:
        if len(filled) > MOST_ROWS or len(row) > MOST_COLUMNS:
            raise PolicyFault([said("too_many_rows", most=MOST_ROWS)])
        if any(cell not in (None, "") for cell in row):
            filled.append((number, list(row)))
    return filled


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _text(content)
    first = text.partition("\n")[0]
    delimiter = next((one for one in "\t;" if one in first and "," not in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any("\n" in cell for cell in row):
                raise PolicyFault([_unclosed(reader.line_num)])
            yield row
    except csv.Error:
        raise PolicyFault([_unclosed(reader.line_num)]) from None


def _unclosed(line: int) -> str:
    return at_line(line, said("unclosed"), "before_line")


def _text(content: bytes) -> str:
    """Return what a CSV says, its lines ended by one character."""
    codes = ("utf-16",) if content.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise PolicyFault([said("no_code")])


def _workbook(content: bytes) -> Table:
    try:
        with MeasuredArchive(content) as archive:
            facts, rows = _only_sheet(content, archive)
    except (zipfile.BadZipFile, zlib.error, ParseError, ExpatError, RuntimeError, OverflowError,
            EOFError, OSError, LookupError, ValueError, TypeError, AttributeError):  # fmt: skip
        raise PolicyFault([said("unreadable")]) from None
    passed_over = {row for row, _ in facts.formulas} - {number for number, _ in rows}
    if passed_over:
        faults = [at_line(row, said("no_result"))
                  for row in sorted(passed_over)]  # fmt: skip
        raise PolicyFault(faults[:MOST_FAULTS])
    return Table(_headings(rows), rows, frozenset(facts.hidden_columns), frozenset(facts.formulas))


def _only_sheet(content: bytes, archive: MeasuredArchive) -> tuple[SheetFacts, list[Row]]:
    """Return the one sheet with content, as a spreadsheet would show it. Raises PolicyFault.

    The reader opens no part that the archive has not measured, and none that it does not need.
    """
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 slow, and seldom wanted
    from openpyxl.styles.stylesheet import apply_stylesheet  # noqa: PLC0415 as above
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet  # noqa: PLC0415 as above
    from openpyxl.xml.constants import SHARED_STRINGS  # noqa: PLC0415 as above

    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.archive.close()
    reader.archive = archive
    reader.read_manifest()
    reader.read_workbook()
    states = [(sheet.state, rel.target) for sheet, rel in reader.parser.find_sheets()]
    texts = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    texts_path = texts.PartName.removeprefix("/") if texts is not None else None
    _check_links(archive, reader.parser.workbook_part_name, texts_path)
    archive.stream([path for _, path in states], texts_path)
    shown = [(state, path) for state, path in states if archive.facts(path).filled]
    if not shown:
        return SheetFacts(), []
    if len(shown) > 1:
        raise PolicyFault([said("sheets", n=len(shown))])
    (state, path), facts = shown[0], archive.facts(shown[0][1])
    if state != "visible" or any(view.visibility != "visible" for view in reader.wb.views):
        raise PolicyFault([said("hidden_sheet")])
    faults = [said("filtered")] if facts.filtered else []
    faults += [at_line(row, said("hidden_row"))
               for row in facts.hidden_rows]  # fmt: skip
    faults += [f"{cells}：{said('merged')}" for cells in facts.merged]
    if faults:
        raise PolicyFault(faults[:MOST_FAULTS])
    reader.read_strings()
    apply_stylesheet(archive, reader.wb)
    sheet = ReadOnlyWorksheet(reader.wb, path, path, reader.shared_strings)
    sheet.reset_dimensions()  # what the file says of its size is not believed
    return facts, _filled(enumerate(sheet.values, start=1))


def _check_links(archive: MeasuredArchive, book: str, texts: str | None) -> None:
    """Raise ValueError where a spreadsheet would follow the links to other parts than the reader.

    The reader takes the book and its texts by their types, and the styles by their name.
    """
    from openpyxl.packaging.relationship import get_dependents, get_rels_path  # noqa: PLC0415

    beside = get_rels_path(book)  # type: ignore[no-untyped-call]
    links = [*get_dependents(archive, "_rels/.rels"), *get_dependents(archive, beside)]
    for kind, path in {"officeDocument": book, "sharedStrings": texts, "styles": STYLES}.items():
        linked = [link.target for link in links if link.Type.endswith(f"/{kind}")]
        if linked not in ([], [path]) or (kind == "officeDocument" and not linked):
            raise ValueError(f"expected the link of {kind} to lead to what is read")
