"""Nothing covers or cuts anything, at each size that a door has, with all that may come at once.

The screenshots of what is looked at here lie in docs/screens (`make screens`).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from browser.screen_steps import resize, show
from chromium import KIOSK, PHONE, SMALL, WIDE
from gate_agent.contract.record import HoldState
from gate_agent.gate.screen_state import NoticeView, ScreenState
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser

SIZES = (KIOSK, (1280, 720), (1024, 768), WIDE, SMALL, PHONE)
# Runs in the page: what is wrong with its layout, in words.
FAULTS = """(isPhone) => {
  const faults = [];
  const name = (node) => node.id || node.textContent.slice(0, 20);
  const seen = (node) => node.checkVisibility({ visibilityProperty: true });
  const inside = (box, room) => box.left >= room.left - 2 && box.right <= room.right + 2
    && box.top >= room.top - 2 && box.bottom <= room.bottom + 2;
  // As wide as its text, and as high as its box: a font's own height is more than what is seen.
  const textOf = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right } = range.getBoundingClientRect();
    const { top, bottom } = node.getBoundingClientRect();
    return { left, right, top, bottom };
  };
  const area = document.querySelector("#face");
  const parts = [...area.children].filter((node) => seen(node) && node.textContent.trim());
  const boxes = parts.map(textOf);
  parts.forEach((node, at) => {
    if (!inside(boxes[at], area.getBoundingClientRect())) faults.push(`${name(node)} is cut`);
    for (let next = at + 1; next < parts.length; next += 1) {
      const [one, two] = [boxes[at], boxes[next]];
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (wide > 2 && high > 2) faults.push(`${name(node)} covers ${name(parts[next])}`);
    }
  });
  const reason = document.querySelector("#verdict-reason");
  const apart = 0.3 * parseFloat(getComputedStyle(reason).fontSize); // a font is higher than a line
  if (seen(reason) && reason.scrollHeight > reason.clientHeight + apart) faults.push("why is cut");
  const word = document.querySelector("#verdict-word");
  if (parseFloat(getComputedStyle(word).fontSize) < 22) faults.push("the word is small");
  const limits = document.querySelector("#verdict-limits");
  if (limits && seen(limits)) {
    const room = limits.getBoundingClientRect();
    for (const part of limits.children) {
      if (!inside(textOf(part), room)) faults.push(`${part.textContent} is cut`);
    }
  }
  for (const node of document.querySelectorAll("#desk button > span")) {
    if (seen(node) && node.scrollWidth > node.clientWidth + 1) faults.push(`${name(node)} is cut`);
  }
  const dialog = document.querySelector("#panel:not([hidden]), #case:not([hidden])");
  const room = isPhone ? document.body : document.querySelector("#side");
  for (const button of document.querySelectorAll("button:not(:disabled)")) {
    if (!seen(button) || (dialog && room.contains(button) && !dialog.contains(button))) continue;
    if (isPhone || button.closest("[data-scrolls]")) button.scrollIntoView({ block: "center" });
    const box = button.getBoundingClientRect();
    if (!inside(textOf(button), box)) faults.push(`the button ${name(button)} is too narrow`);
    const hit = (part) => document.elementFromPoint(
      box.left + box.width / 2, box.top + box.height * part);
    if (![0.1, 0.5, 0.9].every((part) => button.contains(hit(part)))) {
      faults.push(`the button ${name(button)} is covered`);
    }
  }
  const written = word.firstChild;
  const at = written?.data.indexOf("体温计") ?? -1;
  if (at >= 0) {
    const range = document.createRange();
    range.setStart(written, at);
    range.setEnd(written, at + 3);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
    if (lines.size > 1) faults.push("体温计 is broken");
  }
  return faults;
}"""


def crowded(waiting: int) -> ScreenState:
    """Return a visitor who registers, with the longest notice, and others who wait."""
    state = scenes.registering()
    assert state.passage is not None
    people = (scenes.OUYANG, state.passage.person, None)
    desk = tuple(
        state.passage.model_copy(
            update={
                "passage_id": f"ab12-80{at}",
                "person": people[at % 3],
                "waits_for": (("card",), ("registration",))[at % 2],
            }
        )
        for at in range(waiting)
    )
    notice = NoticeView(
        version=1, zh="登记的信息加密保存，到期删除。" * 33, en="Deleted in time. " * 47
    )
    return state.model_copy(update={"desk": desk, "notice": notice})


def with_calls(state: ScreenState) -> ScreenState:
    return state.model_copy(update={"calls": cases.CALLS})


STATES: dict[str, tuple[ScreenState, str]] = {
    "a notice": (crowded(0), ""),
    "three wait": (crowded(3), ""),
    "ten wait": (crowded(10), ""),
    "by hand": (scenes.by_hand(), ""),
    "all by hand": (scenes.not_trusted(), ""),
    "blocked": (scenes.journal_failing(), ""),
    "recheck": (scenes.rechecked(), ""),
    "admitted": (scenes.admitted(), ""),
    "held": (cases.held(cases.hold()), ""),
    "two held": (cases.held(*cases.two_holds()), ""),
    "symptoms": (scenes.measured(), "#symptoms"),
    "symptoms in a case": (
        with_calls(cases.held(cases.hold(state=HoldState.ACKNOWLEDGED))),
        ".hold .hold-do button, #case [data-tab=symptoms]",
    ),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_covered_or_cut_at_any_size(page: Page, served: Served, lang: str) -> None:
    if lang == "en":
        page.locator("#language").click()

    found: dict[tuple[str, str], list[str]] = {}
    for name, (state, taps) in STATES.items():
        show(page, served, state)
        for tap in filter(None, taps.split(", ")):
            page.locator(tap).first.click()
        for width, height in SIZES:
            resize(page, width, height)
            found[name, f"{width}×{height}"] = page.evaluate(FAULTS, width == PHONE[0])
        resize(page, *KIOSK)
        page.keyboard.press("Escape")

    assert len(found) == len(STATES) * len(SIZES)
    assert {where: faults for where, faults in found.items() if faults} == {}
