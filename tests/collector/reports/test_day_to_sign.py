"""A quiet day from its preview to the zero report that somebody signs, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chromium import sound, watched_page
from collector.days import BEFORE_DUE, DAY, LED, ONE_EACH, SIX, check, pass_two, to, walk
from collector.hall_of_doors import TEN, Hall, hall
from collector.reports.test_report_files import sides
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.policy import SupplyItem

pytestmark = pytest.mark.browser
_LED = LED.model_copy(update={"supplies": (SupplyItem(item="防护服", unit="套", low=5),)})
_WIDE = (1920, 1080)


def _morning(one: Hall) -> None:
    """Let both doors work until three, and nobody tap the first round at the central one."""
    for door, name in ((one.west, "一层西侧出入口"), (one.central, "二层中央出入口")):
        door.heartbeat(name=name)
        check(door)
        pass_two(door)
    walk(one.west, BEFORE_DUE[0])
    to(one, BEFORE_DUE[1])
    for door in (one.west, one.central):
        walk(door, BEFORE_DUE[1])
    to(one, 5)


def _evening(one: Hall) -> None:
    to(one, BEFORE_DUE[2])
    for door in (one.west, one.central):
        walk(door, BEFORE_DUE[2])
    to(one, 8)
    for door in (one.west, one.central):
        door.report(DAY, at=SIX, since=TEN, passages=ONE_EACH)
    to(one, 8.01)


def _mend(page: Page, gap: str, fill: Callable[[Locator], None], left: int = 0) -> None:
    """Tap what mends a gap, fill the form that it opens, and see the gap gone."""
    named, kind = (
        page.locator(f"[data-gap={gap}]"),
        gap.removesuffix("s") if gap == "rounds" else gap,
    )
    named.locator("a").first.click()
    form = page.locator(f"#entry-{kind}[open]")
    fill(form)
    form.get_by_label("经办人").fill("王科长")
    form.get_by_role("button", name="登记").click()
    expect(page.locator(f"tr[data-entry={kind}]").first).to_be_visible()
    expect(named.locator("a")).to_have_count(left)
    expect(named).to_have_count(min(left, 1))


def test_each_gap_of_a_quiet_day_is_named_mended_and_the_report_signed(
    browser: Browser, tmp_path: Path
) -> None:
    with hall(tmp_path) as one:
        _morning(one)
        app = app_of(centre_of(one, lambda: _LED))
        with serving(app) as client, watched_page(browser, _WIDE) as watched:
            page = watched.page
            page.goto(f"{client.base_url}/reports")
            page.get_by_role("link", name="查看并补齐").click()
            expect(page.get_by_role("timer")).to_contain_text("距 18:00 截止还有")
            expect(page.get_by_role("button", name="立即汇总")).to_be_disabled()
            expect(page.locator("[data-gap]")).to_have_count(4)
            expect(page.locator("[data-gap=rounds]")).to_contain_text(
                "二层中央出入口 全部区域缺 10:00"
            )
            sound(page)

            def round_done(form: Locator) -> None:
                expect(form.locator("[name=gate]")).to_have_value("central-2f")
                form.get_by_label("完成时间").fill("09:40")
                form.get_by_label("完成人").fill("保洁 张")
                form.get_by_label("消毒方式").select_option("chlorine")

            def masks(form: Locator) -> None:
                form.get_by_label("袋数").fill("2")
                form.get_by_label("存放处").fill("一层库房")
                form.get_by_label("交给谁").fill("环卫站")

            def staff(form: Locator) -> None:
                form.get_by_label("缺勤人数").fill("1")
                form.get_by_label("其中有症状").fill("0")

            _mend(page, "rounds", round_done)
            _mend(page, "masks", masks)
            for left in (1, 0):  # at each door
                _mend(page, "supplies", lambda form: form.get_by_label("数量").fill("20"), left)
            _mend(page, "staff", staff)
            expect(page.locator("#gaps")).to_contain_text("目前没有缺项")

            _evening(one)
            page.reload()
            merge = page.locator("form[data-post$=merge]")
            merge.get_by_label("经办人").fill("王科长")
            merge.get_by_role("button", name="立即汇总").click()

            sheet = page.locator(".sheet")
            expect(sheet).to_contain_text("统计时段：11-23 18:00 至 11-24 18:00")
            expect(sheet.locator(".verdict")).to_contain_text("无异常情况，零报告。")
            expect(sheet).to_contain_text("补登 6 轮")
            expect(sheet).to_contain_text("2 袋，一层库房，交环卫站")
            expect(sheet.locator(".sign")).to_contain_text("带班领导")
            sound(page)
            assert sides(page.pdf(prefer_css_page_size=True)) <= 2
            assert watched.faults == []
