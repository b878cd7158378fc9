"""What a workbook's parts may hold and hide: measured before they are parsed, and as linked."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest

from collector.policies.excel_files import Cell, ExcelSheet, workbook
from gate_agent.emulation.people import synthetic_card
from gate_collector.policies import sheets
from gate_collector.policies.book import PolicyFault
from gate_collector.policies.sheet_file import ONE_AT_A_TIME

_KEY = bytes(range(32))
_NUMBERS = [synthetic_card(n).number for n in range(1, 40)]
_HEADINGS: list[Cell] = ["证件号码", "值班"]
_ROWS = [_HEADINGS, *(list[Cell]((number, "是")) for number in _NUMBERS)]
_SHEET = "xl/worksheets/sheet1.xml"
_TEXTS = "xl/sharedStrings.xml"
_BOOK = "xl/workbook.xml"


def _count(content: bytes) -> int:
    return len(sheets.roster(content, _KEY).entries)


def _refused(content: bytes) -> str:
    with pytest.raises(PolicyFault) as fault:
        sheets.roster(content, _KEY)
    return "\n".join(fault.value.faults)


_FILTER = (
    '<autoFilter ref="A1:B9"><filterColumn colId="1"><filters><filter val="否"/></filters>'
    "</filterColumn></autoFilter>"
)


@pytest.mark.parametrize(
    ("part", "others", "told"),
    [
        ('<row r="3"', '<row r="3" ht="0" customHeight="1"', "第 3 行 line 3"),
        ("<sheetData>", '<cols><col min="1" max="1" width="0"/></cols><sheetData>', "列被隐藏"),
        ('<row r="3"', '<row r="3" ht="0.1"', "第 3 行 line 3"),
        ('<row r="3"', '<row r="3" ht="nan"', "第 3 行 line 3"),
        ('<row r="3"', '<row r="3" hidden="true"', "第 3 行 line 3"),
        ("<sheetFormatPr ", '<sheetFormatPr zeroHeight="1" ', "被隐藏"),
        ('defaultRowHeight="14.25"', 'defaultRowHeight="0.1"', "被隐藏"),
        ("<sheetFormatPr ", '<sheetFormatPr defaultColWidth="0.1" ', "列被隐藏"),
        ("<sheetData>", '<cols><col min="1" max="2" width="0.1"/></cols><sheetData>', "列被隐藏"),
        ("<dimension", '<sheetPr filterMode="1"/><dimension', "有筛选"),
        ("</sheetData>", f"</sheetData>{_FILTER}", "有筛选"),
        ('<sheet name="Sheet1"', '<sheet name="Sheet1" state="hidden"', "工作表被隐藏"),
        ('<sheet name="Sheet1"', '<sheet name="Sheet1" state="veryHidden"', "工作表被隐藏"),
        ("<sheets>", '<bookViews><workbookView visibility="hidden"/></bookViews><sheets>',
         "工作表被隐藏"),
        ('<c r="B3"', '<c r="A3"', "无法读取"),  # a cell twice
        ('<row r="3"', '<row r="2"', "无法读取"),
        ("<sheetData>", "<sheetData><row><row/></row>", "无法读取"),
    ],
)  # fmt: skip
def test_what_is_hidden_in_another_way_is_refused(part: str, others: str, told: str) -> None:
    assert told in _refused(_changed((part, others)))


def _changed(*changes: tuple[str, str], **more: str) -> bytes:
    """Return a workbook with other words in its parts and their names, and with more parts."""
    whole, changed = workbook(ExcelSheet(_ROWS)), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as before, zipfile.ZipFile(changed, "w") as after:
        parts = {name: before.read(name).decode() for name in before.namelist()}
        for old, new in changes:
            assert any(old in name + text for name, text in parts.items())
            parts = {name.replace(old, new): text.replace(old, new) for name, text in parts.items()}
        for name, text in (parts | more).items():
            after.writestr(name, text)
    return changed.getvalue()


_ELSEWHERE = ("worksheets/sheet1.xml", "data/sheet9.xml")


def test_a_sheet_is_taken_from_where_the_workbook_has_it_and_a_decoy_is_not() -> None:
    decoy = ExcelSheet(_ROWS[:2]).xml([])
    beside = {_SHEET: decoy}

    assert _count(_changed(_ELSEWHERE, **beside)) == len(_NUMBERS)
    hidden = ('<row r="3"', '<row r="3" hidden="1"')
    assert "第 3 行 line 3" in _refused(_changed(_ELSEWHERE, hidden, **beside))


@pytest.mark.parametrize(
    "change",
    [
        ('Target="sharedStrings.xml"', 'Target="other.xml"'),
        ('Target="styles.xml"', 'Target="other.xml"'),
        ('Target="xl/workbook.xml"', 'Target="xl/other.xml"'),
        ("worksheets/sheet1.xml", "styles.xml"),
    ],
)
def test_what_a_spreadsheet_would_show_from_other_parts_is_refused(change: tuple[str, str]) -> None:
    assert "无法读取" in _refused(_changed(change))


_MIB = 1024 * 1024
_BOMBS = {  # name: (part, where, what is put before it, and how often)
    "comment": (_SHEET, "<sheetData>", "<!--", "x", 20 * _MIB, "-->"),
    "comment in a row": (_SHEET, "</row>", "<!--", "x", 10 * _MIB, "-->"),
    "cells": (_SHEET, "</sheetData>", '<row r="99">', "<c/>", 4_000_000, "</row>"),
    "in a cell": (_SHEET, "</c>", "", "<v/>", 1_000_000, ""),
    "nested": (_SHEET, "<sheetData>", "", "<a>", 3_000_000, ""),
    "beside": (_SHEET, "<sheetData>", "", "<a/>", 3_000_000, ""),
    "attribute": (_SHEET, "<sheetData>", '<a b="', " ", 20 * _MIB, '"/>'),
    "ranges": (_SHEET, "</worksheet>", "", f'<a b="{"A1 " * 9999}"/>', 600, ""),
    "column": (_SHEET, "<sheetData>", "", '<col min="-999999999999"/>', 1, ""),
    "far cell": (_SHEET, "</row>", '<c r="', "Z", 60_000, '1"/>'),
    "text": (_TEXTS, "</t>", "", "x", 15 * _MIB, ""),
    "one text": (_TEXTS, "</si>", "", "<r/>", 500_000, ""),
    "styles": ("xl/styles.xml", "</cellXfs>", "", "<xf/>", 500_000, ""),
    "comment of the book": (_BOOK, "<sheets>", "<!--", "x", 20 * _MIB, "-->"),
    "types": ("[Content_Types].xml", "</Types>", "", "<Default/>", 500_000, ""),
    "entities": (_BOOK, "<workbook ", '<!DOCTYPE a [<!ENTITY b "', "c", 9, '">]>'),
}


@pytest.mark.parametrize("name", _BOMBS)
def test_a_small_file_that_would_cost_time_or_memory_is_refused_at_its_start(name: str) -> None:
    part, where, begin, unit, times, end = _BOMBS[name]
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(ExcelSheet(_ROWS)))) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for one in whole.namelist():
            text = whole.read(one).decode()
            if one == part:
                text = text.replace(where, f"{begin}{unit * times}{end}{where}", 1)
                assert unit * times in text
            bomb.writestr(one, text)
    begun = process_time()

    told = _refused(out.getvalue())

    took_s = process_time() - begun
    print(f"{name}: {len(out.getvalue())} bytes, refused in {took_s:.3f} s: {told}")
    assert took_s < 1


def test_two_sheets_are_read_one_after_the_other() -> None:
    with ThreadPoolExecutor(1) as pool:
        with ONE_AT_A_TIME:
            read = pool.submit(_count, workbook(ExcelSheet(_ROWS)))
            with pytest.raises(TimeoutError):
                read.result(timeout=0.2)
        assert read.result(timeout=60) == len(_NUMBERS)
