"""What the guard sees: the verdict at once, honest, readable; and that the screen is alive."""

from __future__ import annotations

import statistics
import threading

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.screen_steps import show
from chromium import KIOSK, PHONE, STILL_AFTER_MS, Watched, hold_still, watched_page
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import Decision, HoldState
from gate_agent.gate.screen_state import ScreenState
from gate_agent.host.clock import SystemClock
from web import cases, scenes
from web.scripted_desk import ScriptedDesk
from web.served_door import Served

pytestmark = pytest.mark.browser
DEAD_WITHIN_MS = 5_000
EVENT_TO_SCREEN_MS = 100
BOTH_SIZES = pytest.mark.parametrize("watched", [KIOSK, PHONE], indirect=True)


def every_scene() -> dict[str, ScreenState]:
    return {
        "idle": scenes.idle(),
        "measuring": scenes.measuring(),
        "identified": scenes.identified(),
        "measured": scenes.measured(),
        "registering": scenes.registering(),
        "busy": cases.with_holds(scenes.registering(), *cases.two_holds()),
        "recording": scenes.recording(),
        "admit": scenes.admitted(),
        "deny": scenes.denied(),
        "recheck": scenes.rechecked(),
        "hold": cases.held(),
        "hold late": cases.held(cases.late_hold()),
        "device lost": scenes.device_lost(),
        "journal failing": scenes.journal_failing(),
        "uplink down": scenes.uplink_down(),
        "emergency": scenes.idle().model_copy(update={"hall_mode": HallMode.EMERGENCY}),
    }


VERDICTS = (
    (scenes.idle(), "idle", "请下一位"),
    (scenes.measuring(), "wait", "测温中"),
    (scenes.identified(), "wait", "请测温"),
    (scenes.measured(), "wait", "请刷证"),
    (scenes.registering(), "wait", "请登记"),
    (scenes.recording(), "wait", "请稍候"),
    (scenes.admitted(), "admit", "放行"),
    (scenes.denied(), "deny", "劝返"),
    (scenes.rechecked(), "recheck", "复测"),
    (scenes.settled(Decision.AMBIGUOUS, reasons=("two_cards",)), "ambiguous", "复测"),
    (cases.held(), "hold", "暂留"),
    (scenes.device_lost(), "technical", "暂停放行"),
    (scenes.device_lost("id_reader"), "technical", "暂停放行"),
    (scenes.journal_failing(), "technical", "暂停放行"),
)


def test_each_state_has_its_word_its_colour_and_its_shape(page: Page, served: Served) -> None:
    looks: dict[str, set[tuple[str, str]]] = {}
    for shown, kind, word in VERDICTS:
        show(page, served, shown)

        expect(page.locator("#verdict-word")).to_have_text(word)
        expect(page.locator("#verdict")).to_have_attribute("data-kind", kind)
        colour, shape = page.evaluate(
            """() => [getComputedStyle(document.getElementById("verdict")).backgroundColor,
                      document.getElementById("verdict-shape").innerHTML]"""
        )
        looks.setdefault(kind, set()).add((colour, shape))

    ends = [looks[kind] for kind in ("admit", "deny", "recheck", "hold", "technical", "idle")]
    assert all(len(look) == 1 for look in ends)
    pairs = [look for one in ends for look in one]
    assert len({colour for colour, _ in pairs}) == len(ends)
    assert len({shape for _, shape in pairs}) == len(ends), "never by colour alone"


def test_the_distance_to_the_line_is_large_and_what_was_measured_small(
    page: Page, served: Served
) -> None:
    show(page, served, scenes.settled(Decision.ADMIT, gate_open=True, surface_centi_c=3609))

    expect(page.locator("#heat-says")).to_have_text("低于警戒线 1.4 ℃")
    expect(page.locator("#verdict-limits")).to_contain_text("体表 36.09环境 25.10")
    size = "(node) => parseFloat(getComputedStyle(node).fontSize)"
    says, raw = (
        page.locator(f"#{name}").evaluate(size) for name in ("heat-says", "verdict-limits")
    )
    assert says > 2 * raw
    expect(page.locator("#verdict-person")).to_contain_text("张*  110***********002X")


def test_an_admission_is_not_shown_before_it_is_durable(page: Page, served: Served) -> None:
    show(page, served, scenes.recording())
    expect(page.locator("#verdict-word")).to_have_text("请稍候")

    show(page, served, scenes.admitted())
    expect(page.locator("#verdict-word")).to_have_text("放行")


def test_a_lost_reader_does_not_stop_who_is_being_registered(page: Page, served: Served) -> None:
    lost = scenes.device_lost("id_reader").devices
    show(page, served, scenes.registering().model_copy(update={"devices": lost}))

    expect(page.locator("#technical")).to_contain_text("身份证阅读器失联")
    expect(page.locator("#verdict-word")).to_have_text("请登记")


def test_the_seconds_left_count_down_by_themselves(timed: Page, served: Served) -> None:
    hold_still(timed)
    show(timed, served, scenes.measured())
    left = timed.locator("#next-left")
    expect(left).to_have_text("17 秒")

    timed.clock.run_for(1000)

    expect(left).to_have_text("16 秒")


def test_an_event_is_on_the_screen_within_100_ms(page: Page, served: Served) -> None:
    page.evaluate(
        """() => {
          globalThis.changes = [];
          const word = document.getElementById("verdict-word");
          new MutationObserver(() => changes.push([word.textContent, Date.now()]))
            .observe(word, { childList: true, characterData: true, subtree: true });
        }"""
    )
    clock = SystemClock()
    lateness_ms = []
    for turn in range(20):
        word, shown = ("放行", scenes.admitted()) if turn % 2 else ("劝返", scenes.denied())

        def change(desk: ScriptedDesk, snapshot: ScreenState = shown) -> float:
            desk.show(snapshot)
            return clock.now().utc.timestamp() * 1000

        changed_ms = served.do(change)
        expect(page.locator("#verdict-word")).to_have_text(word)
        seen, at_ms = page.evaluate("() => changes.at(-1)")
        assert seen == word
        lateness_ms.append(at_ms - changed_ms)

    print(
        f"event to screen: median {statistics.median(lateness_ms):.1f} ms, "
        f"worst {max(lateness_ms):.1f} ms"
    )
    assert statistics.median(lateness_ms) <= EVENT_TO_SCREEN_MS


def test_a_fever_and_a_fault_never_look_or_ring_alike(page: Page, served: Served) -> None:
    body = page.locator("body")
    show(page, served, cases.held())
    expect(body).to_have_attribute("data-alarm", "high")
    expect(page.locator("#verdict")).to_have_css("animation-duration", "0.5s")  # 2 Hz
    expect(page.locator("#verdict")).to_have_attribute("data-rings", "yes")

    show(page, served, cases.held(cases.hold(state=HoldState.ACKNOWLEDGED, due_s=600)))
    expect(body).to_have_attribute("data-alarm", "none")
    expect(page.locator("#verdict")).to_have_attribute("data-rings", "no")
    expect(page.locator("#verdict")).to_have_css("background-color", "rgb(196, 13, 18)")

    show(page, served, scenes.device_lost())
    expect(body).to_have_attribute("data-alarm", "technical")
    expect(page.locator("#technical strong")).to_have_text("⚠ 测温仪失联：请人工测温登记")
    expect(page.locator("#verdict")).to_have_css("background-color", "rgb(47, 211, 242)")


def test_the_hold_that_waits_for_somebody_is_on_top(page: Page, served: Served) -> None:
    show(page, served, cases.with_holds(scenes.measured(), *cases.two_holds()))

    holds = page.locator(".hold")

    expect(holds).to_have_count(2)
    expect(holds.nth(0)).to_have_attribute("data-hold", "ab12-902")
    expect(holds.nth(0)).to_contain_text("超时 0:")
    expect(holds.nth(1)).to_contain_text("体温计 37.81")


def test_english_by_a_tap_is_remembered(page: Page, served: Served) -> None:
    show(page, served, scenes.admitted())
    page.locator("#language").click()

    expect(page.locator("#verdict-word")).to_have_text("Admit")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.goto(served.url)
    expect(page.locator("#verdict-word")).to_have_text("Admit")
    page.goto(f"{served.url}/?lang=zh")
    expect(page.locator("#verdict-word")).to_have_text("放行")


def test_a_gate_that_stops_leaves_a_dead_screen_within_5_s(browser: Browser) -> None:
    with watched_page(browser) as watched, Served() as served:
        page = watched.page
        page.clock.install()
        page.goto(served.url)
        show(page, served, scenes.admitted())
        expect(page.locator("#verdict-word")).to_have_text("放行")
        hold_still(page)

        served.stop()
        page.clock.run_for(DEAD_WITHIN_MS - STILL_AFTER_MS)

        expect(page.locator("#dead")).to_be_visible()
        expect(page.locator("#dead")).to_contain_text("画面已停止更新")
        expect(page.locator("#verdict-word")).not_to_be_visible()


def test_a_gate_that_hangs_leaves_a_dead_screen_within_5_s_until_it_is_back(
    timed: Page, served: Served
) -> None:
    page = timed
    show(page, served, scenes.admitted())
    expect(page.locator("#verdict-word")).to_have_text("放行")
    hold_still(page)
    go_on = threading.Event()
    served.stand_still(go_on)  # the loop stands still, the line stays up
    page.clock.run_for(DEAD_WITHIN_MS - STILL_AFTER_MS)

    try:
        expect(page.locator("#dead")).to_be_visible()
        expect(page.locator("#verdict-word")).not_to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-alarm", "technical")
    finally:
        go_on.set()
    page.clock.resume()

    expect(page.locator("#dead")).not_to_be_visible()
    expect(page.locator("#verdict-word")).to_have_text("放行")


@BOTH_SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_runs_off_the_screen_or_is_too_small(
    watched: Watched, served: Served, lang: str
) -> None:
    page = watched.page
    size = page.viewport_size
    assert size is not None
    page.goto(f"{served.url}/?lang={lang}")
    faults = []
    for name, snapshot in every_scene().items():
        show(page, served, snapshot)
        faults += [f"{name}: {fault}" for fault in page.evaluate(MEASURE)]
        if size["width"] == KIOSK[0]:
            height = page.evaluate("() => document.documentElement.scrollHeight")
            if height > size["height"]:
                faults.append(f"{name}: scrolls down to {height}")

    assert faults == []


# Runs in the page: what is wider than the screen, smaller than a finger, or hard to read.
MEASURE = """() => {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`scrolls sideways to ${wide}`);
  for (const button of document.querySelectorAll("button")) {
    const box = button.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = button.id || button.textContent;
    if (box.width < 63.9 || box.height < 63.9) faults.push(`${name}: ${box.width} × ${box.height}`);
    if (button.scrollWidth > button.clientWidth + 1) faults.push(`${name}: text is cut`);
    for (const other of document.querySelectorAll("button")) {
      const near = other.getBoundingClientRect();
      const apart = near.width === 0 || near.left >= box.right - 0.5 || near.right <= box.left + 0.5
        || near.top >= box.bottom - 0.5 || near.bottom <= box.top + 0.5;
      const under = [other, button].some((one) => one.closest("#holds, #foot"));  // scrolled
      if (other !== button && !apart && !under) faults.push(`${name}: overlaps`);
    }
    if (box.right > innerWidth + 1) faults.push(`${name}: off the screen`);
  }
  const area = document.getElementById("verdict").getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(document.getElementById("verdict-word"));
  if (range.getBoundingClientRect().right > area.right) faults.push("verdict is cut");
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.getClientRects().length || element.closest("noscript")) continue;
    const px = parseFloat(getComputedStyle(element).fontSize);
    if (px < 18) faults.push(`${element.tagName} ${element.id}: ${px} px`);
  }
  return faults;
}"""
