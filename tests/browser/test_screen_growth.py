"""A screen stands for months: a thousand passages leave it no bigger than a hundred did."""

from __future__ import annotations

import asyncio

import pytest
from playwright.sync_api import CDPSession, Page, expect

from gate_agent.contract.records import Decision
from gate_agent.gate.screen_state import ScreenState
from gate_agent.web.sse import COALESCE_S
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
WARM, WHOLE = 100, 1000
MOST_MORE_NODES, MOST_MORE_BYTES = 40, 1_500_000


def figures(line: CDPSession) -> tuple[int, int]:
    """Return the page's nodes and the bytes of its heap, rubbish left out."""
    line.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
    return int(told["Nodes"]), int(told["JSHeapUsedSize"])


def busy(number: int) -> ScreenState:
    """Return the door after passage `number`, with the next person at it; now and then a hold."""
    base = scenes.idle()
    decided = Decision.DENY if number % 7 == 0 else Decision.ADMIT
    line = base.recent[0].model_copy(
        update={"passage_id": f"p-{number}", "sequence": 5000 + number, "decision": decided}
    )
    shown = scenes.registering(f"p-{number + 1}") if number % 2 else scenes.admitted()
    recent = (line, *base.recent[:-1])
    shown = shown.model_copy(update={"recent": recent})
    return cases.with_holds(shown, cases.hold(f"h-{number}")) if number % 25 == 0 else shown


def pass_by(page: Page, served: Served, first: int, last: int) -> None:
    """Let these passages happen as fast as a screen is told of any; wait until it drew the last."""

    async def happen() -> int:
        for number in range(first, last, 2):  # one decided, the next at the door
            served.desk.show(busy(number))
            served.desk.commit()
            await asyncio.sleep(COALESCE_S)
        return served.desk.shown.journal.sequence

    sequence = served.wait_for(happen())
    expect(page.locator("body")).to_have_attribute("data-sequence", str(sequence))


def test_a_thousand_passages_leave_the_page_no_bigger(page: Page, served: Served) -> None:
    page.locator("#mute").click()
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable")
    pass_by(page, served, 0, WARM)
    nodes, heap = figures(line)

    pass_by(page, served, WARM, WARM + WHOLE)

    more_nodes, more_heap = figures(line)
    print(f"nodes {nodes} → {more_nodes}, heap {heap / 1e6:.2f} → {more_heap / 1e6:.2f} MB")
    assert more_nodes <= nodes + MOST_MORE_NODES
    assert more_heap <= heap + MOST_MORE_BYTES
