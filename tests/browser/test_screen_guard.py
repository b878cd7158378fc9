"""What the guard does: registration, holds, symptoms, overruling; by finger and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from chromium import PHONE, Watched
from gate_agent.contract.records import Decision
from gate_agent.gate.errors import Invalid
from web import cases, scenes
from web.scripted_desk import Asked
from web.served_door import Served

pytestmark = pytest.mark.browser
PHONE_NUMBER = "13812345678"
REGISTERED = Asked(
    what="register", about="ab12-901", details={"phone": PHONE_NUMBER, "purpose": "社保"}
)


def tap_digits(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator("#registration .digit", has_text=digit).click()


def test_eleven_taps_and_one_on_the_purpose_register_a_visitor(page: Page, served: Served) -> None:
    bodies: list[str | None] = []
    page.on("request", lambda request: bodies.append(request.post_data))
    show(page, served, scenes.registering())

    tap_digits(page, PHONE_NUMBER)
    expect(page.locator("#phone")).to_have_text("138 1234 5678")
    page.locator("[data-purpose=社保]").click()

    recorded(page)
    assert served.asked() == [REGISTERED]
    assert [body for body in bodies if body not in (None, "{}")] == [
        '{"phone":"13812345678","purpose":"社保"}'
    ]
    expect(page.locator("#verdict-word")).to_have_text("放行")


def test_the_keyboard_registers_too(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    expect(page.locator("#registration")).to_be_visible()

    page.keyboard.type("138123456799")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("78")
    page.keyboard.press("F2")

    recorded(page)
    assert served.asked() == [REGISTERED]


def test_a_purpose_chosen_first_is_sent_by_enter(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.locator("[data-purpose=社保]").click()
    expect(page.locator("[data-purpose=社保]")).to_have_attribute("data-chosen", "yes")

    page.keyboard.type(PHONE_NUMBER)
    assert served.asked() == []
    page.keyboard.press("Enter")

    recorded(page)
    assert served.asked() == [REGISTERED]


def test_a_double_tap_posts_once(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type(PHONE_NUMBER)
    served.do(lambda desk: desk.may_answer.clear())

    purpose = page.locator("[data-purpose=社保]")
    purpose.evaluate("(button) => { button.click(); button.click(); }")
    page.keyboard.press("F2")
    page.keyboard.press("Enter")
    served.do(lambda desk: desk.may_answer.set())

    recorded(page)
    assert served.asked() == [REGISTERED]


def test_a_phone_that_cannot_be_one_is_not_sent(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())

    page.keyboard.type("12812345678")
    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#phone-hint")).to_have_text("手机号应为 11 位，以 13 至 19 开头")
    expect(page.locator("#phone")).to_have_attribute("data-bad", "yes")
    assert served.asked() == []


def test_an_optional_phone_may_be_left_out(page: Page, served: Served) -> None:
    show(page, served, scenes.registering().model_copy(update={"phone_required": False}))

    page.locator("[data-purpose=社保]").click()

    recorded(page)
    assert served.asked()[0].details == {"phone": None, "purpose": "社保"}


def test_the_next_person_begins_with_an_empty_field(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type("1381234")
    expect(page.locator("#phone")).to_have_text("138 1234")

    show(page, served, scenes.registering("ab12-902"))

    expect(page.locator("#phone")).to_have_text("手机号")
    show(page, served, scenes.idle())
    expect(page.locator("#registration")).to_be_empty()


def test_no_phone_stays_in_the_page_after_registration(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type(PHONE_NUMBER)
    page.keyboard.press("F1")
    expect(page.locator("#verdict-word")).to_have_text("放行")

    assert "138" not in page.content()
    assert page.evaluate("() => JSON.stringify({...localStorage})") == "{}"


def test_a_refusal_is_shown_and_may_be_tried_again(
    watched: Watched, page: Page, served: Served
) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type(PHONE_NUMBER)
    served.desk.refusal = Invalid(expected="a mobile number", got="another")
    page.keyboard.press("F2")
    expect(page.locator("#message")).to_have_text("内容不对：请核对后再提交")
    expect(page.locator("#registration")).to_have_attribute("data-sent", "no")

    served.desk.refusal = None
    page.keyboard.press("F2")

    recorded(page)
    assert served.asked() == [REGISTERED, REGISTERED]
    assert len(watched.faults) == 1  # Chromium itself tells of the 422
    watched.faults.clear()


def test_a_registration_survives_what_else_changes(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.keyboard.type("13812")

    show(page, served, cases.with_holds(scenes.registering(), *cases.two_holds()))
    expect(page.locator(".hold")).to_have_count(2)
    page.keyboard.type("345678")
    page.keyboard.press("F2")

    recorded(page)
    assert served.asked() == [REGISTERED]


def test_declared_symptoms_hold_in_two_taps(page: Page, served: Served) -> None:
    show(page, served, scenes.measured())

    page.locator("#symptoms").click()
    page.locator("#panel button", has_text="干咳").click()

    expect(page.locator("#verdict-word")).to_have_text("暂留")
    assert served.asked() == [
        Asked(what="declare_symptoms", about="ab12-901", details={"by": "guard-1", "note": "干咳"})
    ]


def test_overruling_towards_admission_says_why(page: Page, served: Served) -> None:
    show(page, served, scenes.denied())

    page.keyboard.press("F8")
    page.locator("#panel button", has_text="带班领导批准").click()

    expect(page.locator("#verdict-word")).to_have_text("放行")
    assert served.asked()[0].details == {
        "decision": Decision.ADMIT,
        "by": "guard-1",
        "reason": "带班领导批准",
    }


def test_overruling_towards_caution_takes_two_taps(page: Page, served: Served) -> None:
    show(page, served, scenes.admitted())

    page.locator("#override").click()
    page.locator("#panel .to-hold").click()

    recorded(page)
    assert served.asked()[0].details["decision"] is Decision.HOLD


def test_who_went_away_is_dismissed(page: Page, served: Served) -> None:
    show(page, served, scenes.measured())

    page.keyboard.press("F10")

    expect(page.locator("#verdict-word")).to_have_text("请下一位")
    assert served.asked() == [Asked(what="dismiss", about="ab12-901", details={})]


def test_a_held_person_cannot_be_dismissed_by_a_tap(page: Page, served: Served) -> None:
    show(page, served, cases.held())

    expect(page.locator("#dismiss")).to_be_disabled()
    page.keyboard.press("F10")
    page.keyboard.press("F8")

    expect(page.locator("#panel")).not_to_be_visible()
    assert served.asked() == []


def test_the_post_that_acts_is_chosen_and_remembered(page: Page, served: Served) -> None:
    page.locator("#post").click()
    page.locator("#panel button", has_text="3 号岗").click()
    expect(page.locator("#post")).to_have_text("3 号岗")

    page.reload()
    expect(page.locator("#post")).to_have_text("3 号岗")
    show(page, served, cases.held())
    page.locator("[data-step=acknowledged]").click()

    recorded(page)
    assert served.asked()[0].details["by"] == "guard-3"


@pytest.mark.parametrize("watched", [PHONE], indirect=True)
def test_a_phone_in_the_hand_registers_without_scrolling(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())

    tap_digits(page, PHONE_NUMBER)
    assert page.evaluate("() => scrollY") == 0
    page.locator("[data-purpose=社保]").click()

    recorded(page)
    assert page.evaluate("() => scrollY") == 0
    assert served.asked() == [REGISTERED]
