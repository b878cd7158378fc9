"""What outlives a reload of the guard screen: what is typed and open, the sound; no longer."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from chromium import WINDOWED, Browsers, watched_page
from gate_agent.contract.records import HoldState
from web import cases, scenes
from web.served_door import Served

KEPT = "() => Object.keys(sessionStorage)"


def again(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("F5")
    expect(page.locator("body")).to_have_attribute("data-live", "yes")


def test_digits_and_the_purpose_outlive_a_reload_and_are_gone_once_sent(
    page: Page, served: Served
) -> None:
    show(page, served, scenes.registering())
    page.locator("[data-purpose=社保]").click()
    page.keyboard.type("1381234")

    again(page)
    expect(page.locator("#phone")).to_have_text("138 1234")
    expect(page.locator("[data-purpose=社保]")).to_have_attribute("data-chosen", "yes")
    page.keyboard.type("5678")
    page.keyboard.press("F9")

    recorded(page)
    assert served.asked()[0].details == {"phone": "13812345678", "purpose": "社保"}
    expect(page.locator("#verdict-word")).to_have_text("放行")
    assert page.evaluate(KEPT) == []


def test_what_was_typed_for_one_person_is_nobody_elses(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type("1381234")

    served.show(scenes.registering("ab12-999"))
    again(page)

    expect(page.locator("#phone")).to_have_text("手机号")
    assert page.evaluate(KEPT) == []


def test_an_open_case_and_an_open_panel_outlive_a_reload(page: Page, served: Served) -> None:
    show(page, served, cases.held(cases.hold(state=HoldState.ACKNOWLEDGED, due_s=500)))
    page.locator(".hold .hold-do button").click()
    again(page)
    expect(page.locator("#case")).to_be_visible()
    page.keyboard.press("Escape")

    for button, title in (("#duties", "消毒"), ("#more", "自检"), ("#manual", "人工录入")):
        page.locator(button).click()
        again(page)
        expect(page.locator("#panel h2").first).to_contain_text(title)
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
    assert page.evaluate(KEPT) == []


def test_sound_outlives_a_reload(page: Page) -> None:
    mute = page.locator("#mute")
    mute.click()
    expect(mute).to_have_attribute("data-kind", "quiet")

    again(page)

    expect(mute).to_have_attribute("data-kind", "quiet")


def test_the_screen_is_kept_awake_and_never_translated(browsers: Browsers, served: Served) -> None:
    with browsers.lent(WINDOWED) as windowed, watched_page(windowed) as watched:
        watched.page.goto(served.url)
        expect(watched.page.locator("html")).to_have_attribute("translate", "no")
        expect(watched.page.locator("body")).to_have_attribute("data-awake", "yes")
