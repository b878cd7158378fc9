"""The visitor types: by a code on the display, on a phone of their own, confirmed by one press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.screen_steps import show
from browser.test_screen_counts import COUNTED, allowed, presses
from chromium import PHONE, sound, watched_page
from web import scenes
from web.served_door import Served

pytestmark = pytest.mark.browser


def test_a_first_registration_is_one_press_of_the_guards_when_the_visitor_types(
    page: Page, browser: Browser, served: Served
) -> None:
    show(page, served, scenes.registering())
    page.evaluate(COUNTED)
    with watched_page(browser) as display, watched_page(browser, PHONE) as phone:
        display.page.goto(f"{served.url}/visitor")
        code = display.page.locator("#entry img")
        expect(code).to_be_visible()
        display.page.wait_for_function("document.querySelector('#entry img').naturalWidth > 0")
        sound(display.page)

        ticket = served.do(lambda desk: desk.entry())
        assert ticket is not None
        own = phone.page
        own.goto(f"{served.url}/enter#{ticket.token}")
        expect(own.locator("#number")).to_have_text("手机号")
        assert ticket.token not in own.url
        expect(own.locator(".purpose").first).to_be_disabled()
        for digit in "13812345678":
            own.locator(".key", has_text=digit).click()
        expect(own.locator("#number")).to_have_text("138 1234 5678")
        sound(own)
        own.get_by_role("button", name="社保").click()

        expect(own.locator(".said")).to_contain_text("已提交")
        assert "138" not in own.content()
        assert own.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
        assert own.context.cookies() == []
        expect(code).to_be_hidden()
        assert display.faults == phone.faults == []

    foot = page.locator("#next")
    expect(foot).to_contain_text("确认登记 · 138****5678 · 社保")
    sound(page)
    foot.click()

    expect(page.locator("#verdict-word")).to_have_text("放行")
    (asked,) = served.asked()
    assert (asked.details["phone"], asked.details["purpose"]) == ("+8613812345678", "社保")
    assert presses(page) == allowed()["first registration, the visitor types"]


def test_the_touch_display_itself_takes_it_and_goes_back(browser: Browser, served: Served) -> None:
    served.show(scenes.registering())
    with watched_page(browser) as watched:
        display = watched.page
        display.goto(f"{served.url}/visitor?touch")
        display.locator("#entry button").click()
        expect(display.locator("#number")).to_be_visible()
        display.keyboard.type("13812345678")
        display.get_by_role("button", name="税务").click()
        expect(display.locator(".said")).to_contain_text("已提交")

        display.wait_for_url("**/visitor?touch")
        assert watched.faults == []
    shown = served.do(lambda desk: desk.snapshot().passage)
    assert shown is not None
    assert shown.entered is not None
    assert shown.entered.purpose == "税务"


def test_what_is_not_so_is_typed_again_or_by_the_guard(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    ticket = served.do(lambda desk: desk.entry())
    assert ticket is not None
    body = {"token": ticket.token, "phone": "13812345678", "purpose": "社保"}
    answer = page.request.post(f"{served.url}/api/v1/visitor/entry", data=body)
    assert answer.ok
    expect(page.locator("#entered")).to_contain_text("138****5678")

    page.locator("#entered-no").click()
    expect(page.locator("#entered")).to_have_count(0)
    page.keyboard.type("13912345678")
    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#verdict-word")).to_have_text("放行")
    assert [asked.details["phone"] for asked in served.asked()] == ["13912345678"]


def test_a_code_that_is_over_says_so(browser: Browser, served: Served) -> None:
    served.show(scenes.registering())
    with watched_page(browser, PHONE) as watched:
        phone = watched.page
        phone.goto(f"{served.url}/enter#{'x' * 22}")
        expect(phone.locator("#number")).to_be_visible()
        phone.keyboard.type("13812345678")
        phone.get_by_role("button", name="社保").click()

        expect(phone.locator(".said")).to_contain_text("这个码已失效")
        watched.faults.clear()  # Chromium itself tells of the 404
