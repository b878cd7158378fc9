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
from dataclasses import dataclass, field
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from gate_collector.policies.book import PolicyFault
from gate_collector.policies.sheet_words import at_line, said

_MOST_UNPACKED = 24 * 1024 * 1024
_MOST_ROWS = 100_000
_MOST_COLUMNS = 200
_MOST_ELEMENTS = 600_000  # of texts and styles: 50,000 rows of three texts
MOST_FAULTS = 200  # that are told
_LAST_ROW = 1_048_576
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
Row = tuple[int, list[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, each with its number; the first that is not empty has the headings."""

    headings: list[str]
    rows: list[Row]
    hidden: frozenset[int] = frozenset()  # places of columns that the sheet hides
    formulas: frozenset[tuple[int, int]] = frozenset()  # (row, place) of cells that are reckoned


def read_table(content: bytes) -> Table:
    """Return the rows of a sheet. Raises PolicyFault."""
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
        if len(filled) > _MOST_ROWS or len(row) > _MOST_COLUMNS:
            raise PolicyFault([said("too_many_rows", most=_MOST_ROWS)])
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


@dataclass(slots=True)
class _Facts:
    """What a sheet's XML says that its rows do not."""

    rows: int = 0
    last: int = 0
    filled: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def _workbook(content: bytes) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 slow to import, and seldom wanted

    try:
        facts = _only_sheet(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: list[Row] = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size is not believed
            rows = rows or _filled(enumerate(sheet.iter_rows(values_only=True), start=1))
        book.close()
    except (zipfile.BadZipFile, zlib.error, ParseError, NotImplementedError,
            EOFError, OSError, LookupError, ValueError, TypeError, AttributeError):  # fmt: skip
        raise PolicyFault([said("unreadable")]) from None
    if rows and not facts.filled:  # a sheet that lies elsewhere: what it hides was not looked at
        raise PolicyFault([said("unreadable")])
    passed_over = {row for row, _ in facts.formulas} - {number for number, _ in rows}
    if passed_over:
        faults = [at_line(row, said("no_result"))
                  for row in sorted(passed_over)]  # fmt: skip
        raise PolicyFault(faults[:MOST_FAULTS])
    return Table(_headings(rows), rows, frozenset(facts.hidden_columns), frozenset(facts.formulas))


def _only_sheet(content: bytes) -> _Facts:
    """Return what the one sheet with content says of itself. Raises PolicyFault."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
            raise PolicyFault([said("too_large", most=_MOST_UNPACKED)])
        sheets, elements = [], 0
        for name in archive.namelist():
            with archive.open(name) as part:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    sheets.append(_facts(part))
                elif name.endswith(".xml"):  # texts and styles, which take long to read
                    elements = _counted(part, elements)
    filled = [facts for facts in sheets if facts.filled]
    if len(filled) > 1:
        raise PolicyFault([said("sheets", n=len(filled))])
    facts = filled[0] if filled else _Facts()
    faults = [at_line(row, said("hidden_row"))
              for row in facts.hidden_rows]  # fmt: skip
    faults += [f"{cells}：{said('merged')}" for cells in facts.merged]
    if faults:
        raise PolicyFault(faults[:MOST_FAULTS])
    return facts


def _counted(part: IO[bytes], elements: int) -> int:
    for _, element in iterparse(part):  # noqa: S314 as below
        element.clear()
        elements += 1
        if elements > _MOST_ELEMENTS:
            raise PolicyFault([said("too_many_texts", most=_MOST_ELEMENTS)])
    return elements


def _facts(part: IO[bytes]) -> _Facts:
    facts = _Facts()
    for _, element in iterparse(part):  # noqa: S314 bounded above, and expat bounds entities
        match element.tag.rpartition("}")[2]:
            case "row":
                _row_facts(element, facts)
                element.clear()
            case "col" if _is_hidden(element, "width"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                facts.hidden_columns |= set(range(first - 1, min(last, _MOST_COLUMNS)))
            case "mergeCell":
                facts.merged.append(element.get("ref", "?"))
    return facts


def _is_hidden(element: Element, size: str) -> bool:
    """Whether nobody sees a row or a column: it is said to be hidden, or has no size."""
    return element.get("hidden") in ("1", "true") or float(element.get(size, "1")) <= 0


def _row_facts(row: Element, facts: _Facts) -> None:
    facts.rows += 1
    if facts.rows > _MOST_ROWS + 1:
        raise PolicyFault([said("too_many_rows", most=_MOST_ROWS)])
    number = int(row.get("r", facts.last + 1))
    if not facts.last < number <= _LAST_ROW:
        raise ValueError(f"expected rows that follow each other, got {number}")
    facts.last = number
    filled = False
    for place, cell in enumerate(row):
        inside = {child.tag.rpartition("}")[2] for child in cell}
        filled = filled or bool(inside & {"v", "is", "f"})
        if "f" in inside:
            facts.formulas.add((number, _place(cell.get("r", ""), place)))
    facts.filled = facts.filled or filled
    if filled and _is_hidden(row, "ht"):
        facts.hidden_rows.append(number)


def _place(name: str, otherwise: int) -> int:
    """Return the place of a cell such as AB12, from 0."""
    letters = name.rstrip("0123456789")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1 if letters else otherwise
