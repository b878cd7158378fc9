"""There is room when all comes at once: every key can be pressed, a message covers none."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from chromium import KIOSK, PHONE, Watched
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.records import HoldState
from gate_agent.contract.thermometer import Doubt
from gate_agent.gate.screen_state import ScreenState
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser

# Runs in the page: the buttons below a selector of which another element, or nothing, is pressed.
COVERED = """(selector) => [...document.querySelectorAll(selector)].filter((button) => {
  const box = button.getBoundingClientRect();
  return [0.1, 0.5, 0.9].some((part) => {
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
    return !button.contains(hit);
  });
}).map((button) => button.textContent)"""

ONE_LINE = 44  # px: the last line, whatever it must tell

# Runs in the page: the buttons in view that the message lies over.
UNDER_MESSAGE = """() => {
  const said = document.querySelector("#message").getBoundingClientRect();
  return [...document.querySelectorAll("button")].filter((button) => {
    const box = button.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return button.contains(at) && box.top < said.bottom - 1 && box.bottom > said.top + 1;
  }).map((button) => button.id || button.textContent);
}"""

# Runs in the page: what was said stands there again, however slow this machine is.
SAID = "document.querySelector('#message').hidden = false"


def the_worst() -> ScreenState:
    """Return a late hold to be measured, another that rings, and a gate with many complaints."""
    late = cases.hold(state=HoldState.ACKNOWLEDGED, due_s=-30, overdue=1)
    late = late.model_copy(update={"escalates_to": cases.CALLS[1]})
    other = cases.hold("ab12-905", due_s=-8, overdue=1)
    door = scenes.not_trusted(cases.held(late, other))
    assert door.thermometer is not None
    doubts = (Doubt.FROZEN, Doubt.CHECK_OVERDUE, Doubt.WARMING_UP, Doubt.AMBIENT_RANGE)
    return door.model_copy(
        update={
            "clock": ClockQuality.UNSYNCED,
            "calls": cases.CALLS,
            "thermometer": door.thermometer.model_copy(update={"doubts": doubts}),
            "today": door.today.model_copy(
                update={"first_visit_ms": 12_400, "repeat_visit_ms": 3_200}
            ),
        }
    )


@pytest.mark.parametrize("watched", [KIOSK], indirect=True)
def test_a_contact_reading_can_be_typed_although_all_comes_at_once(
    page: Page, served: Served
) -> None:
    show(page, served, the_worst())
    page.locator(".hold[data-state=acknowledged] .hold-do button").click()
    expect(page.locator("#case #contact")).to_be_visible()
    footer = page.locator("#status").bounding_box()
    assert footer is not None
    assert footer["height"] <= ONE_LINE
    expect(page.locator("#status-more")).to_have_text(re.compile(r"^\+[1-9]"))

    assert page.evaluate(COVERED, "#case .keypad button, #contact-confirm") == []


@pytest.mark.parametrize("watched", [KIOSK, PHONE], indirect=True)
def test_what_is_said_to_be_recorded_keeps_no_finger_from_a_button(
    watched: Watched, page: Page, served: Served
) -> None:
    show(page, served, cases.held())
    page.locator(".hold [data-step=acknowledged]").click()
    recorded(page)
    # What was sent takes no second finger until the gate has gone on.
    show(page, served, cases.held(cases.hold(state=HoldState.ACKNOWLEDGED)))
    page.evaluate(SAID)

    size = watched.page.viewport_size
    assert size is not None
    buttons = "#actions button:not(:disabled), #case button:not(:disabled)"
    if size["width"] == KIOSK[0]:
        assert page.evaluate(COVERED, buttons) == []
    assert page.evaluate(UNDER_MESSAGE) == []


@pytest.mark.parametrize("watched", [KIOSK, PHONE], indirect=True)
@pytest.mark.parametrize("panel", ["manual", "more", "duties"])
def test_nothing_in_a_panel_is_squeezed(page: Page, served: Served, panel: str) -> None:
    show(page, served, scenes.measured())
    page.locator(f"#{panel}").click()
    expect(page.locator("#panel")).to_be_visible()

    squeezed = """() => [...document.querySelectorAll("#panel > * button")].filter((button) => {
      const within = button.closest(".panel-body > *, #panel > *").getBoundingClientRect();
      return button.getBoundingClientRect().bottom > within.bottom + 1;
    }).map((button) => button.textContent)"""
    assert page.evaluate(squeezed) == []
