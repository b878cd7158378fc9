"""Who waits at the desk is in view beside who stands at the spot, and each can be acted on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from gate_agent.contract.records import Decision, HoldState
from gate_agent.gate.screen_state import Phase
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
PLACES = "#desk button[data-place]"


def test_whose_phone_is_asked_is_shown_and_the_spot_is_in_view(page: Page, served: Served) -> None:
    show(page, served, scenes.busy())

    expect(page.locator("#verdict-word")).to_have_text("请登记")
    expect(page.locator("#verdict-person")).to_contain_text("张*")
    expect(page.locator("#desk button").first).to_contain_text("测温中")
    expect(page.locator("#desk-title")).to_have_text("等候台 2 人")
    expect(page.locator(PLACES)).to_have_count(2)
    expect(page.locator("#registration-title")).to_contain_text("张*")

    page.keyboard.type("13812345678")
    page.locator("[data-purpose=社保]").click()
    recorded(page)
    assert [ask.about for ask in served.asked()] == ["ab12-901"]


def test_who_comes_by_the_green_channel_goes_first_and_is_marked(
    page: Page, served: Served
) -> None:
    show(page, served, scenes.green())

    first = page.locator(PLACES).first
    expect(first).to_contain_text("欧***绿色通道")
    expect(first.locator(".green svg")).to_be_visible()
    expect(page.locator("#registration-title")).to_contain_text("欧***")
    expect(page.locator("#verdict-flags .green")).to_have_text("绿色通道（名单）")
    expect(page.locator(".purpose").first).to_contain_text("绿色通道")
    page.locator("#override").click()
    page.get_by_role("button", name="老年人").click()
    recorded(page)
    show(page, served, scenes.denied())
    page.locator("#override").click()
    page.get_by_role("button", name="现场补预约").click()
    recorded(page)
    asked = [(ask.what, ask.about, ask.details.get("reason")) for ask in served.asked()]
    assert asked == [
        ("give_green", "ab12-902", "老年人"),
        ("give_appointment", "ab12-901", None),
    ]


def test_digits_stay_while_the_next_steps_up(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type("13812")
    show(page, served, scenes.busy())

    expect(page.locator("#phone")).to_have_text("138 12")


def test_a_tap_shows_who_waits_and_the_actions_are_theirs(page: Page, served: Served) -> None:
    show(page, served, scenes.busy())

    page.locator(PLACES).nth(1).click()
    expect(page.locator("#verdict-word")).to_have_text("请刷证")
    page.locator("#dismiss").click()

    recorded(page)
    assert [(ask.what, ask.about) for ask in served.asked()] == [("dismiss", "ab12-902")]


def test_a_tap_on_the_spot_shows_it_again(page: Page, served: Served) -> None:
    show(page, served, scenes.busy())

    page.locator(PLACES).nth(0).click()
    expect(page.locator("#verdict-word")).to_have_text("请登记")
    page.locator("#desk button").first.click()

    expect(page.locator("#verdict-word")).to_have_text("测温中")


def test_a_fever_at_the_spot_is_shown_whoever_was_looked_at(page: Page, served: Served) -> None:
    waiting = scenes.busy()
    show(page, served, waiting)
    page.locator(PLACES).nth(0).click()
    held = scenes.settled(Decision.HOLD, reasons=("elevated",), hold_id="ab12-902")
    hold = cases.hold(hold_id="ab12-902")

    show(page, served, cases.with_holds(held.model_copy(update={"desk": waiting.desk}), hold))

    expect(page.locator("#verdict-word")).to_have_text("暂留")
    expect(page.locator("#verdict")).to_have_attribute("data-rings", "yes")


def test_both_places_say_who_is_there_and_for_how_long(page: Page, served: Served) -> None:
    show(page, served, scenes.idle())
    spot = page.locator("#desk button").first
    expect(spot).to_have_text("测温处无人")
    expect(page.locator("#desk-title")).to_have_text("等候台 0 人")

    show(page, served, scenes.busy())
    expect(spot.locator("time")).to_have_text("已 0:07")
    expect(page.locator(PLACES).first.locator("time")).to_contain_text("剩 1:5")


def test_who_has_no_room_at_the_desk_is_counted_and_one_tap_away(
    page: Page, served: Served
) -> None:
    waiting = scenes.registering().passage
    assert waiting is not None
    desk = tuple(
        waiting.model_copy(update={"passage_id": f"ab12-80{n}", "phase": Phase.MEASURED})
        for n in range(9)
    )
    show(page, served, scenes.measuring().model_copy(update={"desk": desk}))
    expect(page.locator("#desk-title")).to_have_text("等候台 9 人")
    expect(page.locator("#desk-more")).to_have_text("还有 7 人")

    page.locator("#desk-more").click()
    page.locator("#panel button", has_text="张*").last.click()

    expect(page.locator("[data-place=ab12-808]")).to_have_attribute("data-shown", "yes")


def test_a_held_person_at_the_desk_is_registered_once_tapped(page: Page, served: Served) -> None:
    held = scenes.settled(Decision.HOLD, reasons=("elevated",), hold_id="ab12-902").passage
    assert held is not None
    aside = held.model_copy(update={"passage_id": "ab12-907"})
    shown = scenes.measuring().model_copy(update={"desk": (aside,)})
    show(page, served, cases.with_holds(shown, cases.hold(state=HoldState.ACKNOWLEDGED)))
    expect(page.locator("#registration")).to_be_hidden()

    page.locator(PLACES).click()
    expect(page.locator("#verdict-word")).to_have_text("暂留")
    page.keyboard.type("13812345678")
    page.locator("[data-purpose=社保]").click()

    recorded(page)
    assert [(ask.what, ask.about) for ask in served.asked()] == [("register", "ab12-907")]


def test_a_document_typed_for_who_waits_is_theirs(page: Page, served: Served) -> None:
    show(page, served, scenes.busy())
    page.locator(PLACES).nth(1).click()

    page.locator("#manual").click()
    page.locator("#typed-name").fill("王五")
    page.locator("#typed-number").fill("110105194912310021")
    page.locator("#typed-send").click()

    recorded(page)
    assert [ask.details.get("passage_id") for ask in served.asked()] == ["ab12-902"]
