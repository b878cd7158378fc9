"""Debian's Chromium under Playwright: a fresh profile a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
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
expect.set_options(timeout=20_000)  # four browsers on two cores: slow is no fault
KIOSK = (1280, 800)
PHONE = (390, 844)


@contextmanager
def chromium(executable: Path = SHELL) -> Iterator[Browser]:
    """Start the browser; it ends with the context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(ARGUMENTS), headless=True
        )
        try:
            yield browser
        finally:
            browser.close()


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


def sound(page: Page) -> None:
    """Hold that nothing serious of WCAG is broken, and that nothing is wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
