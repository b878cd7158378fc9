"""The bureau's pages in a real browser: ten halls at one look, the day to sign, the emergency."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from children import wait_until
from chromium import KIOSK, PHONE, sound, watched_page
from collector.bureau.standing import StandingHall, bureau_of
from collector.days import DAY, quiet_day
from collector.served_centre import serving
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.halls import HallReach
from gate_collector.reports.versions import correct, make_due
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

pytestmark = pytest.mark.browser
_PASSWORD = "correct horse battery"
_WALL = (1920, 1080)
NAMES = (
    "区政务服务中心", "𠮷野䶮城西分中心", "阿卜杜热合曼乡便民服务中心（东区）第一政务服务大厅",
    "城东分中心", "城南分中心", "城北分中心", "开发区分中心", "高新区分中心",
    "临港分中心", "机场分中心",
)  # fmt: skip


@contextmanager
def _served(folder: Path) -> Iterator[tuple[BureauDesk, list[StandingHall], httpx.Client]]:
    with bureau_of(folder, *NAMES) as app, serving(app) as client:
        desk = app.state.desk
        yield desk, desk.halls, client


def _sign_on(page: Page, desk: BureauDesk, client: httpx.Client, role: Role) -> None:
    Accounts(desk.centre).make(role.value, role, _PASSWORD)
    page.goto(f"{client.base_url}/sign-on")
    page.fill("[name=name]", role.value)
    page.fill("[name=password]", _PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{client.base_url}/")


def _at_each_size(page: Page) -> None:
    for width, height in (KIOSK, PHONE, _WALL):
        page.set_viewport_size({"width": width, "height": height})
        sound(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ten_halls_at_one_look_and_what_is_not_known_of_some(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    with _served(tmp_path) as (desk, halls, client), watched_page(browser) as watched:
        halls[0].one.west.hold("hold-1")
        halls[0].one.settle()
        halls[1].is_up, halls[1].failing = False, "expected to be the only collector"
        halls[2].fault = OSError()
        desk.watch.start()
        try:
            wait_until(lambda: _read(desk) == len(NAMES) - 2, "the others to be read")
            page = watched.page
            _sign_on(page, desk, client, Role.DISPLAY)
            page.goto(f"{client.base_url}/?lang={lang}")
            _at_each_size(page)
            rows = page.locator("#halls tbody tr")
            expect(rows).to_have_count(len(NAMES))
            for number, reach in ((2, "away"), (3, "unread")):
                row = page.locator(f"[data-site=hall-0{number}]")
                expect(row).to_have_attribute("data-reach", reach)
                assert not any(sign.isdigit() for sign in row.inner_text())
            expect(page.locator("[data-site=hall-01] .person")).to_contain_text("1")
            expect(page.locator("#emergency")).to_have_count(0)

            halls[1].is_up = True
            expect(page.locator("[data-site=hall-02]")).to_have_attribute("data-reach", "read")
        finally:
            desk.watch.close()
        assert watched.faults == []


def _read(desk: BureauDesk) -> int:
    return sum(line.reach is HallReach.READ for line in desk.watch.lines)


def test_the_office_merges_a_day_prints_it_and_is_told_when_it_is_outdated(
    browser: Browser, tmp_path: Path
) -> None:
    with _served(tmp_path) as (desk, halls, client), watched_page(browser) as watched:
        for hall in halls[:-1]:
            quiet_day(hall.one)
            make_due(hall.centre)
        page = watched.page
        _sign_on(page, desk, client, Role.OFFICE)
        page.click("nav a >> text=全局日报")
        page.locator(f"form[data-post='/reports/{DAY}/merge'] button").click()
        page.wait_for_url(f"{client.base_url}/reports/{DAY}?version=1")
        sheet = page.locator(".sheet")
        expect(sheet).to_contain_text(f"情况不明：{NAMES[-1]}")
        expect(page.locator("[data-figure=passages] td").nth(1)).to_have_text("不明")
        expect(page.locator("[data-figure=passages] td").nth(2)).to_have_text("4")
        expect(page.locator("#outdated")).to_have_count(0)
        for lang in ("zh", "en"):
            page.goto(f"{client.base_url}/reports/{DAY}?lang={lang}")
            _at_each_size(page)
            assert "hall-0" not in sheet.inner_text()
        correct(halls[0].centre, date.fromisoformat(DAY), by="王科长", why="补记")
        page.goto(f"{client.base_url}/reports/{DAY}")
        expect(page.locator("#outdated")).to_contain_text(NAMES[0])
        page.fill("#merge [name=why]", "大厅更正")
        page.click("#merge button")
        page.wait_for_url(f"{client.base_url}/reports/{DAY}?version=2")
        expect(page.locator("#outdated")).to_have_count(0)
        page.goto(f"{client.base_url}/reports")
        _at_each_size(page)
        expect(page.locator("#reports tbody tr")).to_have_count(2)
        page.goto(f"{client.base_url}/reports/{DAY}")
        page.click("#merge button")
        expect(page.locator("#merge .fault")).to_contain_text("没有比现有版本更新的日报")
        expected = [one for one in watched.faults if "409" not in one]
        assert expected == []


def test_the_leader_closes_every_hall_and_sees_which_did_not_answer(
    browser: Browser, tmp_path: Path
) -> None:
    with _served(tmp_path) as (desk, halls, client), watched_page(browser) as watched:
        halls[3].is_up, halls[3].failing = False, "locked"
        page = watched.page
        _sign_on(page, desk, client, Role.LEADER)
        page.click("#emergency summary")
        _at_each_size(page)
        page.click("#emergency button")
        page.wait_for_url(f"{client.base_url}/emergency/1")
        _at_each_size(page)
        expect(page.locator("tbody tr.bad")).to_have_count(1)
        expect(page.locator("tbody tr.bad")).to_contain_text(NAMES[3])
        shut = [hall.book.in_force().hall_mode.value for hall in halls]
        assert shut == ["emergency"] * 3 + ["open"] + ["emergency"] * 6
        assert watched.faults == []
