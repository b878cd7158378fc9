"""A thermometer that is not believed: everybody is measured by hand; the daily check."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from web import scenes
from web.scripted_desk import Asked
from web.served_door import Served

pytestmark = pytest.mark.browser


def test_a_thermometer_not_trusted_is_a_technical_alarm_that_says_why(
    page: Page, served: Served
) -> None:
    show(page, served, scenes.not_trusted())

    expect(page.locator("#verdict-word")).to_have_text("一律用体温计 测量")
    expect(page.locator("#technical strong")).to_have_text("⚠ 测温仪不可信：一律用体温计测量")
    expect(page.locator("#status")).to_contain_text("不可信 · 读数不变")
    expect(page.locator("body")).to_have_attribute("data-alarm", "technical")


def test_who_must_be_measured_by_hand_is_asked_for_that_reading(page: Page, served: Served) -> None:
    show(page, served, scenes.by_hand())
    expect(page.locator("#verdict-word")).to_have_text("请用体温计 测量")

    page.keyboard.type("29")
    page.keyboard.press("Enter")
    expect(page.locator("#contact")).to_have_attribute("data-bad", "yes")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    for digit in "366":
        page.locator("#hand .digit", has_text=digit).click()
    page.locator("#contact-confirm").click()

    recorded(page)
    assert served.asked() == [
        Asked(
            what="measure_by_hand",
            about="ab12-901",
            details={"contact_centi_c": 3660, "by": "guard-1"},
        )
    ]
    show(page, served, scenes.idle())
    expect(page.locator("#hand")).to_be_hidden()


def test_the_daily_check_compares_with_the_contact_thermometer(page: Page, served: Served) -> None:
    show(page, served, scenes.not_trusted())
    page.locator("#more").click()
    expect(page.locator("#check-state")).to_have_text("08:32 校验合格，差 0.12 ℃，允许 0.30 ℃")

    page.locator("#check-begin").click()
    expect(page.locator("#panel #contact")).to_be_visible()
    page.keyboard.type("3655")
    page.keyboard.press("Enter")

    expect(page.locator("#check-begin")).to_be_visible()
    assert served.do(lambda desk: desk.thermometer.asked) == [
        ("reference",),
        ("check", "contact", 3655, "guard-1"),
    ]


def test_a_black_body_can_be_the_reference(page: Page, served: Served) -> None:
    show(page, served, scenes.not_trusted())
    page.locator("#more").click()

    page.locator("#check-blackbody").click()
    expect(page.locator("#panel #contact")).to_be_visible()
    page.keyboard.type("370")
    page.keyboard.press("Enter")

    expect(page.locator("#check-begin")).to_be_visible()
    assert served.do(lambda desk: desk.thermometer.asked)[-1] == (
        "check",
        "blackbody",
        3700,
        "guard-1",
    )
