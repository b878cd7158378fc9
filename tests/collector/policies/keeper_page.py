"""The page of the policy in a real browser, and a door that keeps what it publishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from chromium import KIOSK, watched_page
from collector.hall_of_doors import hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.policy import Policy
from gate_agent.gate.policies import PolicyKeeper
from gate_collector.policies.book import PolicyBook

ISSUE = "发布规则"


class PolicyPage:
    """What a clerk does on the page, and what a door has applied of it."""

    def __init__(self, page: Page, book: PolicyBook, keeper: PolicyKeeper) -> None:
        self.page, self.book, self._keeper = page, book, keeper

    @property
    def applied(self) -> Policy:
        """The policy that the door follows."""
        return self._keeper.current.policy

    def setting(self, path: str) -> Locator:
        """Return the field of a setting, its group unfolded."""
        field = self.page.locator(f'#settings .setting[data-setting="{path}"]')
        field.evaluate("field => { field.closest('details').open = true }")
        return field

    def sign(self, why: str = "升级") -> None:
        """Say who and why, and issue."""
        form = self.page.locator("#settings")
        form.get_by_label("经办人").fill("王科长")
        form.get_by_label("原因").fill(why)
        form.get_by_role("button", name=ISSUE).click()

    def issue(self, version: int) -> None:
        """Issue, and wait until the page shows the version."""
        self.sign()
        expect(self.page.locator("h2 [data-setting=version]")).to_have_text(f"第 {version} 版")


@contextmanager
def policy_page(
    browser: Browser, folder: Path, size: tuple[int, int] = KIOSK, **begins: Any
) -> Iterator[PolicyPage]:
    """Serve a centre whose policy `begins` so, open its page, and let a door follow it."""
    (folder / "door").mkdir()
    keeper = PolicyKeeper(file=None, beside=folder / "door")
    with hall(folder) as one, watched_page(browser, size) as watched:

        def publish(_topic: str, document: bytes) -> bool:
            keeper.offer(document)
            keeper.due(one.clock.utc)
            return True

        one.west.passage()
        one.settle()
        book = book_of(one, publish)
        if begins:
            book.issue(lambda _: begins, by="安装", why="开通")
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            watched.page.goto(f"{client.base_url}/policy")
            yield PolicyPage(watched.page, book, keeper)
        refused = "the server responded with a status of 4"  # the browser's own line for it
        assert [fault for fault in watched.faults if refused not in fault] == []
        assert watched.hosts == {"127.0.0.1"}
