"""What the public is told: made from the policy, published by a person, never stale."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from chromium import KIOSK, PHONE, sound, watched_page
from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.opening import OpeningHours, Weekday
from gate_agent.contract.policy import HallMode
from gate_agent.gate.policies import PolicyKeeper
from gate_collector.policies.book import PolicyBook
from gate_collector.roles.accounts import Accounts

_OPENING = [{"days": [day.value for day in Weekday][:5], "opens": "09:00", "closes": "16:30"}]
_WINDOWS = [
    {"name": f"综合窗口 {number} 号", "purposes": ["社保"], "open": number < 9, "online": False}
    for number in range(1, 11)
]


def _issue(book: PolicyBook, **change: object) -> None:
    book.issue(lambda _: change, by="王科长", why="升级")


def test_a_change_is_said_at_once_and_the_published_text_while_it_holds(one: Hall) -> None:
    book = book_of(one)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        _issue(book, opening=_OPENING, windows=_WINDOWS, hall_mode=HallMode.APPOINTMENT)
        drafted = client.get("/api/v1/status").json()
        assert drafted["published"] is None
        assert drafted["hall_mode"] == "appointment"
        for part in (
            "预约入场",
            "周一至周五 09:00–16:30",
            "综合窗口 8 号",
            "暂停窗口：综合窗口 9 号",
        ):
            assert part in drafted["text"]["zh"], part

        told = "自即日起凭预约入场。\n请勿扎堆。"
        asked = {"zh": told, "en": "", "by": "王科长", "base": book.in_force().version}
        answer = client.post("/announcements", json=asked)
        assert answer.status_code == 201
        shown = client.get("/api/v1/status").json()
        assert (shown["text"]["zh"], shown["published"]) == (told, one.clock.now().utc.strftime(
            "%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")  # fmt: skip
        assert "By appointment" in shown["text"]["en"], "nobody wrote one: the policy's"
        assert "请勿扎堆" in client.get("/status").text

        _issue(book, retention={"gate_days": 7})
        assert client.get("/api/v1/status").json()["text"]["zh"] == told, "nothing for the public"
        _issue(book, hall_mode=HallMode.EMERGENCY)
        shown = client.get("/api/v1/status").json()
        assert "任何人不得入内" in shown["text"]["zh"]
        assert shown["published"] is None
        assert "公告尚未发布" in client.get("/announcements").text


def test_the_public_page_is_open_to_all_bounded_and_may_be_kept_and_the_rest_is_not(
    one: Hall,
) -> None:
    centre = centre_of(one)
    with serving(app_of(centre, accounts=Accounts(centre))) as client:
        for path in ("/status", "/api/v1/status", "/status.svg"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=30"
        assert client.get("/sign-on").headers["cache-control"] == "no-store"
        assert client.get("/announcements").status_code == 303
        body = {"zh": "x", "en": "", "by": "x"}
        assert client.post("/announcements", json=body).status_code == 401
        answers = [client.get("/status") for _ in range(40)]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert int(answers[-1].headers["retry-after"]) >= 1
        one.clock.advance(60)
        assert client.get("/status").status_code == 200


def _post(client: httpx.Client, zh: str) -> int:
    asked = {"zh": zh, "en": "", "by": "王", "base": 0}
    return client.post("/announcements", json=asked).status_code


def test_a_draft_of_what_holds_no_more_is_never_told_the_public(one: Hall) -> None:
    book = book_of(one)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        _issue(book, hall_mode=HallMode.EMERGENCY)
        assert _post(client, "大厅全面开放。") == 409
        assert "任何人不得入内" in client.get("/api/v1/status").json()["text"]["zh"]


def test_texts_are_bounded_and_shown_as_text(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        assert [_post(client, zh) for zh in ("", "x" * 4001, "a\x00b")] == [422, 422, 422]
        assert _post(client, "<script>alert(1)</script>\n𠮷野㐂") == 201
        for path in ("/status", "/announcements", "/announcements/1/poster?size=A3"):
            page = client.get(path).text
            assert "<script>alert(1)" not in page
            assert "𠮷野㐂" in page
        assert client.get("/announcements/2/poster").status_code == 404
        assert client.get("/announcements/1/poster?size=A5").status_code == 422


def test_the_mode_holds_since_it_was_set_however_often_anybody_looks(one: Hall) -> None:
    book = book_of(one)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        assert client.get("/api/v1/status").json()["since"] is None
        assert "现实行全面开放" in client.get("/status").text
        _issue(book, hall_mode=HallMode.APPOINTMENT)
        since = format_utc(one.clock.utc)
        for hours in (3, 40):
            one.clock.advance(hours * 3600)
            _issue(book, retention={"gate_days": hours})
            told = client.get("/api/v1/status").json()
            assert told["since"] == since
            assert "自 2026 年 11 月 24 日 10:00 起" in told["text"]["zh"]
            assert "自 2026 年 11 月 24 日 10:00 起" in client.get("/announcements").text


def _plan(book: PolicyBook, hours: float, now: datetime, **change: object) -> None:
    at = now + timedelta(hours=hours)
    book.issue(lambda _: change, by="王科长", why="预定", valid_from=at)


def test_a_planned_change_is_told_before_and_its_text_holds_when_it_comes(one: Hall) -> None:
    book = book_of(one)
    _issue(book, opening=_OPENING)
    _plan(book, 22, one.clock.utc, hall_mode=HallMode.CLOSED)
    coming = "2026 年 11 月 25 日 08:00 起实行封闭管理。大厅暂停对外服务"
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        drafted = client.get("/api/v1/status").json()
        assert drafted["text"]["zh"].count(coming) == 1
        assert drafted["coming"][0]["hall_mode"] == "closed"
        assert client.get("/status").text.count(coming) == 1
        assert coming in client.get("/announcements").text
        asked = {"zh": "今天开放，明天八点起暂停。", "en": "Open today.", "by": "王",
                 "base": book.in_force().version}  # fmt: skip
        assert client.post("/announcements", json=asked | {"ahead": False}).status_code == 201
        one.clock.advance(60)
        assert "现行公告没有写到" in client.get("/announcements").text
        assert client.get("/status").text.count(coming) == 1, "told apart from the text"
        assert client.post("/announcements", json=asked).status_code == 201
        assert "现行公告没有写到" not in client.get("/announcements").text
        published = client.get("/api/v1/status").json()["published"]

        one.clock.advance(22 * 3600)
        assert book.in_force().hall_mode is HallMode.CLOSED
        then = client.get("/api/v1/status").json()
        assert (then["text"]["zh"], then["published"]) == (asked["zh"], published)
        assert (then["hall_mode"], then["coming"]) == ("closed", [])
        assert then["since"] == "2026-11-25T00:00:00.000Z"


def test_a_text_of_now_alone_is_void_when_the_plan_comes_and_one_of_no_plan_at_once(
    one: Hall,
) -> None:
    book = book_of(one)
    _issue(book, opening=_OPENING)
    _plan(book, 22, one.clock.utc, hall_mode=HallMode.CLOSED)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        page = client.get("/announcements").text
        drafted = re.search(r'name="draft" value="([0-9a-f]{64})"', page)
        assert drafted is not None
        asked = {"zh": "甲", "en": "", "by": "王", "base": book.in_force().version}
        assert client.post("/announcements", json=asked | {"ahead": False}).status_code == 201
        one.clock.advance(23 * 3600)
        assert client.get("/api/v1/status").json()["published"] is None

        _plan(book, 5, one.clock.utc, hall_mode=HallMode.APPOINTMENT)
        asked["base"] = book.in_force().version
        outdated = client.post("/announcements", json=asked | {"draft": drafted[1]})
        assert outdated.status_code == 409
        assert client.post("/announcements", json=asked).status_code == 201
        assert client.get("/api/v1/status").json()["published"] is not None
        book.issue(lambda _: {"retention": {"gate_days": 9}}, by="王", why="取消计划", at_once=True)
        told = client.get("/api/v1/status").json()
        assert (told["coming"], told["published"]) == ([], None), "it told a plan that is none"


def test_each_setting_of_a_mode_needs_its_own_text(one: Hall) -> None:
    book = book_of(one)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        for mode in (HallMode.CLOSED, HallMode.EMERGENCY, HallMode.CLOSED):
            one.clock.advance(60)
            _issue(book, hall_mode=mode)
            told = client.get("/api/v1/status").json()
            assert told["published"] is None
            assert "公告尚未发布" in client.get("/status").text
            if mode is HallMode.EMERGENCY:
                continue  # nobody had the time
            asked = {"zh": f"第一次{mode}", "en": "", "by": "王", "base": book.in_force().version}
            assert client.post("/announcements", json=asked).status_code == 201
            assert client.get("/api/v1/status").json()["text"]["zh"] == asked["zh"]


def test_an_english_text_that_nobody_published_is_not_stamped(one: Hall) -> None:
    book = book_of(one)
    _issue(book, hall_mode=HallMode.CLOSED)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        for en, is_out in (("", False), (" \n", False), ("Closed today.", True)):
            asked = {"zh": "今日关闭。", "en": en, "by": "王", "base": book.in_force().version}
            one.clock.advance(60)
            assert client.post("/announcements", json=asked).status_code == 201
            told = client.get("/api/v1/status").json()
            page = client.get("/status?lang=en").text
            assert (told["published_en"] == told["published"]) is is_out
            assert ("Published 2026" in page) is is_out
            assert ("Not an announcement yet" in page) is not is_out
            assert ("英文正文没有发布" in client.get("/announcements").text) is not is_out
            assert "2026-11-24 10:0" in client.get("/status").text


@pytest.mark.browser
@pytest.mark.parametrize("size", [KIOSK, PHONE])
def test_a_change_of_mode_goes_to_the_door_the_public_page_and_a_poster_of_one_sheet(
    tmp_path: Path, browser: Browser, size: tuple[int, int]
) -> None:
    with hall(tmp_path) as one, watched_page(browser, size) as watched:
        keeper = PolicyKeeper(file=None, beside=tmp_path)

        def publish(_topic: str, document: bytes) -> bool:
            keeper.offer(document)
            keeper.due(one.clock.utc)
            return True

        book = book_of(one, publish)
        hours = OpeningHours(opens=time(9), closes=time(16, 30))
        _issue(book, opening=[hours.model_dump(mode="json")], windows=_WINDOWS)
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            page = watched.page
            page.goto(f"{client.base_url}/policy")
            issuing = page.locator("form", has=page.get_by_role("button", name="发布", exact=True))
            issuing.get_by_label("预约入场").check()
            issuing.get_by_label("经办人").fill("王科长")
            issuing.get_by_label("原因").fill("升级")
            issuing.get_by_role("button", name="发布", exact=True).click()
            expect(page.locator("h2").first).to_contain_text("预约入场 · 第 2 版")
            assert keeper.current.policy.hall_mode is HallMode.APPOINTMENT
            page.locator("main a[href='/announcements']").click()
            expect(page.get_by_text("公告尚未发布")).to_be_visible()
            draft = page.get_by_label("公告正文").input_value()
            page.get_by_label("公告正文").fill(f"{draft}\n咨询电话：010-5550 0100。")
            page.get_by_label("经办人").fill("王科长")
            page.get_by_role("button", name="发布公告").click()
            expect(page.get_by_text("现行公告发布于")).to_be_visible()
            expect(page.locator("tr", has_text="王科长")).to_contain_text("010-5550 0100")
            sound(page)
            page.get_by_role("link", name="A4").click()
            expect(page.get_by_role("img", name="扫码查看最新状态")).to_be_visible()
            assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
            page.goto(f"{client.base_url}/status")
            expect(page.get_by_text("预约入场", exact=True)).to_be_visible()
            expect(page.get_by_text("010-5550 0100")).to_be_visible()
            sound(page)
