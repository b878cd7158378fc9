"""One browser serves all the tests of a process: none is in another's way, none ends with it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from chromium import Browsers, watched_page

pytestmark = pytest.mark.browser


def _shows(browser: Browser) -> str:
    with watched_page(browser) as watched:
        watched.page.goto("data:text/html,<title>here")
        return watched.page.title()


def _crash_browser(browser: Browser) -> None:
    browser.new_browser_cdp_session().send("Browser.crash")


def _kill_driver(browser: Browser) -> None:
    for child in Path("/proc/thread-self/children").read_text().split():
        if b"run-driver" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    browser.new_browser_cdp_session()


def test_a_test_beside_a_browser_may_run_a_loop_of_its_own(browsers: Browsers) -> None:
    with browsers.lent() as browser:
        assert _shows(browser) == "here"

    assert asyncio.run(asyncio.sleep(0, "a loop")) == "a loop"

    with browsers.lent() as browser:
        assert _shows(browser) == "here"


@pytest.mark.parametrize("die", [_crash_browser, _kill_driver])
def test_who_died_takes_no_other_test_along(
    browsers: Browsers, die: Callable[[Browser], None]
) -> None:
    with browsers.lent() as browser, pytest.raises(Error):
        die(browser)

    with browsers.lent() as browser:
        assert _shows(browser) == "here"
