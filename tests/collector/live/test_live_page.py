"""The live page in a real browser: both doors, holds with their clocks, charts, phone width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chromium import KIOSK, PHONE, STILL_AFTER_MS, hold_still, sound, watched_page
from collector.hall_of_doors import Hall, hall, ref
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.thermometer import Doubt, ThermometerState, Trust

pytestmark = pytest.mark.browser


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        for door in (opened.west, opened.central):
            for _ in range(5):
                door.passage()
            door.heartbeat()
        opened.settle()
        yield opened


@pytest.mark.parametrize(("size", "lang"), [(KIOSK, "zh"), (PHONE, "zh"), (KIOSK, "en")])
def test_both_doors_are_shown_live_and_a_hold_rings_at_once(
    one: Hall, browser: Browser, size: tuple[int, int], lang: str
) -> None:
    app = app_of(centre_of(one, book_of(one).in_force))
    with serving(app) as client, watched_page(browser, size) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/?lang={lang}")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        expect(page.locator("article[data-gate]")).to_have_count(2)
        expect(page.locator("#day svg .value").first).to_be_visible()
        one.west.hold("hold-1")
        one.settle()
        one.clock.advance(1)

        expect(page.locator(".hold")).to_contain_text("37.90 ℃")

        expect(page.locator(".hold b")).to_contain_text("0:14")
        sound(page)
        assert watched.faults == []
        assert watched.hosts == {"127.0.0.1"}


def test_a_person_is_searched_and_the_address_keeps_nothing(one: Hall, browser: Browser) -> None:
    one.west.passage(who="someone")
    one.settle()
    with serving(app_of(centre_of(one))) as client, watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/")
        page.get_by_label("证件号码或人员标识").fill(ref("someone"))

        page.get_by_role("button", name="查询").click()

        expect(page.locator("#passages tbody tr")).to_have_count(1)
        assert ref("someone") not in page.url
        page.go_back()
        expect(page.get_by_label("证件号码或人员标识")).to_have_value("")


def test_a_dead_stream_is_said_within_five_seconds_and_a_living_one_comes_back(
    one: Hall, browser: Browser
) -> None:
    with serving(app_of(centre_of(one))) as client, watched_page(browser) as watched:
        page = watched.page
        page.clock.install()
        page.goto(f"{client.base_url}/")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        expect(page.locator("#dead")).to_be_hidden()
        hold_still(page)
        page.route("**/api/v1/stream*", lambda route: route.abort())
        page.context.set_offline(True)
        page.evaluate("window.stop()")
        page.clock.run_for(5000 - STILL_AFTER_MS)
        expect(page.locator("#dead")).to_be_visible()

        page.unroute_all()
        page.context.set_offline(False)
        page.clock.resume()
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        expect(page.locator("#dead")).to_be_hidden()


def test_a_thermometer_in_doubt_stands_among_the_lamps_and_the_alarms(
    one: Hall, browser: Browser
) -> None:
    doubted = ThermometerState(trust=Trust.DOUBTFUL, doubts=(Doubt.ELSEWHERE, Doubt.CHECK_OVERDUE))
    one.west.heartbeat(thermometer=doubted)
    one.settle()
    one.clock.advance(2)
    one.settle()
    app = app_of(centre_of(one, book_of(one).in_force))
    with serving(app) as client, watched_page(browser, PHONE) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/")

        west = page.locator("article[data-gate=west-1f] .lamps .bad")
        expect(west).to_have_text("测温仪 存疑 · 与另一入口相差大 · 今日未校验")
        expect(page.locator("article[data-gate=central-2f] .lamps")).not_to_contain_text("存疑")
        expect(page.locator("#alarms")).to_contain_text("west-1f 测温存疑")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
