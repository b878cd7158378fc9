"""One server a test process; a fresh page and desk a test.

A page that complains on its console, breaks the CSP or asks anybody but this machine fails
its test, whatever the test was about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import KIOSK, Watched, watched_page
from web.served_door import Served

Opens = Callable[..., Page]


@pytest.fixture(scope="session")
def _server() -> Iterator[Served]:
    with Served() as one:
        yield one


@pytest.fixture
def served(_server: Served) -> Served:
    _server.do(lambda desk: desk.reset())
    return _server


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    size = getattr(request, "param", KIOSK)
    with watched_page(browser, size) as one:
        yield one
        assert one.faults == []
        assert one.hosts <= {"127.0.0.1"}


@pytest.fixture
def timed(watched: Watched, served: Served) -> Page:
    """The guard screen, live, whose time a test may hold still."""
    watched.page.clock.install()
    return _live(watched.page, served)


@pytest.fixture
def page(watched: Watched, served: Served) -> Page:
    """The guard screen, live."""
    return _live(watched.page, served)


def _live(page: Page, served: Served) -> Page:
    page.goto(served.url)
    expect(page.locator("body")).to_have_attribute("data-live", "yes")
    return page
