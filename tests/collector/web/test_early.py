"""What is sent while a page's scripts are still on their way, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from chromium import watched_page
from collector.hall_of_doors import hall
from collector.policies.keeper_page import policy_page
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

pytestmark = pytest.mark.browser
_PASSWORD = "correct horse battery"


def _held_back(page: Page, script: str) -> list[Route]:
    """Let this script of the page wait; return who asks for it, once somebody does."""
    waiting: list[Route] = []

    def hold_back(route: Route) -> None:
        waiting.append(route)

    page.route(f"**/static/{script}", hold_back)
    return waiting


@contextmanager
def _sign_on_without_script(browser: Browser, folder: Path) -> Iterator[tuple[Page, list[Route]]]:
    """Fill in the sign-on page and send it; its script is asked for, and not there yet."""
    with hall(folder) as one, watched_page(browser) as watched:
        accounts = Accounts(centre_of(one))
        accounts.make("王科长", Role.OFFICE, _PASSWORD)
        app = app_of(centre_of(one), book_of(one), accounts=accounts)
        with serving(app) as client:
            page, waiting = watched.page, _held_back(watched.page, "forms.js")
            page.goto(f"{client.base_url}/sign-on", wait_until="commit")
            page.get_by_label("姓名").fill("王科长")
            page.get_by_label("口令").fill(_PASSWORD)
            page.get_by_role("button", name="登录").click()
            assert len(waiting) == 1
            yield page, waiting


def test_a_form_sent_before_the_scripts_are_there_is_sent_by_them(
    browser: Browser, tmp_path: Path
) -> None:
    with _sign_on_without_script(browser, tmp_path) as (page, waiting):
        waiting[0].continue_()

        expect(page.get_by_role("button", name="退出")).to_be_visible()
        assert "王科长" not in page.url


def test_what_was_typed_and_pressed_before_the_scripts_were_there_is_a_change(
    browser: Browser, tmp_path: Path
) -> None:
    with policy_page(browser, tmp_path, notices=[{"zh": "公告"}]) as opened:
        page, waiting = opened.page, _held_back(opened.page, "policy.js")
        page.goto(page.url, wait_until="commit")
        opened.setting("hold.recheck_s").locator("input").fill("301")
        opened.setting("notices").get_by_role("button", name="删除").click()
        opened.sign()
        assert len(waiting) == 1
        waiting[0].continue_()

        expect(page.locator("h2 [data-setting=version]")).to_have_text("第 2 版")
    assert opened.applied.hold.recheck_s == 301
    assert opened.applied.notices == ()


def test_a_page_whose_script_does_not_come_says_so_and_sends_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    with _sign_on_without_script(browser, tmp_path) as (page, waiting):
        waiting[0].abort()

        expect(page.get_by_role("alert")).to_have_text("页面没有装载完整，请刷新后再填")
        assert page.url.endswith("/sign-on")
