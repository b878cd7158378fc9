"""Steps the browser tests share."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from gate_agent.gate.screen_state import ScreenState
from web.scripted_desk import ScriptedDesk
from web.served_door import Served


def show(page: Page, served: Served, snapshot: ScreenState) -> None:
    """Let the gate be so, and wait until the screen has drawn it."""

    def change(desk: ScriptedDesk) -> int:
        sequence = desk.shown.journal.sequence + 1
        journal = snapshot.journal.model_copy(update={"sequence": sequence})
        desk.show(snapshot.model_copy(update={"journal": journal}))
        return sequence

    sequence = served.do(change)
    expect(page.locator("body")).to_have_attribute("data-sequence", str(sequence))


def recorded(page: Page) -> None:
    """Wait until the gate has taken what was asked."""
    expect(page.locator("#message")).to_have_text("已记录")


def resize(page: Page, width: int, height: int) -> None:
    """Give the window this size, and wait until the page has drawn itself anew."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
