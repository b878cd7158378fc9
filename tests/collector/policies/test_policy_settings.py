"""Every setting is changed on the page, in a real browser, and a door applies it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chromium import KIOSK, PHONE, sound
from collector.hall_of_doors import ZONE
from collector.policies.keeper_page import policy_page
from collector.served_centre import SITE_KEY
from gate_agent.contract.identity import person_ref
from gate_agent.contract.policy import HallMode
from gate_agent.contract.setting import SettingGroup
from gate_agent.emulation.people import synthetic_card
from gate_collector.policies.form import PolicyForm

pytestmark = pytest.mark.browser
_LONG = "区疫情防控领导小组办公室值班室"  # 15 characters
_RARE = "𠮷野㐂𡈽龘䶮𬎆𪚥𱍊𰻞" * 3  # 30 characters, most of them two units of UTF-16
# One setting of each group: its path, what is typed, what a door then has.
_ONE_EACH: dict[SettingGroup, tuple[str, str, Any]] = {
    SettingGroup.HALL: ("purposes", "婚姻登记", "婚姻登记"),
    SettingGroup.PEOPLE: ("registration.known_phone", "trust", "trust"),
    SettingGroup.MEASURING: ("measurement.flag_permille", "80", 80),
    SettingGroup.HOLD: ("hold.recheck_s", "300", 300),
    SettingGroup.CONTACTS: ("contacts.before_s", "900", 900),
    SettingGroup.DUTIES: ("duties.areas", "母婴室", "母婴室"),
    SettingGroup.SUPPLIES: ("supplies", "额温枪", "额温枪"),
    SettingGroup.NOTICES: ("booking", "电话预约：010-5550 0100", "电话预约：010-5550 0100"),
    SettingGroup.PRIVACY: ("retention.gate_days", "7", 7),
    SettingGroup.PUNCTUALITY: ("daily_report_at", "17:30", "17:30:00"),
}  # fmt: skip


def _new_row(field: Locator) -> Locator:
    """Add a row and return it; what is pressed before the page's scripts comes with them."""
    rows = field.locator("ol").first.locator(":scope > li")
    known = rows.count()
    field.get_by_role("button", name="添加一行").click()
    expect(rows).to_have_count(known + 1)
    return rows.last


def _set(field: Locator, typed: str) -> None:
    """Type into a value, into a new row of a list, or into the first field of a part."""
    node = field.get_attribute("data-node")
    if node == "rows":
        field = _new_row(field)
    control = field.locator("input, select, textarea").first
    if control.evaluate("control => control.tagName") == "SELECT":
        control.select_option(typed)
    else:
        control.fill(typed)


def _first(tree: Any, path: str) -> Any:
    """Return what the last row, or the part, has first."""
    for name in path.split("."):
        tree = tree[name]
    tree = tree[-1] if isinstance(tree, list) else tree
    return next(iter(tree.values())) if isinstance(tree, dict) else tree


def test_one_setting_of_every_group_is_issued_published_and_applied(
    browser: Browser, tmp_path: Path
) -> None:
    assert set(_ONE_EACH) == set(PolicyForm(ZONE).groups())
    with policy_page(browser, tmp_path) as opened:
        before = opened.applied
        for version, (path, typed, kept) in enumerate(_ONE_EACH.values(), start=1):
            _set(opened.setting(path), typed)
            opened.issue(version)

            tree = opened.applied.model_dump(mode="json")
            assert (opened.applied.version, _first(tree, path)) == (version, kept)
        assert opened.applied == opened.book.newest()
    assert opened.applied.hold.acknowledge_s == before.hold.acknowledge_s


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_the_page_is_sound_with_every_group_unfolded_and_with_faults(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    calls = [{"post": _LONG, "phone": "120"}, {"post": _RARE, "phone": "010-5550 0120"}]
    with policy_page(browser, tmp_path, size, calls=calls) as opened:
        page = opened.page
        sound(page)
        for group in page.locator("details.group").all():
            group.evaluate("group => { group.open = true }")
        opened.setting("hold.recheck_s").locator("input").fill("soon")
        opened.setting("calls").locator("input").first.fill("")
        opened.sign()
        expect(page.locator(".wrong")).to_have_count(2)

        sound(page)


def test_a_fault_is_told_at_its_field_which_keeps_what_was_typed_and_has_the_focus(
    browser: Browser,
    tmp_path: Path,
) -> None:
    with policy_page(browser, tmp_path) as opened:
        page = opened.page
        opened.setting("calls").get_by_role("button", name="添加一行").click()
        row = opened.setting("calls").locator("li")
        row.get_by_label("岗位").fill("区疫情防控办")
        row.get_by_label("电话").fill("手机")
        number = opened.setting("retention.gate_days").locator("input")
        number.fill("900")
        page.locator("#privacy").evaluate("group => { group.open = false }")
        opened.sign()

        phone = row.get_by_label("电话")
        expect(phone).to_be_focused()
        expect(phone).to_have_value("手机")
        expect(phone).to_have_attribute("aria-invalid", "true")
        expect(phone).to_have_accessible_description("须为：如 010-5550 0120")
        expect(opened.setting("retention.gate_days").locator(".wrong")).to_have_text(
            "须为：1–90 天"
        )
        expect(number).to_be_visible()
        expect(number).to_have_value("900")
        assert opened.book.newest().version == 0

        phone.fill("010-5550 0120")
        number.fill("9")
        opened.issue(1)
    assert opened.applied.calls[0].phone == "010-5550 0120"
    assert opened.applied.retention.gate_days == 9


def test_names_of_fifteen_characters_and_rare_ones_come_to_the_door_whole(
    browser: Browser, tmp_path: Path
) -> None:
    with policy_page(browser, tmp_path) as opened:
        calls = opened.setting("calls")
        for post in (_LONG, _RARE):
            row = _new_row(calls)
            row.get_by_label("岗位").fill(post)
            row.get_by_label("电话").fill("120")
        opened.issue(1)

        shown = opened.setting("calls").get_by_label("岗位")
        expect(shown.nth(0)).to_have_value(_LONG)
        expect(shown.nth(1)).to_have_value(_RARE)
    assert [call.post for call in opened.applied.calls] == [_LONG, _RARE]


@pytest.mark.parametrize("length", [10, 200])
def test_a_long_list_is_changed_where_it_is_meant(
    browser: Browser, tmp_path: Path, length: int
) -> None:
    names = [f"区域{number:03d}" for number in range(length)]
    with policy_page(
        browser, tmp_path, duties={"areas": [{"name": name, "air": True} for name in names]}
    ) as opened:
        areas = opened.setting("duties.areas")
        rows = areas.locator("li")
        expect(rows).to_have_count(length)
        rows.nth(5).get_by_label("名称").fill("改名")
        rows.nth(7).get_by_role("button", name="上移").click()
        rows.nth(2).get_by_role("button", name="删除").click()
        row = _new_row(areas)
        row.get_by_label("名称").fill("新区域")
        row.get_by_label("消毒").uncheck()
        row.get_by_label("通风").check()
        opened.issue(2)

    wanted = [*names[:2], *names[3:5], "改名", names[7], names[6], *names[8:], "新区域"]
    assert [area.name for area in opened.applied.duties.areas] == wanted
    assert all(area.air for area in opened.applied.duties.areas)
    assert not opened.applied.duties.areas[-1].disinfect


def test_a_list_is_typed_from_nothing_and_emptied_again(browser: Browser, tmp_path: Path) -> None:
    with policy_page(browser, tmp_path) as opened:
        notices = opened.setting("notices")
        for number in range(10):
            notices.get_by_role("button", name="添加一行").click()
            notices.locator("li").nth(number).get_by_label("中文").fill(f"公告 {number}")
        opened.issue(1)
        assert [one.zh for one in opened.applied.notices] == [f"公告 {n}" for n in range(10)]

        for left in reversed(range(10)):
            opened.setting("notices").get_by_role("button", name="删除").first.click()
            expect(opened.setting("notices").locator("li")).to_have_count(left)
        opened.issue(2)
    assert opened.applied.notices == ()


def test_a_number_on_the_list_to_be_measured_again_is_hashed(
    browser: Browser, tmp_path: Path
) -> None:
    number = synthetic_card(3).number
    with policy_page(browser, tmp_path) as opened:
        _set(opened.setting("watch"), number)
        opened.issue(1)
        assert number not in opened.page.content()
    assert opened.applied.watch == (person_ref(number, SITE_KEY),)


def _tab_to(page: Page, script: str) -> None:
    """Press Tab until `script` is true of what has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const at = document.activeElement; return {script}; }})()"):
            return
    raise AssertionError(f"never came to {script}")


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_a_policy_is_changed_with_the_keyboard_alone(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    in_form = "at.closest('#settings')"
    with policy_page(browser, tmp_path, size) as opened:
        page = opened.page
        _tab_to(page, "at.id === 'find'")
        page.keyboard.type("呼叫名单")
        _tab_to(page, "at.matches('[data-setting=calls] > [data-add]')")
        page.keyboard.press("Enter")
        page.keyboard.type("带班领导")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("120")
        _tab_to(page, "at.matches('[data-setting=calls] > [data-add]')")
        page.keyboard.press("Space")
        page.keyboard.type("多余")
        _tab_to(page, "at.matches('[data-setting=calls] li:last-child [data-remove]')")
        page.keyboard.press("Enter")
        _tab_to(page, f"{in_form} && at.name === 'by'")
        page.keyboard.type("王科长")
        _tab_to(page, "at.name === 'why'")
        page.keyboard.type("演习")
        _tab_to(page, "at.textContent === '发布规则'")
        page.keyboard.press("Enter")

        expect(page.locator("h2 [data-setting=version]")).to_have_text("第 1 版")
    assert [(call.post, call.phone) for call in opened.applied.calls] == [("带班领导", "120")]


def test_a_clerk_finds_a_setting_by_its_name_or_by_its_group(
    browser: Browser, tmp_path: Path
) -> None:
    with policy_page(browser, tmp_path) as opened:
        page = opened.page
        expect(page.locator("details.group[open]")).to_have_count(0)
        page.get_by_label("查找设置").fill("酒精")
        expect(page.locator("details.group:visible")).to_have_count(1)
        expect(opened.setting("supplies")).to_be_visible()
        page.get_by_label("查找设置").fill("")
        expect(page.locator("details.group:visible")).to_have_count(10)

        page.evaluate("location.hash = 'punctuality'")

        expect(page.locator('[data-setting="daily_report_at"]')).to_be_visible()


def test_what_is_changed_is_counted_and_named_before_it_is_issued(
    browser: Browser, tmp_path: Path
) -> None:
    with policy_page(browser, tmp_path) as opened:
        told = opened.page.locator(".sign .changed")
        expect(told).to_have_text("还没有改动")
        field = opened.setting("hold.recheck_s").locator("input")
        field.fill("300")
        expect(told).to_have_text("已改 1 项: 复测（秒）")
        field.fill("600")
        expect(told).to_have_text("还没有改动")

        opened.sign()
        expect(opened.page.locator("#settings .fault")).to_have_text("还没有改动")
    assert opened.book.newest().version == 0


def test_somebody_elses_newer_version_is_not_overwritten(browser: Browser, tmp_path: Path) -> None:
    with policy_page(browser, tmp_path) as opened:
        opened.book.issue(lambda _: {"hall_mode": "closed"}, by="李主任", why="二级响应")
        field = opened.setting("hold.recheck_s").locator("input")
        field.fill("300")
        opened.sign()

        expect(opened.page.locator("#settings .fault")).to_contain_text("期间已有新版本")
        expect(field).to_have_value("300")
    assert opened.applied.hold.recheck_s == 600


@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_two_taps_close_every_door(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    with policy_page(browser, tmp_path, size) as opened:
        first = opened.page.locator("summary", has_text="应急关闭")
        box = first.bounding_box()
        assert box is not None
        assert box["y"] < size[1] / 2, "the first thing on the page"
        first.tap()
        opened.page.get_by_role("button", name="确认：立即关闭全部出入口").tap()

        expect(opened.page.locator("h2 [data-setting=version]")).to_have_text("第 1 版")
        expect(opened.page.locator("form.now")).to_have_count(0)
    assert opened.applied.hall_mode is HallMode.EMERGENCY
    assert opened.book.issues()[0].why == "应急响应"
