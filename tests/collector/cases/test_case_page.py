"""A fever in a real browser: from the message on a telephone to its closing and the 终报."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from chromium import KIOSK, PHONE, sound, watched_page
from collector.cases.day_of_fever import (
    NUMBER,
    RARE,
    at,
    confirmed,
    decided,
    ended,
    identified,
    note,
    opened_nameless,
    step,
)
from collector.hall_of_doors import Hall, hall
from collector.handed import NAME, PRIVATE, registered
from collector.served_centre import SITE_KEY, app_of, centre_of, serving
from gate_agent.contract.records import HoldState, NoteKind
from gate_agent.words import texts
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.cases.gathered import newest_of
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

pytestmark = pytest.mark.browser
_PATH = "/cases/west-1f/hold-1"
_WALL = (1920, 1080)
_PASSWORD = "correct horse battery"


def _message(one: Hall) -> str:
    """Return the path in the message that a leader's telephone shows."""
    book = AlertBook(one.engine, SITE_KEY)
    key = "hold:west-1f:hold-1:hold"
    cause = Cause(
        key=key,
        kind="hold",
        gate="west-1f",
        subject="hold-1",
        text=texts("alert.left", door="西"),
        quiet=False,
    )
    book.open(cause, at(1))
    (alert,) = book.claim(at(1), 120)
    return f"/answer/{book.link(alert, RARE, at(1))}"


def _app(one: Hall) -> FastAPI:
    """Return the centre at which a leader has an account."""
    accounts = Accounts(centre_of(one))
    accounts.make(RARE, Role.LEADER, _PASSWORD)
    return app_of(centre_of(one), accounts=accounts, private=PRIVATE)


def _sign_on(page: Page) -> None:
    page.get_by_label("姓名").fill(RARE)
    page.get_by_label("口令").fill(_PASSWORD)
    page.get_by_role("button", name="登录").click()


def _shows_all_of(page: Page, one: Hall) -> None:
    """Wait until the page shows all that is stored: it will not be taken away while one writes."""
    with one.engine.connect() as connection:
        expect(page.locator("#case")).to_have_attribute("data-mark", newest_of(connection))


def _issue(page: Page, kind: str) -> None:
    form = page.locator("#papers form[data-post]")
    form.get_by_label("种类").select_option(label=kind)
    form.get_by_label("情况说明").fill("现场平稳，人员情绪稳定。")
    form.get_by_role("button", name="签发").click()
    expect(page.locator("article h1")).to_contain_text(f"疫情防控专项报告（{kind}）")


def _sound_and_printed(page: Page, base: str) -> None:
    """Hold that the paper is two pages of A4 at most, and it is sound at each width."""
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= 2
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    page.emulate_media(media="screen")
    for width, height in (PHONE, KIOSK, _WALL):
        page.set_viewport_size({"width": width, "height": height})
        sound(page)
    page.goto(f"{base}{_PATH}")  # at the other widths with every page
    sound(page)


@pytest.mark.timeout(600)  # a whole case, step by step: seconds, and minutes on a busy machine
def test_a_fever_from_the_message_to_the_final_report(browser: Browser, tmp_path: Path) -> None:
    with hall(tmp_path) as one, watched_page(browser, PHONE) as watched:
        page = watched.page
        one.west.heartbeat(name="一层西侧出入口")
        opened_nameless(one.west)
        one.west.say(registered("p-0", "feverish"))
        one.settle()
        one.clock.advance(5)
        with serving(_app(one)) as client:
            page.goto(f"{client.base_url}{_message(one)}")
            page.get_by_role("link", name="打开处置专页").click()
            _sign_on(page)
            expect(page.locator("h1")).to_contain_text("一层西侧出入口")
            expect(page.locator("#due")).to_contain_text("剩 0:10")
            expect(page.locator("#case")).to_contain_text("人员身份")
            _issue(page, "初报")
            page.get_by_role("link", name="返回处置专页").click()

            expect(page.locator("body")).to_have_attribute("data-live", "yes")
            identified(one.west, 30)
            decided(one.west, 30)
            confirmed(one.west)
            one.settle()
            expect(page.locator("#timeline")).to_contain_text("已确认")
            expect(page.locator("#case")).not_to_contain_text("人员身份")
            _shows_all_of(page, one)
            one.clock.advance(500)
            form = page.locator("#district form[data-post]")
            form.get_by_label("接报时间").fill("2026-11-24T10:06")
            step(one.west, HoldState.REPORTED, 300)  # somebody writes here: nothing is taken away
            one.settle()
            expect(page.locator("#news")).to_be_visible()
            form.get_by_label("接报人").fill("李科长")
            form.get_by_label("受理编号").fill(NUMBER)
            form.get_by_role("button", name="记录接报").click()
            expect(page.locator("#district tbody")).to_contain_text(NUMBER)

            page.locator("#person").get_by_label("揭示原因").fill("报送区疫情防控办")
            page.get_by_role("button", name="揭示姓名").click()
            expect(page.locator("#person")).to_contain_text(NAME)
            note(one.west, NoteKind.COUNSELLED, 400)
            ended(one.west)
            one.settle()
            expect(page.locator("#news")).to_be_visible()
            page.locator("#news button").click()
            expect(page.locator("#case")).to_contain_text("已结案")
            _shows_all_of(page, one)
            _issue(page, "终报")

            _sound_and_printed(page, str(client.base_url))

            assert watched.faults == []
            assert watched.hosts == {"127.0.0.1"}
