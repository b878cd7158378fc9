"""Erasure and the clearing of an alarm, as somebody does them in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chromium import KIOSK, PHONE, sound, watched_page
from collector.hall_of_doors import Hall, hall, ref
from collector.handed import PRIVATE, a_case
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.records import AgentStopped

pytestmark = pytest.mark.browser


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        a_case(opened)
        yield opened


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_a_person_is_forgotten_and_the_certificate_prints_on_one_page(
    one: Hall, browser: Browser, size: tuple[int, int]
) -> None:
    with (
        serving(app_of(centre_of(one), private=PRIVATE)) as client,
        watched_page(browser, size) as watched,
    ):
        page = watched.page
        page.goto(f"{client.base_url}/retention")
        sound(page)
        form = page.locator("form", has=page.get_by_role("button", name="删除，不可恢复"))
        form.get_by_label("证件号码或人员标识").fill(ref("visitor"))
        form.get_by_label("经办人").fill("王科长")
        form.get_by_label("原因").fill("本人来函要求删除")
        form.get_by_role("button").click()

        expect(page.locator(".sheet h1")).to_contain_text("个人信息清除证明")
        expect(page.locator(".sheet")).to_contain_text("共 1 件")
        sound(page)
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
        page.get_by_role("link", name="返回").click()
        expect(page.locator("[data-request]")).to_contain_text("1 件")
        assert ref("visitor") not in page.content()
        assert watched.faults == []


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_an_alarm_is_cleared_with_what_was_found(
    one: Hall, browser: Browser, size: tuple[int, int]
) -> None:
    one.west.sequence, one.west.link = 0, bytes(32)
    one.west.say(AgentStopped(reason="another journal"))
    one.settle()
    with serving(app_of(centre_of(one))) as client, watched_page(browser, size) as watched:
        page = watched.page
        page.goto(f"{client.base_url}/ledger")
        sound(page)
        alarm = page.locator("[data-alarm=mismatch]")
        expect(alarm).to_contain_text("请停用该出入口并取证")
        alarm.get_by_label("经办人").fill("李主任")
        alarm.get_by_label("核查结果").fill("备用板误启动，已停用")
        alarm.get_by_role("button", name="解除告警").click()

        expect(page.locator("[data-cleared=mismatch]")).to_contain_text("备用板误启动，已停用")
        expect(alarm).to_have_count(0)
        sound(page)
        assert watched.faults == []
