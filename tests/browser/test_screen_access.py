"""Everybody can use the screens: WCAG 2.2 AA by axe-core, in every state, both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import show
from chromium import PHONE, Watched, violations
from gate_agent.gate.screen_state import ScreenState
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
GUARD: dict[str, ScreenState] = {
    "idle": scenes.idle(),
    "registering": cases.with_holds(scenes.registering(), *cases.two_holds()),
    "admitted": scenes.admitted(),
    "denied": scenes.denied(),
    "recheck": scenes.rechecked(),
    "hold": cases.held(cases.late_hold()),
    "lost": scenes.device_lost(),
    "offline": scenes.uplink_down(),
    "by hand": scenes.by_hand(),
}


def faults(page: Page) -> list[str]:
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()}"
        for fault in violations(page, runOnly={"type": "tag", "values": list(RULES)})
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("watched", [(1280, 800), PHONE], indirect=True)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guard_screen_meets_wcag_in_every_state(
    watched: Watched, served: Served, lang: str
) -> None:
    page = watched.page
    page.goto(f"{served.url}/?lang={lang}")
    found = []
    for name, snapshot in GUARD.items():
        show(page, served, snapshot)
        found += [f"{name}: {fault}" for fault in faults(page)]

    assert found == []


def test_the_guided_sequence_meets_wcag_at_every_step(page: Page, served: Served) -> None:
    found = []
    for name, snapshot in cases.course().items():
        show(page, served, snapshot)
        page.keyboard.press("F9")
        expect(page.locator("#case")).to_be_visible()
        for tab in ("step", "calls", "symptoms", "contacts") if name == "report" else ("step",):
            page.locator(f"#case [data-tab={tab}]").first.click()
            found += [f"{name} {tab}: {fault}" for fault in faults(page)]
        page.keyboard.press("Escape")

    assert not found, "\n".join(found)


def test_the_visitors_display_meets_wcag(watched: Watched, served: Served) -> None:
    served.do(lambda desk: setattr(desk, "policy", scenes.POLICY))
    watched.page.goto(f"{served.url}/visitor")
    found = []
    for name, snapshot in scenes.visitors().items():
        served.show(snapshot)
        guide = served.do(lambda desk: desk.visitor().guide)
        expect(watched.page.locator("body")).to_have_attribute("data-guide", guide)
        found += [f"{name}: {fault}" for fault in faults(watched.page)]

    assert found == []


def test_a_dead_screen_meets_wcag(page: Page, watched: Watched, served: Served) -> None:
    served.do(lambda desk: desk.end_subscriptions())
    page.context.set_offline(True)
    expect(page.locator("#dead")).to_be_visible()

    assert faults(page) == []
    watched.faults.clear()  # Chromium tells of the broken line itself
