"""How many presses the usual things take: counted in the browser, and printed in the handbook."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from gate_agent.contract.records import HoldState
from tree import text
from web import cases, scenes
from web.served_door import Served

COUNTED = """() => {
  globalThis.presses = 0;
  const count = (event) => { if (event.isTrusted) globalThis.presses += 1; };
  addEventListener("pointerdown", count, true);
  addEventListener("keydown", count, true);
}"""
LINE = re.compile(r"^\|[^|]+\| ([^|]+) \| (\d+) \|$", re.MULTILINE)


def allowed() -> dict[str, int]:
    """Return what docs/guard-screen.md says of each thing."""
    return {task: int(presses) for task, presses in LINE.findall(text("docs/guard-screen.md"))}


def presses(page: Page) -> int:
    return int(page.evaluate("globalThis.presses"))


def test_a_first_registration_a_repeat_visit_and_a_contact_reading(
    page: Page, served: Served
) -> None:
    page.evaluate(COUNTED)
    show(page, served, scenes.registering())
    for digit in "13812345678":
        page.locator("#registration .digit", has_text=digit).click()
    page.locator("[data-purpose=社保]").click()
    recorded(page)
    first = presses(page)

    known = scenes.registering("ab12-999")
    assert known.passage is not None
    passage = known.passage.model_copy(update={"known_phone": "138****5678"})
    show(page, served, known.model_copy(update={"passage": passage}))
    expect(page.locator("#phone")).to_have_text("138****5678")
    page.locator("[data-purpose=社保]").click()
    expect(page.locator("#verdict-word")).to_have_text("放行")
    again = presses(page) - first

    show(page, served, scenes.by_hand())
    for digit in "366":
        page.locator("#hand .digit", has_text=digit).click()
    page.locator("#next").click()
    recorded(page)
    reading = presses(page) - first - again

    says = allowed()
    assert first == says["first registration, the guard types"]
    assert again == says["a repeat visit"]
    assert reading == says["a contact reading"]


def test_a_fever_from_the_alarm_to_the_hand_over(page: Page, served: Served) -> None:
    show(page, served, cases.held().model_copy(update={"calls": cases.CALLS}))
    page.evaluate(COUNTED)
    hold = page.locator(".hold")

    page.locator("#next").click()
    expect(hold).to_have_attribute("data-state", HoldState.ACKNOWLEDGED)
    for digit in "384":
        page.locator("#case .digit", has_text=digit).click()
    page.locator("#next").click()
    expect(hold).to_have_attribute("data-state", HoldState.CONFIRMED)
    page.locator(".call[data-post=区疫情防控办] button").first.click()
    expect(hold).to_have_attribute("data-state", HoldState.REPORTED)
    page.locator("#case button", has_text="发热门诊").click()
    page.locator("#case button", has_text="负压救护车").click()
    expect(hold).to_have_attribute("data-state", HoldState.TRANSFERRED)

    assert presses(page) == allowed()["from the alarm to the hand-over"]


def test_the_card_of_keys_is_the_table_that_the_screen_obeys(page: Page) -> None:
    keys = page.evaluate(
        """async () => Object.values((await import("/static/guard/keys.js")).KEYS)
          .map(({ key }) => key)"""
    )
    handbook = text("docs/guard-screen.md")

    assert [key for key in keys if f"| `{key}` |" not in handbook] == []
