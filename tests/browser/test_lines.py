"""Every page's line to its program, through a real nginx and in real tabs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from children import wait_until
from chromium import STILL_AFTER_MS, WINDOWED, Browsers, hold_still, watched_page
from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from nginx import Nginx
from tabs import Tabs
from web import cases
from web.served_door import Served

pytestmark = pytest.mark.browser
DEAD_WITHIN_MS = 5000
LIVE = "document.body.dataset.live === 'yes'"
RINGS = "document.body.dataset.alarm === 'high'"
MOST_CONNECTIONS = 6  # of a browser to one host over HTTP/1.1


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of a running program, behind nginx."""

    page: str
    stream: str
    port: int  # the program's own
    proxy: Nginx

    @property
    def url(self) -> str:
        return self.proxy.url + self.page


@pytest.fixture
def windowed(browsers: Browsers) -> Iterator[Browser]:
    """A Chromium that hides a tab behind another, as its shell does not."""
    with browsers.lent(WINDOWED) as one:
        yield one


@pytest.fixture(params=["guard", "visitor", "centre"])
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    with ExitStack() as running:
        proxy = running.enter_context(Nginx(tmp_path))
        if request.param == "centre":
            doors = running.enter_context(hall(tmp_path))
            doors.west.heartbeat()
            doors.settle()
            client = running.enter_context(serving(app_of(centre_of(doors))))
            page, stream, port = "/", "/api/v1/stream", int(client.base_url.port or 0)
        else:
            door = running.enter_context(Served())
            prefix = "/visitor" if request.param == "visitor" else ""
            page, stream, port = prefix or "/", f"/api/v1{prefix}/stream", door.port
        proxy.passes_to(port)
        yield Screen(page, stream, port, proxy)


def expect_dead(page: Page) -> None:
    """Hold that whoever looks sees that it is dead: the visitors' display asks for the staff."""
    if page.locator("#dead").count():
        expect(page.locator("#dead")).to_be_visible()
    else:
        expect(page.locator("body")).to_have_attribute("data-guide", "ask")
    expect(page.locator("body")).not_to_have_attribute("data-live", "yes")


def expect_live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-live", "yes")
    if page.locator("#dead").count():
        expect(page.locator("#dead")).to_be_hidden()


def test_nginx_passes_what_a_stream_says_at_once(screen: Screen) -> None:
    with (
        httpx.Client(timeout=60) as client,
        client.stream("GET", screen.proxy.url + screen.stream) as answer,
    ):
        heard = ""
        for text in answer.iter_text():
            heard += text
            if heard.count("\nevent: ") + heard.startswith("event: ") >= 2:
                return


def test_a_page_comes_back_from_every_refusal_of_a_proxy(screen: Screen, browser: Browser) -> None:
    with watched_page(browser) as watched, socket.create_server(("127.0.0.1", 0)) as silent:
        page = watched.page
        page.clock.install()
        page.goto(screen.url)
        expect_live(page)

        ways: tuple[Callable[[], None], ...] = (
            lambda: screen.proxy.passes_to(1),  # nobody listens: 502
            lambda: screen.proxy.answers(503),
            lambda: screen.proxy.passes_to(silent.getsockname()[1], within_s=1),  # 504
        )
        for refuse in ways:
            hold_still(page)
            refuse()
            page.clock.run_for(DEAD_WITHIN_MS - STILL_AFTER_MS)
            expect_dead(page)
            screen.proxy.passes_to(screen.port)
            page.clock.resume()
            expect_live(page)


def test_tabs_that_nobody_sees_leave_a_line_for_the_one_that_is_shown(
    screen: Screen, windowed: Browser
) -> None:
    with Tabs(windowed) as tabs:
        first = tabs.open(screen.url)
        first.until(LIVE)

        for _ in range(MOST_CONNECTIONS):
            tabs.open(screen.url).until(LIVE)  # the one more than a browser has connections for too

        assert first.evaluate("document.visibilityState") == "hidden"
        first.show()
        first.until(LIVE)


def test_a_guard_screen_that_is_hidden_still_rings(windowed: Browser) -> None:
    with Served() as door, Tabs(windowed) as tabs:
        screens = [tabs.open(door.url) for _ in range(3)]
        screens[-1].until(LIVE)

        tabs.open()  # something else is shown

        door.show(cases.held(cases.hold()))
        screens[-1].until(RINGS)
        assert door.do(lambda desk: desk.screens) == 1  # one of the three hears
        screens[-1].close()
        wait_until(lambda: any(one.evaluate(RINGS) for one in screens[:-1]), "another to ring")
