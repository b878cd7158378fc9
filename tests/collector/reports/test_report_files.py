"""The daily report as a page to print and sign, as XLSX and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from chromium import watched_page
from collector.days import DAY, LED, quiet_day
from collector.hall_of_doors import ZONE, Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_collector.reports.sheets import as_csv
from gate_collector.reports.versions import make_due, read


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        quiet_day(opened)
        make_due(centre_of(opened, lambda: LED))
        yield opened


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one, lambda: LED))) as opened:
        yield opened


def test_the_workbook_holds_every_table(client: httpx.Client) -> None:
    answer = client.get(f"/reports/{DAY}/report.xlsx")

    book = load_workbook(io.BytesIO(answer.content))

    assert answer.headers["content-disposition"].endswith(f'"zero-report-{DAY}-v1.xlsx"')
    assert book.sheetnames == [
        "概况",
        "证据",
        "通行",
        "暂留",
        "前期转入的处置",
        "密切接触者",
        "人员与其他",
        "消毒通风",
        "逐轮",
        "物资",
        "发放",
        "废弃口罩去向",
        "时效",
        "截止后",
    ]
    total = [row for row in book["通行"].values if row[1] == "合计"]
    assert [row[0] for row in total] == ["central-2f", "west-1f"]
    assert [row[-1] for row in total] == [2, 2]


def test_the_csv_opens_in_a_chinese_spreadsheet(client: httpx.Client) -> None:
    content = client.get(f"/reports/{DAY}/report.csv").content

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    assert content.startswith("\ufeff".encode())
    assert ["【证据】"] in rows
    assert ["日期", DAY] in rows


def test_a_text_is_never_taken_for_a_formula(one: Hall) -> None:
    report = read(centre_of(one), date.fromisoformat(DAY)).report
    report = report.model_copy(update={"why": "=HYPERLINK(1)"})

    assert b",'=HYPERLINK(1)" in as_csv(report, None, ZONE)


def test_what_is_not_there_is_said(client: httpx.Client) -> None:
    answer = client.get("/reports/2026-01-01")

    assert answer.status_code == 404
    assert answer.json()["error"]["got"] == "none"


def test_a_correction_needs_who_and_why_and_our_own_page(client: httpx.Client) -> None:
    path = f"/reports/{DAY}/corrections"

    assert client.post(path, json={"by": "", "why": "x"}).status_code == 422
    foreign = client.post(path, json={"by": "x", "why": "y"}, headers={"Origin": "http://evil"})
    assert foreign.status_code == 403
    form = client.post(path, data={"by": "x", "why": "y"})
    assert form.status_code == 415
    made = client.post(path, json={"by": "王科长", "why": "补记"})
    assert made.json() == {"version": 2, "location": f"/reports/{DAY}?version=2"}


def sides(printed: bytes) -> int:
    """Return how many pages a printed document has."""
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.mark.browser
def test_the_page_prints_on_two_sides_of_a4_and_is_corrected_in_the_browser(
    browser: Browser, client: httpx.Client
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/reports/{DAY}")
        expect(page.locator(".sheet h1")).to_contain_text("疫情防控每日零报告")
        expect(page.locator(".sign")).to_contain_text("审核人")
        printed = page.pdf(prefer_css_page_size=True)
        assert sides(printed) <= 2

        form = page.locator("form[data-post$=corrections]")
        form.get_by_label("经办人").fill("王科长")
        form.get_by_label("原因").fill("补记消毒一次")
        page.get_by_role("button", name="产生新版本").click()

        expect(page.locator(".sheet")).to_contain_text("更正说明：补记消毒一次（王科长）")
        assert watched.faults == []
        assert watched.hosts == {"127.0.0.1"}
