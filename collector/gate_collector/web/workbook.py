"""Tables as files that a spreadsheet opens: XLSX, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from gate_agent.contract.printable import as_cell

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"csv": f"{CSV}; charset=utf-8", "xlsx": XLSX}
Line = tuple[str | int | float, ...]
Section = tuple[str, tuple[str, ...], list[Line]]


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
            sheet.append([safe(cell) for cell in line])
        sheet.freeze_panes = "A2"
        for number, heading in enumerate(headings):
            widest = max([len(heading), *(len(str(line[number])) for line in lines)])
            sheet.column_dimensions[get_column_letter(number + 1)].width = min(60, widest * 2 + 2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(lines: Iterable[Line]) -> bytes:
    """Return CSV with a mark that Excel reads as UTF-8; no text in it is taken for a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def safe(cell: str | float) -> str | float:
    """Return a cell that no spreadsheet takes for a formula."""
    return as_cell(cell) if isinstance(cell, str) else cell
