"""Workbooks with the parts and attributes that Excel writes, byte for byte under our hand.

A library that writes workbooks writes none of what is wrong in real ones: a `<dimension>` that
lies, rows that a filter hides, formulas without a result, the number that a cell has rounded.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="176" '
    'formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="1"><font><sz val="11"/>'
    '<name val="等线"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/>'
    '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/>'
    '</cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="176" '
    'applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="常规" '
    'xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Formula:
    """A cell that is reckoned; `value` is what Excel kept of it, None where it kept nothing."""

    text: str
    value: str | None = None


@dataclass(frozen=True)
class Day:
    """A time as a cell has it: days since the end of 1899."""

    serial: float


@dataclass(frozen=True)
class Digits:
    """A number as WPS keeps it: in full, with the noughts that took the place of what was cut."""

    text: str


Cell = Digits | str | int | float | Formula | Day | None


@dataclass(frozen=True)
class ExcelSheet:
    """One sheet: rows from the first on, and what Excel says beside them."""

    rows: Sequence[Sequence[Cell]] = ()
    dimension: str = ""  # what it claims; right when empty
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    merged: Sequence[str] = ()
    state: str = ""
    extra: str = ""  # rows as XML, after the others

    def xml(self, texts: list[str]) -> str:
        """Return the part; `texts` takes the strings that the sheets share."""
        rows = "".join(self._row(number, row, texts) for number, row in enumerate(self.rows, 1))
        width = max((len(row) for row in self.rows), default=1)
        claimed = self.dimension or f"A1:{chr(64 + width)}{max(len(self.rows), 1)}"
        cols = "".join(
            f'<col min="{at}" max="{at}" width="0" hidden="1" customWidth="1"/>'
            for at in self.hidden_columns
        )
        merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in self.merged)
        return (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="{claimed}"/><sheetViews>'
            '<sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
            '<sheetFormatPr defaultRowHeight="14.25"/>'
            f"{f'<cols>{cols}</cols>' if cols else ''}<sheetData>{rows}{self.extra}</sheetData>"
            f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}"
            '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" '
            'footer="0.3"/></worksheet>'
        )

    def _row(self, number: int, row: Sequence[Cell], texts: list[str]) -> str:
        hidden = ' hidden="1"' if number in self.hidden_rows else ""
        cells = "".join(
            _cell(f"{chr(65 + at)}{number}", cell, texts)
            for at, cell in enumerate(row)
            if cell is not None
        )
        return f'<row r="{number}" spans="1:{len(row)}"{hidden}>{cells}</row>'


def _cell(place: str, cell: Cell, texts: list[str]) -> str:
    match cell:
        case str():
            texts.append(cell)
            return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'
        case Formula(text=text, value=value):
            kept = f"<v>{escape(value)}</v>" if value is not None else ""
            return f'<c r="{place}" t="str"><f>{escape(text)}</f>{kept}</c>'
        case Digits(text=text):
            return f'<c r="{place}"><v>{text}</v></c>'
        case Day(serial=serial):
            return f'<c r="{place}" s="1"><v>{serial!r}</v></c>'
        case _:
            return f'<c r="{place}"><v>{_as_excel(cell)}</v></c>'


def _as_excel(number: float | None) -> str:
    """Return a number as Excel keeps it: 15 digits, and no more."""
    return f"{number:.15G}"


def workbook(*sheets: ExcelSheet) -> bytes:
    """Return the file that Excel would save."""
    texts: list[str] = []
    parts = [sheet.xml(texts) for sheet in sheets]
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    numbers = range(1, len(sheets) + 1)
    names = "".join(
        f'<sheet name="Sheet{at}" sheetId="{at}"'
        f'{f""" state="{sheets[at - 1].state}" """ if sheets[at - 1].state else " "}'
        f'r:id="rId{at}"/>'
        for at in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in numbers
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for at in numbers
    )
    files = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName='
        f'"/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{types}<Override PartName='
        f'"/xl/styles.xml" ContentType="{_KIND}.styles+xml"/><Override PartName='
        f'"/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><fileVersion '
        'appName="xl" lastEdited="7" lowestEdited="4" rupBuild="22228"/><sheets>'
        f"{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'{links}<Relationship Id="rId90" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId91" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'{_HEAD}<sst xmlns="{_MAIN}" count="{len(texts)}" '
        f'uniqueCount="{len(texts)}">{shared}</sst>',
    } | {f"xl/worksheets/sheet{at}.xml": parts[at - 1] for at in numbers}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()
