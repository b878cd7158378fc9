"""Debian's Chromium under Playwright: one browser a test process, a fresh profile a page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

SHELL = Path("/usr/bin/chromium-headless-shell")  # the same engine, for half the processor time
WINDOWED = Path("/usr/bin/chromium")  # for what the shell has not: tabs that one can hide
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=60_000)  # five workers on two cores: slow is no fault
KIOSK = (1280, 800)
PHONE = (390, 844)
WIDE, SMALL = (1920, 1080), (800, 480)  # a wall or an office, and the smallest kiosk
STILL_AFTER_MS = 1000


class Browsers:
    """The browsers of one process: each begins when it is first lent, and anew once it is gone.

    Playwright leaves its loop marked as the one that runs in this thread. Here it is so only while
    a browser is lent: between, a test may run a loop of its own.
    """

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun: dict[Path, Browser] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._loop_runs():
            self._end()

    @contextmanager
    def lent(self, executable: Path = SHELL) -> Iterator[Browser]:
        """Lend a browser that lives; whoever borrows it closes the pages that were opened."""
        with self._loop_runs():
            if not all(_answers(browser) for browser in self._begun.values()):
                self._end()  # it may be the driver that is gone
            if self._driver is None:
                self._driver = sync_playwright().start()
                self._loop = asyncio.get_running_loop()
            if executable not in self._begun:
                self._begun[executable] = self._driver.chromium.launch(
                    executable_path=executable, args=list(ARGUMENTS), headless=True
                )
            yield self._begun[executable]

    @contextmanager
    def _loop_runs(self) -> Iterator[None]:
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(outer)

    def _end(self) -> None:
        for browser in self._begun.values():
            with suppress(Error):
                browser.close()
        self._begun.clear()
        if self._driver is not None:
            self._driver.stop()
        self._driver = self._loop = None


def _answers(browser: Browser) -> bool:
    """Ask it something: that it is gone is heard only then."""
    try:
        browser.new_browser_cdp_session().detach()
    except Error:
        return False
    return True


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser outside the tests; it ends with the context."""
    with Browsers() as browsers, browsers.lent() as browser:
        yield browser


class Watched:
    """A page whose console, faults and requests are kept; `faults` must stay empty."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _on_page_error(self, error: Error) -> None:
        self.faults.append(f"page: {error}")

    def _on_request(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).hostname or request.url)


@contextmanager
def watched_page(browser: Browser, size: tuple[int, int] = KIOSK) -> Iterator[Watched]:
    """Open a fresh page of this size; nothing is kept of it afterwards."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", has_touch=True
    )
    try:
        yield Watched(context.new_page())
    finally:
        context.close()


def hold_still(page: Page) -> None:
    """Let time pass in this page only as the test lets it: `page.clock.install()` came first.

    It is held at `STILL_AFTER_MS` from now, at once: that much has passed.
    """
    for _ in range(20):
        with suppress(Error):  # so busy a machine that it is past already
            page.clock.pause_at((page.evaluate("Date.now()") + STILL_AFTER_MS) / 1000)
            return
    raise AssertionError("expected the page to answer within a second, twenty times")


def violations(page: Page, **options: object) -> list[dict[str, Any]]:
    """Return what axe finds wrong with a page; it is brought into each document once."""
    script = "" if page.evaluate("'axe' in globalThis") else AXE_SCRIPT
    options["resultTypes"] = ["violations"]
    wrong: list[dict[str, Any]] = Axe(script).run(page, options=options).response["violations"]
    return wrong


def sound(page: Page) -> None:
    """Hold that nothing serious of WCAG is broken, and that nothing is wider than the window."""
    grave = [
        fault["id"] for fault in violations(page) if fault["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
