"""Families, who leaves, who falls ill inside: at the guard screen, and asked for at the centre."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.screen_steps import recorded, show
from children import wait_until
from chromium import KIOSK, PHONE, Watched, sound, watched_page
from collector.hall_of_doors import hall, ref
from collector.handed import NAME, PRIVATE, registered
from collector.served_centre import app_of, centre_of, orders_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.order_records import OrderAnswered
from gate_agent.contract.policy import HallMode
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser


def test_a_guard_says_how_many_are_with_somebody(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.press("g")
    page.get_by_role("button", name="随行 2 人").click()
    recorded(page)

    (asked,) = served.asked()
    assert (asked.what, asked.about) == ("group", "ab12-901")
    assert (asked.details["companions"], asked.details["by"]) == (2, "guard-1")


@pytest.mark.parametrize("watched", [KIOSK, PHONE], indirect=True)
def test_a_guard_counts_who_leaves_and_holds_who_fell_ill_inside(
    watched: Watched, page: Page, served: Served
) -> None:
    show(page, served, scenes.in_mode(HallMode.EMERGENCY).model_copy(update={"inside": 2}))
    expect(page.locator("#verdict-reason")).to_contain_text("在馆 2 人")
    expect(page.locator("#inside-now")).to_have_text("在馆 2")
    page.locator("#leave").click()
    expect(page.locator("#inside-count")).to_contain_text("2 人")
    page.get_by_role("button", name="离场 3 人").click()
    recorded(page)
    page.locator("#leave").click()
    page.locator("#inside button").first.click()
    page.get_by_role("button", name="等候区").click()

    expect(page.locator("#panel")).to_be_hidden()
    wait_until(lambda: len(served.asked()) > 1, "the second tap at the door")
    left, found = served.asked()
    assert (left.what, left.details) == ("left", {"count": 3, "by": "guard-1"})
    assert (found.what, found.about) == ("found", "ab12-0")
    assert (found.details["place"], found.details["by"]) == ("等候区", "guard-1")

    here = cases.hold().model_copy(
        update={"reason": "found_inside", "place": "等候区", "ordered_by": "王主任"}
    )
    show(page, served, cases.held(here))
    expect(page.locator(".hold-why")).to_have_text("厅内发现 · 等候区")
    page.locator(".hold .hold-do button").first.click()
    expect(page.locator("#found-at")).to_contain_text("中心平台（王主任）发起")
    sound(watched.page)


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_the_centre_names_who_is_inside_and_has_one_of_them_held(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    with hall(tmp_path) as one:
        one.west.passage(who="ill")
        one.central.passage(who="somebody else")
        one.west.say(registered("west-1f-1", "ill"))
        one.west.heartbeat(name="一层西侧出入口")
        one.settle()
        app = app_of(centre_of(one), private=PRIVATE)
        with serving(app) as client, watched_page(browser, size) as watched:
            page = watched.page
            page.goto(f"{client.base_url}/inside")
            naming = page.locator("#name-them form")
            naming.locator("input").nth(0).fill("王主任")
            naming.locator("input").nth(1).fill("火警疏散清点")
            naming.get_by_role("button").click()
            line = page.locator("#people tr", has_text=NAME)
            line.get_by_role("button", name="厅内发现").click()
            form = page.locator("#found")
            expect(form.locator("[name=who]")).to_have_value(ref("ill"))
            form.locator("[name=place]").select_option("waiting")
            form.locator("[name=by]").fill("王主任")
            form.get_by_role("button", name="发起暂留").click()
            state = page.locator("#orders [data-state]")
            expect(state).to_contain_text("未送达")
            sound(page)

            (order,) = orders_of(centre_of(one)).lines()
            one.west.say(
                OrderAnswered(
                    order_id=order.order.order_id,
                    hold_id="hold-1",
                    by="王主任",
                    made=order.order.made,
                    at=format_utc(one.clock.utc),
                )
            )
            one.settle()
            expect(state).to_contain_text("已发起暂留")
            assert (order.gate, order.order.person_ref) == ("west-1f", ref("ill"))
            assert watched.faults == []
