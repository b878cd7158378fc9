"""A supervisor keeps the door's accounts at the screen, in a real browser: list, add, PIN, end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.test_screen_access import faults
from chromium import KIOSK, PHONE, watched_page
from gate_agent.contract.access_records import StaffChanged
from security.signing import OTHER_PIN, PIN, Door, door
from web import cases

pytestmark = pytest.mark.browser
_WORDS = {"zh": ("账号管理", "添加账号"), "en": ("Accounts", "Add an account")}


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as found:
        yield found


def _sign_on(page: Page, door_: Door, name: str, lang: str = "zh") -> None:
    page.goto(f"{door_.served.url}/?lang={lang}")
    expect(page.locator("body")).to_have_attribute("data-live", "yes")
    page.get_by_role("button", name=name).click()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("#signon")).to_be_hidden()


def _open(page: Page, lang: str = "zh") -> None:
    page.locator("#post").click()
    page.locator("#panel").get_by_role("button", name=_WORDS[lang][0]).click()
    expect(page.locator("#staff-add")).to_be_visible()


def _pin(page: Page, pin: str) -> None:
    for _ in range(2):
        for digit in pin:
            page.locator("#panel .keypad").get_by_role("button", name=digit, exact=True).click()
        page.locator("#staff-confirm").click()


@pytest.mark.parametrize("size", [KIOSK, PHONE])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_and_the_pad_are_for_everybody_and_fit(
    browser: Browser, staffed: Door, size: tuple[int, int], lang: str
) -> None:
    with watched_page(browser, size) as watched:
        page = watched.page
        _sign_on(page, staffed, "李管", lang)
        _open(page, lang)
        found = faults(page)
        page.locator("#staff-add").click()
        found += faults(page)
        page.locator("#staff-name").fill("陈新")
        page.locator("#panel .choices button").first.click()
        expect(page.locator("#staff-confirm")).to_be_visible()
        found += faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")

        assert (found, wide) == ([], 0)
        assert watched.faults == []


def test_an_account_is_added_given_another_pin_and_ended(browser: Browser, staffed: Door) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, staffed, "李管")
        _open(page)
        page.locator("#staff-add").click()
        page.locator("#staff-name").fill("陈新")
        page.locator("#panel").get_by_role("button", name="值守").click()
        _pin(page, OTHER_PIN)
        row = page.locator(".accounts li", has_text="陈新")
        expect(row).to_contain_text("g02 值守")

        row.get_by_role("button", name="重设 PIN").click()
        _pin(page, PIN)
        expect(page.locator("#staff-add")).to_be_visible()
        row.get_by_role("button", name="停用").click()
        page.locator("#panel").get_by_role("button", name="停用").click()
        expect(row).to_contain_text("已停用")
        expect(row.get_by_role("button")).to_have_text(["重设 PIN 并启用"])

        changes = [(one.change, one.code, one.by) for one in staffed.recorded(StaffChanged)]
        assert changes == [(done, "g02", "s01") for done in ("added", "pin", "disabled")]
        assert staffed.book.active("g02") is None
        assert PIN not in page.content()


def test_a_pin_that_differs_or_is_easy_is_not_taken(browser: Browser, staffed: Door) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, staffed, "李管")
        _open(page)
        page.locator(".accounts [data-code=g01]").get_by_role("button", name="重设 PIN").click()
        page.keyboard.type("12345")
        page.keyboard.press("Enter")
        expect(page.locator("#staff-hint")).to_contain_text("6 至 12 位")
        for pin in (PIN, OTHER_PIN):
            page.keyboard.type(pin)
            expect(page.locator("#staff-typed")).to_have_text("●" * 6)
            page.keyboard.press("Enter")
        expect(page.locator("#staff-hint")).to_contain_text("两次不同")
        for _ in range(2):
            page.keyboard.type("123456")
            page.keyboard.press("Enter")
        expect(page.locator("#message")).to_contain_text("太容易猜")
        assert staffed.recorded(StaffChanged) == []


def test_a_guard_finds_no_accounts_and_a_supervisor_none_of_the_maintainers(
    browser: Browser, staffed: Door
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, staffed, "王卫")
        page.locator("#post").click()
        expect(page.get_by_role("button", name="离岗")).to_be_visible()
        assert page.get_by_role("button", name="账号管理").count() == 0
        page.get_by_role("button", name="离岗").click()

        _sign_on(page, staffed, "李管")
        _open(page)
        expect(page.locator(".accounts [data-code=m01] button")).to_have_count(0)
        expect(page.locator(".accounts [data-code=s01] button")).to_have_text(["重设 PIN"])
        page.locator("#staff-add").click()
        assert page.locator("#panel").get_by_role("button", name="运维").count() == 0


def test_a_hold_is_seen_and_acknowledged_while_the_accounts_are_open(
    browser: Browser, staffed: Door
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, staffed, "李管")
        _open(page)
        staffed.served.show(cases.held())

        page.locator("#next").click()

        expect(page.locator("#message")).to_be_visible()
        assert [each.details["by"] for each in staffed.served.asked()] == ["s01"]
