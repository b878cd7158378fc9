"""Registration beyond the first visit: a known phone, a document by hand, who comes along."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import show
from gate_agent.contract.signals import CardType
from gate_agent.gate.screen_state import NoticeView, ScreenState
from web import scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
NOTICE = NoticeView(version=3, zh="登记的信息到期删除", en="Deleted in time")


def known_visitor(*flags: str) -> ScreenState:
    shown = scenes.registering()
    assert shown.passage is not None
    passage = shown.passage.model_copy(update={"known_phone": "138****5678", "flags": flags})
    return shown.model_copy(update={"passage": passage, "notice": NOTICE})


def test_a_repeat_visit_is_one_tap(page: Page, served: Served) -> None:
    show(page, served, known_visitor())
    expect(page.locator("#phone")).to_have_text("138****5678")

    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert [ask.details for ask in served.asked()] == [{"phone": None, "purpose": "社保"}]


def test_another_phone_may_be_typed_over_the_known_one(page: Page, served: Served) -> None:
    show(page, served, known_visitor())

    page.keyboard.type("1391234567")
    page.locator("[data-purpose=社保]").click()
    assert served.asked() == []
    page.keyboard.type("8")

    page.locator("[data-purpose=社保]").click()
    expect(page.locator("#message")).to_have_text("已记录")
    assert served.asked()[0].details["phone"] == "13912345678"


def test_what_the_guard_should_know_of_a_person_stands_beside_them(
    page: Page, served: Served
) -> None:
    show(page, served, known_visitor("watched", "again"))

    expect(page.locator(".flag")).to_have_text(["复测名单：请再测一次", "刚刚来过"])


def test_the_notice_is_in_view_while_data_is_taken(page: Page, served: Served) -> None:
    show(page, served, known_visitor())

    expect(page.locator("#verdict-notice")).to_have_text("登记的信息到期删除")


def test_a_companion_goes_with_the_registration(page: Page, served: Served) -> None:
    show(page, served, known_visitor())
    page.locator("#companions").click()
    page.locator("#typed-name").fill("小明")
    page.locator("#typed-send").click()
    expect(page.locator("#companions")).to_contain_text("随行 1 人")

    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.asked()[0].details["companions"] == [{"name": "小明", "number": None}]


def test_a_document_is_typed_where_no_reader_reads(page: Page, served: Served) -> None:
    show(page, served, scenes.measured())
    page.keyboard.press("l")
    page.locator("#panel").get_by_text("护照").click()
    page.locator("#panel").get_by_text("身份证阅读器故障").click()
    page.locator("#typed-name").fill("DOE JOHN")
    page.locator("#typed-number").press_sequentially("m2d345678")
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_have_text("请填签发国家或地区的三位字母")
    page.locator("#typed-country").fill("rus")

    page.keyboard.press("Enter")

    expect(page.locator("#message")).to_have_text("已记录")
    assert [ask.details for ask in served.asked()] == [
        {
            "document": CardType.PASSPORT,
            "name": "DOE JOHN",
            "number": "m2d345678",
            "country": "rus",
            "reason": "reader_broken",
            "by": "guard-1",
            "passage_id": "ab12-901",
        }
    ]


def test_a_missing_name_or_number_is_said_and_nothing_is_sent(page: Page, served: Served) -> None:
    show(page, served, scenes.measured())
    page.locator("#manual").click()

    page.locator("#typed-send").click()

    expect(page.locator("#message")).to_have_text("请填姓名和证件号码")
    assert served.asked() == []


def test_a_phone_of_another_place_is_one_key_away(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    page.locator("#line").click()
    page.locator("#panel button", has_text="+852").click()
    expect(page.locator("#phone")).to_have_text("+852")

    page.keyboard.type("91234567")
    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.asked()[0].details == {"phone": "+85291234567", "purpose": "社保"}


def test_a_landline_has_its_reason_and_can_be_taken_back(page: Page, served: Served) -> None:
    show(page, served, scenes.registering())
    for reason in ("没有手机", "家人电话"):
        page.locator("#line").click()
        page.locator("#panel button", has_text=reason).click()
        expect(page.locator("#phone-hint")).to_have_text("先输区号，如 010")
        if reason == "没有手机":
            page.locator("#line").click()
            expect(page.locator("#line")).to_have_text("区号 座机")

    page.keyboard.type("01062770334")
    page.locator("[data-purpose=社保]").click()

    expect(page.locator("#message")).to_have_text("已记录")
    assert served.asked()[0].details == {
        "phone": "01062770334",
        "landline_because": "family",
        "purpose": "社保",
    }
