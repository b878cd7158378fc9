"""Signing on at the screen, in a real browser: names, PIN pad; an alarm pushes it aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import watched_page
from gate_agent.contract.access_records import ShiftChanged
from security.signing import OTHER_PIN, PIN, Door, door
from web import cases


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as found:
        yield found


@pytest.fixture
def page(browser: Browser, staffed: Door) -> Iterator[Page]:
    with watched_page(browser) as watched:
        watched.page.goto(staffed.served.url)
        expect(watched.page.locator("body")).to_have_attribute("data-live", "yes")
        yield watched.page
        assert [fault for fault in watched.faults if fault.startswith("page: ")] == []


def type_pin(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator("#signon .pad").get_by_role("button", name=digit, exact=True).click()
    page.locator("#signon .pad .enter").click()


def test_a_guard_signs_on_by_name_and_pin_and_off_again(page: Page, staffed: Door) -> None:
    expect(page.locator("#signon")).to_be_visible()
    page.get_by_role("button", name="王卫").click()
    type_pin(page, PIN)

    expect(page.locator("#signon")).to_be_hidden()
    expect(page.locator("#post")).to_have_text("王卫")

    page.locator("#post").click()
    page.get_by_role("button", name="离岗").click()
    expect(page.locator("#signon")).to_be_visible()
    assert [change.change for change in staffed.recorded(ShiftChanged)] == ["started", "ended"]


def test_a_pin_may_be_typed_and_a_wrong_one_is_said(page: Page) -> None:
    page.get_by_role("button", name="王卫").click()
    page.keyboard.type(OTHER_PIN)
    expect(page.locator("#signon-pin")).to_have_text("●" * 6)
    page.keyboard.press("Enter")

    expect(page.locator("#signon-message")).to_have_text("姓名或 PIN 不对，请重试")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("#signon")).to_be_hidden()


def test_an_alarm_pushes_the_sign_on_aside_and_is_acknowledged_by_whoever_is_there(
    page: Page, staffed: Door
) -> None:
    expect(page.locator("#signon")).to_be_visible()
    held = cases.held()
    staffed.served.show(held)

    expect(page.locator("#signon")).to_be_hidden()
    page.locator("#holds").get_by_role("button").first.click()

    staffed.served.do(lambda desk: desk.asked)
    expect(page.locator("#message")).to_be_visible()
    asked = [(each.what, each.details["by"]) for each in staffed.served.asked()]
    assert asked == [("step_hold", "unsigned")]


def test_what_a_guard_does_carries_who(page: Page, staffed: Door) -> None:
    page.get_by_role("button", name="王卫").click()
    type_pin(page, PIN)
    expect(page.locator("#signon")).to_be_hidden()
    held = cases.held()
    staffed.served.show(held)
    page.locator("#holds").get_by_role("button").first.click()

    expect(page.locator("#message")).to_be_visible()
    assert [each.details["by"] for each in staffed.served.asked()] == ["g01"]


def test_a_new_door_is_set_up_at_the_screen(browser: Browser, tmp_path: Path) -> None:
    with door(tmp_path, staffed=False) as new, watched_page(browser) as watched:
        page, sign_on = watched.page, new.served.sign_on
        assert sign_on is not None
        page.goto(new.served.url)
        expect(page.locator("#signon")).to_be_visible()
        type_pin(page, sign_on.setup_code or "")
        page.locator("#signon-name").fill("李管")
        page.locator("#signon .enter").click()
        type_pin(page, PIN)

        expect(page.get_by_role("button", name="李管")).to_be_visible()
        type_pin(page, PIN)
        expect(page.locator("#post")).to_have_text("李管")
