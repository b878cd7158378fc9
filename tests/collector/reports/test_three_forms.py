"""The printed sheet, XLSX and CSV of one day agree to the figure, with ten holds and with 200."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from collector.days import DAY, LED, SIX, quiet_day, to
from collector.hall_of_doors import TEN, hall
from collector.served_centre import app_of, centre_of, serving
from gate_collector.reports.entries import MasksEntry, SuppliesEntry, SupplyMove, keep
from gate_collector.reports.versions import make_due

_ON = date.fromisoformat(DAY)
Table = list[list[str]]


class _Tables(HTMLParser):
    """The tables of a page, as texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._is_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.tables[-1][-1][-1] += data.strip()

    def of(self, heading: str) -> Table:
        """Return the lines of the table that has this heading first."""
        return next(table[1:] for table in self.tables if table and table[0][0] == heading)


def _csv(content: bytes) -> dict[str, Table]:
    sections: dict[str, Table] = {}
    name = ""
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
        if row and row[0].startswith("【"):
            name = row[0].strip("【】")
            sections[name] = []
        elif row:
            sections[name].append([_cell(cell) for cell in row])
    return sections


def _xlsx(content: bytes) -> dict[str, Table]:
    book = load_workbook(io.BytesIO(content))
    return {
        sheet.title: [
            [_cell("" if cell is None else str(cell)) for cell in row] for row in sheet.values
        ]
        for sheet in book.worksheets
    }


def _cell(text: str) -> str:
    """Return a cell as text; 360 and 360.0 are one figure."""
    return f"{float(text):g}" if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


@pytest.mark.parametrize("holds", [10, 200])
def test_print_xlsx_and_csv_of_a_day_agree(tmp_path: Path, holds: int) -> None:
    with hall(tmp_path) as one:
        to(one, 1)
        for number in range(holds):
            at = TEN + timedelta(hours=1, seconds=-number)
            one.west.hold(f"hold-{number}", who=f"visitor {number}", at=at)
            one.west.close(f"hold-{number}", at=at)
        quiet_day(one, skip=("卫生间",))
        one.central.passage(at=SIX + timedelta(minutes=9))
        one.settle()
        centre = centre_of(one, lambda: LED)
        for entry in (
            SuppliesEntry(item="防护服", move=SupplyMove.COUNTED, quantity=20),
            SuppliesEntry(item="防护服", move=SupplyMove.ISSUED, quantity=3, to="3 号窗口"),
            MasksEntry(bags=2, place="一层库房", handed_to="环卫站"),
        ):
            keep(centre, _ON, entry, by="王科长", corrects=None)
        make_due(centre)
        with serving(app_of(centre)) as client:
            sheet = client.get(f"/reports/{DAY}").text
            table = _csv(client.get(f"/reports/{DAY}/report.csv").content)
            book = _xlsx(client.get(f"/reports/{DAY}/report.xlsx").content)

    sheet = sheet[sheet.index("<article") : sheet.index("</article>")]
    printed, text = _Tables(sheet), re.sub(r"<[^>]+>", "", sheet)
    assert table == book
    assert len(printed.of("时间")) == len(book["暂留"]) - 1 == holds
    assert [row[1:] for row in printed.of("物资")] == [row[1:-1] for row in book["物资"][1:]]
    assert [row[1:] for row in printed.tables[-1][1:]] == [row[2:] for row in book["截止后"][1:]]
    passed = [row for row in book["通行"] if row[1] == "合计"]
    hours = printed.of("分时段")
    assert [sum(map(int, row[1:])) for row in hours] == [int(row[-1]) for row in passed]
    for door, area, kind, done, needed, _ in book["消毒通风"][1:]:
        assert f"{area}{kind} {done}/{needed}" in text, door
    figures = {row[0]: row[1] for row in book["人员与其他"][1:]}
    assert f"{figures['废弃口罩袋数']} 袋" in text
    assert f"绿色通道：{figures['绿色通道']}" in text
    assert re.search(r"hold-\d|[0-9a-f]{12,}|\bp95\b", text) is None
