"""Signing on at the centre in a real browser: first start, each role, the end of a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import KIOSK, PHONE, sound, watched_page
from collector.hall_of_doors import Hall, hall
from collector.handed import PRIVATE, a_case
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.records import AgentStopped
from gate_collector.roles.accounts import IDLE, Accounts
from gate_collector.roles.session import Role

pytestmark = pytest.mark.browser
_PASSWORD = "correct horse battery"
_ALL = {"总览", "每日零报告", "报警 · 告警", "防控措施", "公告", "漏瞒迟核查", "保存与清除"}
_SEES = {
    Role.OFFICE: _ALL | {"密切接触者", "在馆人员", "预约"},
    Role.LEADER: _ALL | {"密切接触者", "在馆人员", "预约"},
    Role.AUDITOR: _ALL | {"密切接触者", "在馆人员", "预约", "查看记录"},
    Role.MAINTAINER: _ALL | {"账号"},
    Role.DISPLAY: set(),
}
_CASE = "/contacts/west-1f/hold-1"
_DOES = {  # where, which button: who finds it there
    "/": {"查询": {Role.OFFICE, Role.LEADER, Role.AUDITOR}},
    "/alerts": {"发送测试": {Role.OFFICE, Role.MAINTAINER}},
    "/policy": {
        "发布": {Role.OFFICE, Role.LEADER},
        "发布规则": {Role.OFFICE},
        "核对": {Role.OFFICE},
    },
    "/ledger": {"解除告警": {Role.LEADER, Role.MAINTAINER}},
    "/retention": {
        "立即清除到期的 0 件": {Role.OFFICE, Role.MAINTAINER},
        "删除，不可恢复": {Role.OFFICE},
    },
    _CASE: {"导出加密名单": {Role.OFFICE, Role.LEADER}},
    "/accounts": {},
    "/looks": {},
}
_OPENS = {  # who may see it at all, where that is said
    "/accounts": {Role.MAINTAINER},
    "/looks": {Role.AUDITOR},
    _CASE: set(Role) - {Role.MAINTAINER, Role.DISPLAY},
}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        yield opened


@contextmanager
def _server(one: Hall, accounts: Accounts) -> Iterator[httpx.Client]:
    book = book_of(one)
    app = app_of(centre_of(one, book.in_force), book, accounts=accounts, private=PRIVATE)
    with serving(app) as client:
        yield client


def _sign_on(page: Page, url: object, name: str, password: str = _PASSWORD) -> None:
    page.goto(f"{url}/sign-on")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("口令").fill(password)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_the_code_makes_the_first_account_and_that_one_makes_the_others(
    one: Hall, browser: Browser, size: tuple[int, int]
) -> None:
    accounts = Accounts(centre_of(one))
    with _server(one, accounts) as client, watched_page(browser, size) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/")
        expect(page.get_by_role("heading", name="首次使用")).to_be_visible()
        sound(page)
        page.get_by_label("一次性代码").fill("0" * 16)
        page.get_by_label("姓名").fill("赵运维")
        page.get_by_label("口令").fill(_PASSWORD)
        page.get_by_role("button", name="建立账号").click()
        expect(page.get_by_role("alert")).to_contain_text("一次性代码不对")
        page.get_by_label("一次性代码").fill(accounts.first_code)
        page.get_by_role("button", name="建立账号").click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        _sign_on(page, client.base_url, "赵运维")
        page.get_by_role("link", name="账号").click()

        for name, role in (("王科长", "办公室"), ("李主任", "带班领导"), ("钱审计", "审计")):
            form = page.locator("form", has=page.get_by_role("button", name="建立账号"))
            form.get_by_label("姓名").fill(name)
            form.get_by_label("角色").select_option(label=role)
            form.get_by_label("口令").fill(_PASSWORD)
            form.get_by_role("button").click()
            expect(page.locator("tr", has_text=name)).to_contain_text(role)

        sound(page)
        form = page.locator("form", has=page.get_by_role("button", name="建立账号"))
        form.get_by_label("姓名").fill("王科长")
        form.get_by_label("口令").fill(_PASSWORD)
        form.get_by_role("button").click()
        expect(form.get_by_role("alert")).to_contain_text("已被使用")
        page.get_by_role("button", name="停用 赵运维").click()
        expect(page.locator("form[data-post='/accounts/disable'] .fault:visible")).to_contain_text(
            "最后一个运维账号"
        )
        page.get_by_role("button", name="停用 钱审计").click()
        expect(page.locator("tr", has_text="钱审计")).to_contain_text("已停用")
        form = page.locator("form", has=page.get_by_role("button", name="重设"))
        form.get_by_label("账号").select_option("钱审计")
        form.get_by_label("口令").fill("another password")
        form.get_by_role("button", name="重设").click()
        expect(page.get_by_role("button", name="停用 钱审计")).to_be_visible()
        assert all("403" in fault or "401" in fault for fault in watched.faults), watched.faults


@pytest.mark.parametrize("role", list(Role))
def test_each_role_finds_what_it_may_do_and_nothing_else(
    one: Hall, browser: Browser, role: Role
) -> None:
    a_case(one)
    one.west.sequence, one.west.link = 0, bytes(32)
    one.west.say(AgentStopped(reason="another journal"))
    one.settle()
    accounts = Accounts(centre_of(one))
    accounts.make("张三", role, _PASSWORD)
    with _server(one, accounts) as client, watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, client.base_url, "张三")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")

        assert (
            set(page.get_by_role("navigation").get_by_role("link").all_inner_texts()) == _SEES[role]
        )
        for path, does in _DOES.items():
            page.goto(f"{client.base_url}{path}")
            for button, roles in does.items():
                offered = page.get_by_role("button", name=button, exact=True).count() > 0
                assert offered == (role in roles), (path, button)
            if path in _OPENS:
                closed = page.get_by_role("heading", name="不能打开此页").count() > 0
                assert closed != (role in _OPENS[path]), path
        assert all("403" in fault for fault in watched.faults), watched.faults


def test_who_signs_off_leaves_nothing_behind(one: Hall, browser: Browser) -> None:
    accounts = Accounts(centre_of(one))
    accounts.make("王科长", Role.OFFICE, _PASSWORD)
    with _server(one, accounts) as client, watched_page(browser) as watched:
        page = watched.page
        _sign_on(page, client.base_url, "王科长")
        page.get_by_role("link", name="防控措施").click()
        expect(page.get_by_label("经办人").first).to_have_value("王科长")

        page.get_by_role("button", name="退出").click()

        expect(page.get_by_role("button", name="登录")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        left = {cookie.get("name", "") for cookie in page.context.cookies()}
        assert {name.startswith("gate-known-") for name in left} == {True}, "no session, no name"


def test_a_session_that_ended_is_said_where_somebody_works_and_where_nobody_does(
    one: Hall, browser: Browser
) -> None:
    accounts = Accounts(centre_of(one))
    accounts.make("王科长", Role.OFFICE, _PASSWORD)
    with _server(one, accounts) as client, watched_page(browser) as watched:
        page = watched.page
        page.clock.install()
        _sign_on(page, client.base_url, "王科长")
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        live = page.context.new_page()
        live.clock.install()
        live.goto(f"{client.base_url}/")
        expect(live.locator("body")).to_have_attribute("data-live", "yes")
        page.goto(f"{client.base_url}/policy")

        one.clock.advance(IDLE.total_seconds() + 1)

        form = page.locator("form", has=page.get_by_role("button", name="发布", exact=True))
        form.get_by_label("原因").fill("升级")
        form.get_by_role("button", name="发布", exact=True).click()
        expect(form.get_by_role("alert")).to_contain_text("登录已到期")
        live.clock.fast_forward(31_000)
        expect(live.get_by_role("button", name="登录")).to_be_visible()
        form.get_by_role("alert").get_by_role("link", name="登录").click()
        expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_wrong_passwords_are_told_and_slowed_in_words(one: Hall, browser: Browser) -> None:
    accounts = Accounts(centre_of(one))
    accounts.make("王科长", Role.OFFICE, _PASSWORD)
    with _server(one, accounts) as client, watched_page(browser, PHONE) as watched:
        page = watched.page
        for _ in range(5):
            _sign_on(page, client.base_url, "王科长", "not the password")
            expect(page.get_by_role("alert")).to_contain_text("姓名或口令不对")

        _sign_on(page, client.base_url, "王科长")
        expect(page.get_by_role("alert")).to_contain_text("请稍候再试")
        sound(page)

        one.clock.advance(301)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("button", name="退出")).to_be_visible()
