"""A thermometer that is not believed: everybody is measured by hand; the daily check."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from gate_agent.contract.thermometer import Trust
from gate_agent.gate.screen_state import CommissionedView, CommissioningView
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


def test_a_new_door_is_guided_and_says_what_came_out(page: Page, served: Served) -> None:
    new = scenes.not_trusted(scenes.registering())
    assert new.thermometer is not None
    trusted = new.thermometer.model_copy(
        update={
            "trust": Trust.TRUSTED,
            "doubts": (),
            "by_hand": False,
            "commissioning": CommissioningView(both=3, wanted=5),
        }
    )
    show(page, served, new.model_copy(update={"thermometer": trusted}))
    expect(page.locator("#more")).to_have_text("新门启用 3/5")
    page.locator("#more").click()
    expect(page.locator("#commissioning")).to_contain_text("3 人")
    page.get_by_role("button", name="张* 36.42").click()
    for digit in "366":
        page.locator("#panel .digit", has_text=digit).click()
    page.locator("#contact-confirm").click()
    recorded(page)
    (asked,) = served.asked()
    assert (asked.what, asked.about) == ("measure_by_hand", "ab12-901")
    assert asked.details["contact_centi_c"] == 3660

    guided = trusted.model_copy(
        update={"commissioning": CommissioningView(both=3, wanted=5, by_hand=True)}
    )
    idle = new.model_copy(update={"thermometer": guided, "passage": None})
    show(page, served, idle)
    expect(page.locator("#verdict-reason")).to_contain_text("新门启用 3/5：站到测温处")
    expect(page.locator("#panel")).to_contain_text("由体温计决定能否进入")

    known = CommissionedView(
        baseline_centi_c=3605,
        profile_centi_c=3455,
        contact_centi_c=3660,
        both=5,
        people=11,
        flagged=4,
        at="2026-11-24T06:52:00.000Z",
    )
    done = trusted.model_copy(update={"commissioning": None, "commissioned": known})
    show(page, served, new.model_copy(update={"thermometer": done}))
    expect(page.locator("#commissioned")).to_contain_text(
        "14:52 本入口平常体表温度 36.05 ℃，出厂设定 34.55 ℃，偏高 1.50 ℃。5 人经体温计核对"
    )
