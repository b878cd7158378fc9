"""Alarms on the screen: what rings, how loud, how long muted; that nothing moves or rings twice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.screen_steps import show
from chromium import PHONE, watched_page
from gate_agent.contract.records import HoldState
from gate_agent.gate.alarms import CHATTERS_AFTER
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
EVERY_MS = 10_000  # the gravest alarm is heard again


def test_an_alarm_sounds_may_be_muted_and_a_new_one_breaks_the_mute(
    page: Page, served: Served
) -> None:
    mute = page.locator("#mute")
    expect(mute).to_have_attribute("data-kind", "locked")
    mute.click()
    expect(mute).to_have_attribute("data-kind", "quiet")

    show(page, served, cases.held())
    expect(mute).to_have_attribute("data-kind", "ringing")
    expect(mute).to_have_attribute("data-bursts", "1")

    page.keyboard.press("m")
    expect(mute).to_have_attribute("data-kind", "muted")
    expect(mute).to_have_text(re.compile(r"已静音 1:5\d$"))

    show(page, served, cases.held(cases.hold(), cases.hold("ab12-903")))
    expect(mute).to_have_attribute("data-kind", "ringing")


def bursts(page: Page) -> int:
    return int(page.locator("#mute").get_attribute("data-bursts") or "0")


def with_sound(page: Page) -> None:
    page.locator("#mute").click()
    expect(page.locator("#mute")).to_have_attribute("data-kind", "quiet")


def test_each_priority_has_its_own_pattern_and_the_gravest_sounds(page: Page) -> None:
    kinds = page.evaluate(
        """async () => {
          const { soundOf } = await import("/static/guard/siren.js");
          const alarm = (priority, technical, what = "x", rung = 1) =>
            ({ id: what, priority, technical, what, rung });
          return [
            soundOf([]), soundOf([alarm("high", false)]), soundOf([alarm("medium", false)]),
            soundOf([alarm("medium", true)]), soundOf([alarm("low", true)]),
            soundOf([alarm("high", false), alarm("medium", true)]),
          ].map((sound) => sound.kind);
        }"""
    )
    assert kinds == ["none", "high", "medium", "technical", "low", "high"]


def test_a_missed_step_rings_anew_and_names_whom_to_call(page: Page, served: Served) -> None:
    with_sound(page)
    show(page, served, cases.held(cases.hold()))
    expect(page.locator("#mute")).to_have_attribute("data-bursts", "1")

    show(page, served, cases.held(cases.late_hold()))

    expect(page.locator("#mute")).to_have_attribute("data-bursts", "2")
    expect(page.locator(".hold-call")).to_have_text(
        "第 2 次超时，请立即呼叫：区疫情防控办 010-8900 1202"
    )


def test_a_fault_that_comes_and_goes_rings_three_times_and_then_stands_with_its_count(
    page: Page, served: Served
) -> None:
    with_sound(page)
    for _ in range(CHATTERS_AFTER + 3):
        show(page, served, scenes.device_lost())
        show(page, served, scenes.idle())

    expect(page.locator("#technical")).to_contain_text(f"时好时坏 ×{CHATTERS_AFTER + 3}")
    expect(page.locator("#shift-alarms")).to_contain_text("抖动 3")
    assert bursts(page) == CHATTERS_AFTER


@pytest.mark.parametrize("watched", [(1280, 800), (1920, 1080), PHONE], indirect=True)
def test_nothing_moves_under_the_finger_when_an_alarm_comes(page: Page, served: Served) -> None:
    where = """() => [...document.querySelectorAll("#registration button, #actions button")]
      .map((button) => {
        const { x, y } = button.getBoundingClientRect();
        return [button.textContent, x, y];
      })"""
    with_sound(page)
    show(page, served, scenes.registering())
    before = page.evaluate(where)
    page.evaluate(
        """() => {
          globalThis.shifted = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) globalThis.shifted += entry.value;
          }).observe({ type: "layout-shift" });
        }"""
    )

    show(page, served, cases.with_holds(scenes.registering(), *cases.two_holds()))
    expect(page.locator(".hold")).to_have_count(2)
    lost = scenes.device_lost().devices
    busy = cases.with_holds(scenes.registering(), *cases.two_holds())
    show(page, served, busy.model_copy(update={"devices": lost}))

    after = page.evaluate(where)
    assert [row[0] for row in after] == [row[0] for row in before]
    if page.viewport_size != {"width": PHONE[0], "height": PHONE[1]}:
        assert after == before
        assert page.evaluate("() => globalThis.shifted") <= 0.001


def test_a_stream_that_was_cut_loses_no_alarm_and_repeats_none(page: Page, served: Served) -> None:
    with_sound(page)
    began_ms = page.evaluate("performance.now()")
    show(page, served, cases.held())
    expect(page.locator("#mute")).to_have_attribute("data-bursts", "1")

    for _ in range(3):
        served.do(lambda desk: desk.end_subscriptions())
        served.do(lambda desk: desk.commit(300))
        head = served.do(lambda desk: desk.shown.journal.sequence)
        expect(page.locator("body")).to_have_attribute("data-sequence", str(head))
    rung, lasted_ms = bursts(page), page.evaluate("performance.now()") - began_ms
    assert rung <= 1 + lasted_ms // EVERY_MS, "one burst, and only its own repetitions"

    served.do(lambda desk: desk.end_subscriptions())
    served.show(cases.held(cases.hold(), cases.hold("ab12-903")))
    expect(page.locator(".hold")).to_have_count(2)
    expect(page.locator("body")).to_have_attribute("data-alarm", "high")


def test_a_backlog_that_is_replayed_never_rings(page: Page, served: Served) -> None:
    with_sound(page)
    served.do(lambda desk: desk.end_subscriptions())
    served.do(lambda desk: desk.commit_holds(40))
    head = served.do(lambda desk: desk.shown.journal.sequence)

    expect(page.locator("body")).to_have_attribute("data-sequence", str(head))

    expect(page.locator("body")).to_have_attribute("data-alarm", "none")
    assert bursts(page) == 0


def test_two_screens_show_and_answer_the_same_alarm(
    page: Page, browser: Browser, served: Served
) -> None:
    with watched_page(browser, PHONE) as second:
        second.page.goto(served.url)
        show(page, served, cases.held())
        for one in (page, second.page):
            expect(one.locator("body")).to_have_attribute("data-alarm", "high")

        second.page.locator(".hold [data-step=acknowledged]").click()

        for one in (page, second.page):
            expect(one.locator("body")).to_have_attribute("data-alarm", "none")
            expect(one.locator(".hold")).to_have_attribute("data-state", HoldState.ACKNOWLEDGED)
        assert second.faults == []


def test_the_sound_is_tested_and_what_was_heard_is_remembered(page: Page, served: Served) -> None:
    more = page.locator("#more")
    expect(more).to_have_attribute("data-tested", "due")
    more.click()
    page.locator("#selftest").click()
    expect(page.locator("#mute")).to_have_attribute("data-bursts", "3")

    page.locator("#selftest-unheard").click()
    expect(page.locator("#selftest-state")).to_contain_text("没通过")
    page.locator("#selftest-heard").click()

    expect(more).to_have_attribute("data-tested", "yes")
    page.goto(served.url)
    expect(more).to_have_attribute("data-tested", "yes")


def test_a_touch_is_told_to_the_gate_once_a_minute(page: Page, served: Served) -> None:
    for _ in range(3):
        page.locator("h1").first.click()
    show(page, served, scenes.measured())

    assert served.do(lambda desk: desk.touches) == 1


def test_the_screen_says_since_when_alarms_are_counted(page: Page, served: Served) -> None:
    counts = page.locator("#shift-alarms")
    show(page, served, scenes.idle())
    expect(counts).to_contain_text("8 小时报警 · 告警")

    served.do(lambda desk: desk.started(hours_ago=2))
    show(page, served, scenes.idle())

    expect(counts).to_contain_text("12:51 起报警 · 告警")
