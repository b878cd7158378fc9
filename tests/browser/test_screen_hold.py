"""A hold from the alarm to its end, as the screen guides a guard through it; contacts; drills."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.screen_steps import recorded, show
from chromium import PHONE, sound
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import ContactState, HoldState, NoteKind
from gate_agent.gate.screen_state import HoldView, ScreenState
from web import cases, scenes
from web.scripted_desk import Asked
from web.served_door import Served

pytestmark = pytest.mark.browser
S = HoldState
NOTHING = {
    "contact_centi_c": None,
    "to": None,
    "note": None,
    "disinfected": False,
    "vehicle": None,
    "office_reference": None,
    "line_centi_c": None,
    "by": "guard-1",
}


REPORTED = {"to": "区疫情防控办"}


def held_in(state: HoldState, **more: object) -> HoldView:
    return cases.hold(state=state, due_s=500, **more)  # type: ignore[arg-type]


def with_calls(snapshot: ScreenState) -> ScreenState:
    return snapshot.model_copy(update={"calls": cases.CALLS})


def open_case(page: Page) -> None:
    page.locator(".hold .hold-do button").first.click()
    expect(page.locator("#case")).to_be_visible()


def steps_asked(served: Served) -> list[dict[str, object]]:
    return [asked.details for asked in served.asked() if asked.what == "step_hold"]


def notes_asked(served: Served) -> list[tuple[object, ...]]:
    return [
        (d["kind"], d["to"], d["answered"], d["symptoms"])
        for d in (asked.details for asked in served.asked() if asked.what == "note_hold")
    ]


def press_step(page: Page, step: str) -> None:
    page.locator(f"#case [data-step={step}]").click()


def stands(page: Page, state: HoldState) -> None:
    expect(page.locator(".hold")).to_have_attribute("data-state", state)


def test_a_reading_below_the_line_releases_and_admits_in_one_tap(
    page: Page, served: Served
) -> None:
    show(page, served, cases.held(held_in(S.ACKNOWLEDGED)))
    open_case(page)

    for digit in "366":
        page.locator("#case .digit", has_text=digit).first.click()
    page.locator("#contact-confirm").click()

    stands(page, S.RELEASED)
    expect(page.locator("#verdict-word")).to_have_text("放行")
    assert [ask.what for ask in served.asked()] == ["measure_by_hand"]


@pytest.mark.parametrize("watched", [(1280, 800), PHONE], indirect=True)
def test_the_other_doors_hold_is_answered_for_the_colleague(page: Page, served: Served) -> None:
    late = cases.hold_elsewhere(overdue=1)
    show(page, served, scenes.idle().model_copy(update={"elsewhere": (late,)}))
    card = page.locator(".hold.elsewhere")
    expect(card).to_contain_text("二层中央出入口无人响应")
    expect(card).to_have_attribute("data-rings", "yes")

    card.get_by_role("button").click()
    recorded(page)
    (asked,) = served.asked()
    assert (asked.what, asked.about) == ("answer_elsewhere", "cd34-77")
    assert asked.details == {"gate": "central-2f", "by": "guard-1"}
    here = cases.held(held_in(S.RECHECKED, contact_centi_c=3790, overdue=0))
    there = cases.hold_elsewhere(answered=True)
    show(page, served, here.model_copy(update={"elsewhere": (there,)}))
    expect(card.get_by_role("button")).to_have_count(0)
    expect(card).to_contain_text("本入口已响应")
    sound(page)


@pytest.mark.parametrize("watched", [(1280, 800), PHONE], indirect=True)
def test_a_fever_is_guided_from_the_alarm_to_its_end(page: Page, served: Served) -> None:
    show(page, served, with_calls(cases.held()))
    said = page.locator("#case .say q")

    page.locator(".hold [data-step=acknowledged]").click()
    stands(page, S.ACKNOWLEDGED)
    expect(said).to_contain_text("再量一次")
    for digit in "378":
        page.locator("#case .digit", has_text=digit).click()
    expect(page.locator("#contact")).to_have_text("37.8 ℃")
    page.locator("#next").click()
    stands(page, S.CONFIRMED)

    leader = page.locator(".call[data-post=带班领导]")
    expect(leader).to_contain_text("010-8900 1201")
    leader.locator("button", has_text="没人接").click()
    expect(leader).to_contain_text("没人接 1 次")
    leader.locator("button", has_text="没人接").click()
    expect(leader).to_contain_text("没人接 2 次")
    office = page.locator(".call[data-post=区疫情防控办]")
    leader.locator("button", has_text="已接通").click()
    expect(leader).to_contain_text("已接通")
    expect(leader.locator("[data-step=reported]")).to_have_count(0)  # it stays in the hall
    page.locator("#reference").fill("东疾控?")
    office.locator("button", has_text="已接通并上报").click()
    stands(page, S.REPORTED)
    expect(page.locator("#reference")).to_have_value("东疾控?")
    page.locator("#reference-save").click()
    expect(page.locator("#reference")).to_have_attribute("aria-invalid", "true")
    page.locator("#reference").fill("东疾控【２０２６】１２号")
    page.locator("#reference-save").click()
    expect(page.locator("#filed")).to_contain_text("已报区疫情防控办，受理编号 东疾控【2026】12号")

    page.locator("#counsel").click()
    expect(page.locator("#counsel")).to_be_disabled()
    page.locator("#case button", has_text="发热门诊").click()
    page.locator("#case button", has_text="负压救护车").click()
    stands(page, S.TRANSFERRED)
    expect(page.locator("#case [data-step=closed]")).to_be_disabled()
    page.locator("#disinfect").click()
    expect(page.locator("#disinfect")).to_contain_text("已消毒")
    press_step(page, "closed")

    expect(page.locator(".hold")).to_have_count(0)
    expect(page.locator("#case")).not_to_be_visible()
    assert steps_asked(served) == [
        {**NOTHING, "step": S.ACKNOWLEDGED},
        {**NOTHING, "step": S.REPORTED, **REPORTED},
        {**NOTHING, "step": S.TRANSFERRED, "to": "发热门诊", "vehicle": "负压救护车"},
        {**NOTHING, "step": S.CLOSED, "disinfected": True},
    ]
    measured = [ask for ask in served.asked() if ask.what == "measure_by_hand"]
    assert [(ask.about, ask.details["contact_centi_c"]) for ask in measured] == [("ab12-901", 3780)]
    assert notes_asked(served) == [
        (NoteKind.CALLED, "带班领导", False, ()),
        (NoteKind.CALLED, "带班领导", False, ()),
        (NoteKind.CALLED, "带班领导", True, ()),
        (NoteKind.CALLED, "区疫情防控办", True, ()),
        (NoteKind.CALLED, "区疫情防控办", True, ()),
        (NoteKind.COUNSELLED, None, None, ()),
        (NoteKind.DISINFECTED, None, None, ()),
    ]


def test_a_normal_recheck_releases_with_the_reading_that_the_door_has(
    page: Page, served: Served
) -> None:
    show(page, served, cases.held(held_in(S.RECHECKED, contact_centi_c=3661)))
    open_case(page)
    expect(page.locator("#case [data-step=released]")).to_have_class("go tall")

    press_step(page, "released")

    stands(page, S.RELEASED)
    expect(page.locator("#case .say")).to_contain_text("体温正常")
    assert steps_asked(served) == [{**NOTHING, "step": S.RELEASED}]


def test_without_numbers_in_the_policy_it_is_reported_to_a_choice(
    page: Page, served: Served
) -> None:
    show(page, served, cases.held(held_in(S.CONFIRMED, contact_centi_c=3781)))
    open_case(page)

    page.locator("#case button", has_text="疾控中心").click()

    stands(page, S.REPORTED)
    assert steps_asked(served) == [{**NOTHING, "step": S.REPORTED, "to": "疾控中心"}]


def test_symptoms_are_ticked_and_recorded_together(page: Page, served: Served) -> None:
    show(page, served, cases.held(held_in(S.ACKNOWLEDGED)))
    open_case(page)
    page.locator("#case [data-tab=symptoms]").click()

    for name in ("干咳", "乏力", "咽痛", "乏力"):
        page.locator("#case .choices button", has_text=name).click()
    page.locator("#case button", has_text="记录症状").click()

    expect(page.locator("#case .told")).to_contain_text("干咳、咽痛")
    assert notes_asked(served) == [(NoteKind.SYMPTOMS, None, None, ("干咳", "咽痛"))]


def test_who_walked_away_is_recorded_with_how(page: Page, served: Served) -> None:
    show(page, served, cases.held(held_in(S.ACKNOWLEDGED)))
    open_case(page)

    press_step(page, "left")
    page.locator("#case button", has_text="拒不配合").click()

    stands(page, S.LEFT)
    expect(page.locator("#case .say")).to_contain_text("不要追赶")
    assert steps_asked(served) == [{**NOTHING, "step": S.LEFT, "note": "拒不配合"}]


def test_an_impossible_contact_temperature_is_not_sent(page: Page, served: Served) -> None:
    show(page, served, cases.held(held_in(S.ACKNOWLEDGED)))
    page.keyboard.press("F9")

    for typed in ("37", "999", "120"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#contact")).to_have_attribute("data-bad", "yes")
        for _ in typed:
            page.keyboard.press("Backspace")

    page.keyboard.press("Escape")
    expect(page.locator("#case")).not_to_be_visible()
    assert served.asked() == []


def test_f9_answers_the_hold_on_top_once(page: Page, served: Served) -> None:
    show(page, served, cases.with_holds(scenes.registering(), *cases.two_holds()))
    expect(page.locator(".hold")).to_have_count(2)
    served.do(lambda desk: desk.may_answer.clear())

    page.keyboard.press("F9")
    page.keyboard.press("F9")
    served.do(lambda desk: desk.may_answer.set())

    recorded(page)
    assert [(asked.about, asked.details["step"]) for asked in served.asked()] == [
        ("ab12-902", HoldState.ACKNOWLEDGED)
    ]


def test_the_sheet_goes_when_its_hold_is_closed_elsewhere(page: Page, served: Served) -> None:
    show(page, served, cases.held(held_in(S.CONFIRMED)))
    open_case(page)

    show(page, served, scenes.idle())

    expect(page.locator("#case")).not_to_be_visible()


def test_digits_typed_so_far_stay_when_another_screen_notes_something(
    page: Page, served: Served
) -> None:
    hold = held_in(S.ACKNOWLEDGED)
    show(page, served, cases.held(hold))
    page.keyboard.press("F9")
    page.keyboard.type("37")

    show(page, served, cases.held(cases.noted(hold, cases.note(NoteKind.COUNSELLED))))
    expect(page.locator("#counsel")).to_be_disabled()
    page.keyboard.type("9")

    expect(page.locator("#contact")).to_have_text("37.9 ℃")


def test_a_number_half_typed_goes_on_when_another_screen_notes_something(
    page: Page, served: Served
) -> None:
    confirmed = cases.stepped(held_in(S.RECHECKED), S.CONFIRMED, StepDetails(contact_centi_c=3781))
    show(page, served, with_calls(cases.held(confirmed)))
    open_case(page)
    page.locator("#reference").focus()
    page.keyboard.type("AB-202612")
    page.keyboard.press("ArrowLeft")

    show(page, served, cases.held(cases.noted(confirmed, cases.note(NoteKind.COUNSELLED))))
    expect(page.locator("#counsel")).to_be_disabled()
    page.keyboard.type("0")

    expect(page.locator("#reference")).to_have_value("AB-2026102")


def test_a_note_is_taken_while_a_step_is_under_way(page: Page, served: Served) -> None:
    show(page, served, cases.held(held_in(S.RECHECKED, contact_centi_c=3781)))
    open_case(page)
    served.do(lambda desk: desk.may_answer.clear())

    press_step(page, "confirmed")
    page.locator("#counsel").click()
    served.do(lambda desk: desk.may_answer.set())

    expect(page.locator("#counsel")).to_be_disabled()
    stands(page, S.CONFIRMED)


def test_another_hold_that_rings_is_in_view_and_one_tap_away(page: Page, served: Served) -> None:
    first, ringing = cases.two_holds()
    show(page, served, cases.held(first))
    open_case(page)

    show(page, served, cases.held(first, ringing))
    other = page.locator("#case .other")
    expect(other).to_have_attribute("data-rings", "yes")
    other.click()

    expect(page.locator("#case .rail [data-at=now]")).to_have_text("到场")


def test_contacts_are_confirmed_or_dismissed_with_a_reason(page: Page, served: Served) -> None:
    shown = cases.held(held_in(S.CONFIRMED)).model_copy(update={"contacts": cases.contacts()})
    show(page, served, shown)
    open_case(page)
    page.locator("#case [data-tab=contacts]").click()
    rows = page.locator(".contact")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("前 0:52")

    rows.nth(0).locator("[data-judge=confirmed]").click()
    expect(rows.nth(0)).to_have_attribute("data-state", "confirmed")
    rows.nth(1).locator("[data-judge=dismissed]").click()
    rows.nth(1).locator("button", has_text="隔着玻璃").click()
    expect(rows.nth(1)).to_have_attribute("data-state", "dismissed")
    rows.nth(0).locator("[data-judge=transferred]").click()
    expect(rows.nth(0)).to_have_attribute("data-state", "transferred")

    judged = [(asked.about, asked.details) for asked in served.asked()]
    by = {"by": "guard-1", "reason": None}
    assert judged == [
        ("ab12-902-c1", {**by, "state": ContactState.CONFIRMED}),
        ("ab12-902-c2", {**by, "state": ContactState.DISMISSED, "reason": "隔着玻璃"}),
        ("ab12-902-c1", {**by, "state": ContactState.TRANSFERRED}),
    ]


def test_contacts_of_a_closed_hold_stay_until_they_are_settled(page: Page, served: Served) -> None:
    left = scenes.idle().model_copy(update={"contacts": cases.contacts(count=1)})
    show(page, served, left)

    expect(page.locator(".left-over")).to_contain_text("密接待处理 1 人")
    page.locator(".left-over button").click()
    page.locator("[data-judge=dismissed]").click()
    page.locator(".contact button", has_text="相距两米以上").click()

    expect(page.locator("#case")).not_to_be_visible()
    expect(page.locator(".left-over")).to_have_count(0)


def test_a_drill_is_started_marked_and_rings(page: Page, served: Served) -> None:
    page.locator("#more").click()
    page.locator("#drill").click()

    recorded(page)
    assert served.asked() == [Asked(what="start_drill", about="", details={"by": "guard-1"})]
    expect(page.locator(".hold .drill")).to_have_text("演练")
    expect(page.locator("body")).to_have_attribute("data-alarm", "high")
    open_case(page)
    expect(page.locator("#case .drill")).to_have_text("演练")


def test_a_held_persons_card_is_said_to_be_anothers_and_a_companion_is_put_down_by_hand(
    page: Page, served: Served
) -> None:
    show(page, served, cases.held())
    with page.expect_response("**/card"):
        page.locator("#card-anothers").click()
    show(page, served, scenes.not_trusted(scenes.registering()))
    page.locator("#group").click()
    with page.expect_response("**/arrival"):
        page.locator("#panel button", has_text="来了一位随行人员").click()

    told = [(one.what, one.details) for one in served.asked()]
    assert ("judge_card", {"theirs": False, "by": "guard-1"}) in told
    assert ("arrival", {"by": "guard-1"}) in told
