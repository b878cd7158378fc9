"""The visitors' display: calm, both languages, nothing about anybody, and where to go instead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from chromium import PHONE, Watched
from gate_agent.gate.screen_state import ScreenState
from web import cases, scenes
from web.served_door import Served

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("watched", [(1280, 800), (1920, 1080), PHONE], indirect=True)
SAYS = {
    "open": ("welcome", "您好，请测温"),
    "appointment": ("welcome", "您好，请测温"),
    "closed": ("away", "今天请网上办理"),
    "emergency": ("away", "今天请网上办理"),
    "measure": ("measure", "请看前方"),
    "card": ("card", "请刷身份证"),
    "register": ("register", "请登记"),
    "go": ("go", "请进"),
    "again": ("again", "请再测一次"),
    "hand": ("hand", "请到工作人员处"),
    "wait": ("wait", "请稍候"),
    "denied": ("away", "今天请网上办理"),
    "ask": ("ask", "请听工作人员指引"),
}


@pytest.fixture
def display(watched: Watched, served: Served) -> Page:
    served.do(lambda desk: setattr(desk, "policy", scenes.POLICY))
    watched.page.goto(f"{served.url}/visitor")
    expect(watched.page.locator("body")).to_have_attribute("data-live", "yes")
    return watched.page


def show(page: Page, served: Served, snapshot: ScreenState, guide: str) -> None:
    served.show(snapshot)
    expect(page.locator("body")).to_have_attribute("data-guide", guide)


def loaded(page: Page) -> None:
    page.wait_for_function("() => [...document.images].every((one) => one.naturalWidth > 0)")


@SIZES
def test_each_state_says_one_thing_and_fits_and_names_nobody(display: Page, served: Served) -> None:
    assert set(SAYS) == set(scenes.visitors())
    for name, snapshot in scenes.visitors().items():
        guide, said = SAYS[name]
        show(display, served, snapshot, guide)
        expect(display.locator("#zh")).to_have_text(said)
        loaded(display)

        text = display.locator("body").inner_text().replace("用体温计测量", "")  # of everybody
        for secret in ("张", "欧", "110*", "37.6", "36.4", "32.5", "℃", "暂留", "发热", "体温"):
            assert secret not in text, f"{name}: {secret}"
        assert display.evaluate(
            """() => {
              const page = document.documentElement;
              const tall = innerWidth > 900 && page.scrollHeight > innerHeight;
              return page.scrollWidth <= innerWidth && !tall;
            }"""
        ), name


def test_the_state_itself_holds_nothing_of_a_person(served: Served) -> None:
    for snapshot in scenes.visitors().values():
        served.show(snapshot)
        told = served.do(lambda desk: desk.visitor()).model_dump_json()
        for secret in ("张", "欧", "person", "temperature", "centi", "elevated", "hold", "110"):
            assert secret not in told.replace("110-", "")


def test_a_held_person_sees_what_anybody_who_waits_sees(display: Page, served: Served) -> None:
    look = """() => [document.getElementById("zh").textContent, document.body.dataset.guide,
                     getComputedStyle(document.body).backgroundColor,
                     getComputedStyle(document.getElementById("zh")).color]"""
    show(display, served, scenes.recording(), "wait")
    waits = display.evaluate(look)
    show(display, served, scenes.idle(), "welcome")

    show(display, served, cases.held(), "wait")

    assert display.evaluate(look) == waits


def test_who_is_turned_away_sees_where_to_do_it_online_and_how_to_book(
    display: Page, served: Served
) -> None:
    show(display, served, scenes.visitors()["denied"], "away")

    codes = display.locator("#channels figure")
    expect(codes).to_have_count(3)
    expect(codes.nth(0)).to_contain_text("政务服务网")
    loaded(display)
    expect(display.locator(".booking")).to_contain_text("010-8900 1000")
    expect(display.locator("#more")).to_have_text("今天需要预约才能进入")


def test_a_display_that_hears_nothing_sends_people_to_the_staff(
    display: Page, watched: Watched, served: Served
) -> None:
    show(display, served, scenes.admitted(), "go")
    served.do(lambda desk: desk.end_subscriptions())
    watched.page.context.set_offline(True)

    expect(display.locator("#zh")).to_have_text("请听工作人员指引")
    watched.page.context.set_offline(False)
    expect(display.locator("#zh")).to_have_text("请进")
    watched.faults.clear()  # Chromium tells of the broken line itself


def test_it_speaks_only_where_it_is_asked_to(watched: Watched, served: Served) -> None:
    watched.page.add_init_script(
        """globalThis.spoken = [];
        Object.defineProperty(globalThis, "speechSynthesis", {
          value: { cancel() {}, speak(words) { spoken.push([words.lang, words.text]); } },
        });"""
    )
    for address, spoken in (("/visitor", []), ("/visitor?voice=on", [["zh-CN", "请进"]])):
        served.show(scenes.idle())
        watched.page.goto(served.url + address)
        expect(watched.page.locator("body")).to_have_attribute("data-guide", "welcome")
        watched.page.evaluate("() => { spoken.length = 0; }")

        show(watched.page, served, scenes.admitted(), "go")

        assert watched.page.evaluate("() => spoken") == spoken
