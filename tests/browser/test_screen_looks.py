"""Light, night and glare: each WCAG 2.2 AA in every state, and never a meaning by colour alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import show
from browser.test_screen_access import GUARD, faults
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
NIGHT, DAY = "2026-11-24T14:51:07.000Z", "2026-11-24T06:51:07.000Z"  # 22:51 and 14:51 at the door


@pytest.mark.parametrize("look", ["dark", "contrast"])
def test_every_look_meets_wcag_in_every_state(page: Page, served: Served, look: str) -> None:
    page.evaluate("(look) => localStorage.setItem('gate.look', look)", look)
    page.goto(served.url)
    wrong = []
    for name, snapshot in GUARD.items():
        show(page, served, snapshot)
        expect(page.locator("html")).to_have_attribute("data-look", look)
        wrong += [f"{name}: {fault}" for fault in faults(page)]
    show(page, served, cases.course()["report"])
    page.locator(".hold .hold-do button").click()
    expect(page.locator("#case")).to_be_visible()
    wrong += [f"case: {fault}" for fault in faults(page)]
    page.keyboard.press("Escape")
    for panel in ("manual", "more", "duties"):
        show(page, served, scenes.measured())
        page.locator(f"#{panel}").click()
        expect(page.locator("#panel")).to_be_visible()
        wrong += [f"{panel}: {fault}" for fault in faults(page)]
        page.keyboard.press("Escape")

    assert not wrong, "\n".join(wrong)


def test_the_look_follows_the_doors_clock_until_the_guard_chooses(
    page: Page, served: Served
) -> None:
    html, button = page.locator("html"), page.locator("#look-of")
    show(page, served, scenes.idle().model_copy(update={"time": NIGHT}))
    expect(html).to_have_attribute("data-look", "dark")
    show(page, served, scenes.idle().model_copy(update={"time": DAY}))
    expect(html).to_have_attribute("data-look", "light")

    for look, says in (("light", "明亮"), ("dark", "夜间"), ("contrast", "强光")):
        button.click()
        expect(button).to_contain_text(says)
        expect(html).to_have_attribute("data-look", look)
    page.reload()
    expect(html).to_have_attribute("data-look", "contrast")
    page.keyboard.press("n")
    expect(button).to_contain_text("自动")


def test_each_verdict_differs_in_shape_and_word_whatever_the_look(
    page: Page, served: Served
) -> None:
    states = (scenes.admitted(), scenes.denied(), scenes.rechecked(), cases.held(), scenes.idle())
    for look in ("light", "dark", "contrast"):
        page.evaluate("(look) => localStorage.setItem('gate.look', look)", look)
        seen = set()
        for state in states:
            show(page, served, state)
            seen.add((page.locator("#verdict-word").inner_text(),
                      page.locator("#verdict-shape").inner_html()))  # fmt: skip
        assert len({word for word, _ in seen}) == len({shape for _, shape in seen}) == len(states)
