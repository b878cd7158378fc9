"""What the guard ticks off beside the people: rounds, supplies; who leads is always in view."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import show
from chromium import PHONE, Watched
from gate_agent.contract.records import Round
from web import cases
from web.scripted_duties import duties
from web.served_door import Served

pytestmark = pytest.mark.browser


def change_duties(served: Served, done: int, due: int) -> None:
    """Let the book show this, as after an event of its own."""
    served.duties.shown = duties(done=done, due=due)
    served.do(lambda desk: desk.commit())


def test_who_leads_is_always_in_view(page: Page, served: Served) -> None:
    expect(page.locator("#holds")).to_contain_text("010-55550101")

    show(page, served, cases.held())

    expect(page.locator("#status")).to_contain_text("李主任 010-55550101")


def test_a_round_takes_two_taps_and_a_due_one_is_marked(page: Page, served: Served) -> None:
    change_duties(served, done=1, due=2)
    expect(page.locator("#duties")).to_have_attribute("data-due", "4")
    page.locator("#duties").click()

    page.locator(".area", has_text="办事大厅").get_by_text("通风 1/3").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.duties.asked == [("办事大厅", Round.AIRED, "guard-1")]


def test_a_second_tap_on_the_same_count_is_the_same_round(page: Page, served: Served) -> None:
    page.locator("#duties").click()
    button = page.locator(".area", has_text="出入口门").get_by_text("消毒 2/3")

    button.dblclick()

    expect(page.locator("#message")).to_have_text("已记录")
    assert len(served.duties.asked) == 1


def test_supplies_are_taken_by_number_and_by_keyboard(page: Page, served: Served) -> None:
    expect(page.locator("#holds")).to_contain_text("010-55550101")  # the book has come
    page.keyboard.press("d")
    page.locator(".stock", has_text="医用口罩").get_by_text("领用").click()

    page.keyboard.type("25")
    expect(page.locator("#amount")).to_have_text("25")
    page.keyboard.press("Enter")

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.duties.asked == [("医用口罩", None, -25, "guard-1")]


def test_nothing_is_due_before_its_time(page: Page, served: Served) -> None:
    change_duties(served, done=0, due=0)

    expect(page.locator("#duties")).to_have_attribute("data-due", "no")
    expect(page.locator("#status")).not_to_contain_text("消毒通风")


@pytest.mark.parametrize("watched", [PHONE], indirect=True)
def test_the_book_fits_a_phone(watched: Watched, page: Page) -> None:
    page.locator("#duties").click()

    expect(page.locator(".stock").first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    assert watched.faults == []


def test_a_hand_over_note_is_written_and_its_letters_are_no_commands(
    page: Page, served: Served
) -> None:
    page.locator("#duties").click()
    page.locator("#shift-note").press_sequentially("mask 3 dozen")

    page.locator("#shift-note-send").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.duties.asked == [("mask 3 dozen", "guard-1")]
