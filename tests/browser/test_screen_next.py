"""The foot of the verdict: one place for the next step, in every state and at every size."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, resize, show
from browser.test_screen_verdict import every_scene
from chromium import KIOSK, PHONE, SMALL, WIDE, hold_still
from gate_agent.contract.records import HoldState
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
SIZES = (KIOSK, WIDE, PHONE, SMALL)
LEAST_HIGH = 96

# Runs in the page: what is wrong with the foot, in words.
FOOT = f"""(isPhone) => {{
  const [next, foot, verdict] = ["next", "foot", "verdict"]
    .map((id) => document.getElementById(id));
  const [key, below, above] = [next, foot, verdict].map((one) => one.getBoundingClientRect());
  const faults = [];
  if (key.height < {LEAST_HIGH} - 0.5) faults.push(`${{key.height}} px high`);
  if (below.bottom > innerHeight + 1) faults.push("below the fold");
  const room = isPhone ? innerWidth : above.width;
  if (below.width < room - 1) faults.push(`${{below.width}} of ${{room}} px wide`);
  if (!next.querySelector(".does").textContent.trim()) faults.push("says nothing");
  if (!next.textContent.endsWith("F9")) faults.push("has no F9 printed on it");
  if (!next.querySelector("small").textContent.trim()) faults.push("says not whose turn it is");
  const wide = next.scrollWidth > next.clientWidth + 1;
  if (wide || next.scrollHeight > next.clientHeight + 1) faults.push("is cut");
  if (next.disabled !== (next.dataset.turn !== "guard")) faults.push("is pressed by nobody");
  return faults;
}}"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_next_step_is_at_the_foot_in_every_state_and_at_every_size(
    page: Page, served: Served, lang: str
) -> None:
    page.goto(f"{served.url}/?lang={lang}")
    faults = []
    states = every_scene() | {f"case {name}": one for name, one in cases.course().items()}
    for name, snapshot in states.items():
        show(page, served, snapshot)
        for width, height in SIZES:
            resize(page, width, height)
            isPhone = width == PHONE[0]  # noqa: N806 as the script has it
            faults += [f"{name} {width}: {one}" for one in page.evaluate(FOOT, isPhone)]

    assert faults == []


def test_f9_goes_through_a_fever_to_its_end(page: Page, served: Served) -> None:
    show(page, served, cases.held().model_copy(update={"calls": cases.CALLS}))
    foot = page.locator("#next")
    expect(foot).to_contain_text("我已到场")
    expect(page.locator("#foot")).to_have_attribute("data-calls", "yes")

    page.keyboard.press("F9")
    hold = page.locator(".hold")
    expect(hold).to_have_attribute("data-state", HoldState.ACKNOWLEDGED)
    expect(foot).to_contain_text("确认")
    page.keyboard.type("378")
    page.keyboard.press("F9")
    expect(hold).to_have_attribute("data-state", HoldState.CONFIRMED)
    expect(page.locator("#case .rail")).to_be_visible()
    expect(page.locator("#case .say")).to_be_visible()
    expect(foot).to_contain_text("请选择")  # no key takes the first of several
    page.locator(".call[data-post=区疫情防控办] button").first.click()
    expect(hold).to_have_attribute("data-state", HoldState.REPORTED)
    expect(foot).to_contain_text("请选择")
    page.locator("#case button", has_text="发热门诊").click()
    page.locator("#case button", has_text="负压救护车").click()
    expect(hold).to_have_attribute("data-state", HoldState.TRANSFERRED)
    expect(foot).to_contain_text("消毒完成")
    page.keyboard.press("F9")
    expect(page.locator("#disinfect")).to_be_disabled()
    expect(foot).to_contain_text("结案")
    page.keyboard.press("F9")

    expect(hold).to_have_count(0)


def test_who_is_turned_back_is_sent_on_by_f9(page: Page, served: Served) -> None:
    show(page, served, scenes.denied())
    expect(page.locator("#next")).to_contain_text("已劝返，请下一位")

    page.keyboard.press("F9")

    expect(page.locator("#verdict-word")).to_have_text("请下一位")
    assert [asked.what for asked in served.asked()] == ["dismiss"]


def test_whose_card_it_is_has_both_answers_at_the_foot(page: Page, served: Served) -> None:
    shown = scenes.measured()
    assert shown.passage is not None
    unsure = shown.passage.model_copy(
        update={"person": scenes.ZHANG, "unsure": True, "card_asked": True}
    )
    show(page, served, shown.model_copy(update={"passage": unsure}))
    expect(page.locator("#next")).to_contain_text("是本人的证件")
    expect(page.locator("#verdict-flags")).to_contain_text("这是他的证件吗？")

    with page.expect_response("**/card"):
        page.locator("#next-other").click()

    (asked,) = served.asked()
    assert (asked.what, asked.details["theirs"]) == ("judge_card", False)


def test_a_finger_on_its_way_to_one_step_never_does_another(timed: Page, served: Served) -> None:
    show(timed, served, scenes.registering())
    timed.locator("[data-purpose=社保]").click()
    timed.keyboard.type("13812345678")
    expect(timed.locator("#next")).to_contain_text("提交登记")
    hold_still(timed)

    show(timed, served, cases.with_holds(scenes.registering(), cases.hold()))
    timed.keyboard.press("F9")
    assert served.asked() == []
    timed.clock.run_for(500)
    timed.keyboard.press("F9")

    recorded(timed)
    (asked,) = served.asked()
    assert asked.details["step"] is HoldState.ACKNOWLEDGED


def test_a_registration_that_is_not_typed_yet_is_pointed_at(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    expect(page.locator("#next")).to_contain_text("请输入手机号")

    page.keyboard.press("F9")

    expect(page.locator("#registration.pointed")).to_be_visible()
    assert served.asked() == []


@pytest.mark.parametrize("watched", [SMALL], indirect=True)
def test_a_small_kiosk_has_everything_else_behind_one_button(page: Page, served: Served) -> None:
    show(page, served, scenes.measured())
    page.locator("#menu").click()

    page.locator("#panel button", has_text="申报症状").click()
    page.locator("#panel button", has_text="干咳").click()

    expect(page.locator("#verdict-word")).to_have_text("暂留")
