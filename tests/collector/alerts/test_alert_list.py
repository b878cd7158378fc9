"""The alerts' pages: listed, filtered, answered and commented by who is signed on; and the link."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, serving
from collector.switchboard import DEPUTY, GROUP, HEAD, LEADER, PEOPLE, Switchboard
from gate_agent.contract.records import HoldState
from gate_agent.words import LANGS, texts
from gate_collector.alarms.book import AlarmKind
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import Alert, AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.replies import LASTS
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import ALERT

_PASSWORD = "correct horse battery"
_MANY = 210


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        opened.west.hold("hold-1")
        opened.settle()
        yield opened


def _fever(one: Hall) -> tuple[AlertBook, Alert]:
    book = AlertBook(one.engine, SITE_KEY)
    cause = Cause(key="hold:west-1f:hold-1:hold", kind="hold", gate="west-1f", subject="hold-1",
                  text=texts("alert.left", door="一层西侧出入口"), quiet=False)  # fmt: skip
    book.open(cause, one.clock.utc)
    (alert,) = book.claim(one.clock.utc, 120)
    return book, alert


def _rows(page: str) -> list[tuple[str, str]]:
    return re.findall(r'data-state="(\w+)" data-kind="(\w+)"', page)


def _kept(count: int) -> list[dict[str, object]]:
    return [
        {"key": f"k{n}", "topic": "", "kind": kind, "gate": gate, "subject": "", "text": f"一{n}",
         "text_en": f"one {n}", "opened": f"2026-11-{24 - n % 20:02d}T01:00:00.000Z",
         "state": state, "step": 0, "next_at": "9999"}
        for n in range(count)
        for kind, gate, state in [
            (("left", "west-1f", "open"), ("silent", "central-2f", "answered"),
             ("hold", "west-1f", "drill"), ("rota", "", "unanswered"))[n % 4]
        ]
    ]  # fmt: skip


def test_the_list_is_filtered_sorted_paged_and_taken_along(store: str) -> None:
    with hall(store) as one, serving(app_of(centre_of(one))) as client:
        one.west.heartbeat(name="一层西侧出入口")
        one.settle()
        with one.engine.begin() as connection:
            connection.execute(ALERT.insert(), _kept(_MANY))

        def shown(query: str) -> list[tuple[str, str]]:
            answer = client.get(f"/alerts?{query}")
            assert answer.status_code == 200, query
            return _rows(answer.text)

        assert len(shown("")) == 25
        assert len(shown("alerts.page=9")) == _MANY - 8 * 25
        assert set(shown("alerts.sort=people")) == {("open", "people")}
        assert set(shown("alerts.sort=drill&alerts.stage=ended")) == {("drill", "drill")}
        assert set(shown("alerts.stage=open")) == {("open", "people"), ("unanswered", "hall")}
        assert set(shown("alerts.stage=answered&alerts.gate=central-2f")) == {
            ("answered", "equipment"),
        }  # fmt: skip
        assert shown("alerts.stage=answered&alerts.gate=west-1f") == []
        assert len(shown("alerts.from=2026-11-24&alerts.to=2026-11-24")) == _MANY // 20 + 1
        assert f"待应答 {_MANY // 4 + _MANY // 4 + 1} 起" in client.get("/alerts").text
        assert client.get("/alerts/9999").status_code == 404

        asked = "alerts.stage=open&alerts.sort=opened&file=alerts.csv"
        lines = {
            lang: list(csv.reader(io.StringIO(client.get(f"/alerts?{asked}&lang={lang}").text)))
            for lang in LANGS
        }
    assert len(lines["zh"]) == len(lines["en"]) == _MANY // 4 + _MANY // 4 + 2
    assert {line[2] for line in lines["zh"][1:]} == {"待应答", "无人应答"}
    assert {line[4] for line in lines["zh"][1:]} == {"一层西侧出入口", "大厅"}
    assert all(line[3].startswith("one ") for line in lines["en"][1:])
    assert {line[2] for line in lines["en"][1:]} == {"waits for an answer", "nobody answered"}


def test_who_is_signed_on_answers_and_comments_whatever_the_form_says(one: Hall) -> None:
    _, alert = _fever(one)
    accounts = Accounts(centre_of(one))
    for role in (Role.LEADER, Role.AUDITOR):
        accounts.make(role.value, role, _PASSWORD)
    with serving(app_of(centre_of(one), accounts=accounts)) as client:
        assert client.post(f"/alerts/{alert.id}/answer", json={"by": "x"}).status_code == 401
        for role in (Role.AUDITOR, Role.LEADER):
            client.post("/sign-on", json={"name": role.value, "password": _PASSWORD})
            csrf = re.search('name="csrf" content="([^"]+)"', client.get("/alerts").text)
            assert csrf
            headers = {"X-CSRF": csrf[1]}
            told = [
                client.post(f"/alerts/{alert.id}/{what}", json=body, headers=headers).status_code
                for what, body in (
                    ("answer", {"by": "somebody else"}),
                    ("comments", {"by": "somebody else", "text": "已派人到场"}),
                    ("comments", {"by": "x", "text": "请打 13812345678"}),
                )
            ]
            assert told == ([403] * 3 if role is Role.AUDITOR else [201, 201, 422])
        page = client.get(f"/alerts/{alert.id}").text

    assert "已应答" in page
    assert page.count("<b>leader</b>") == 2
    assert "已派人到场" in page
    assert "somebody else" not in page


def test_a_link_is_one_persons_for_one_alert_and_ends(one: Hall) -> None:
    book, fever = _fever(one)
    book.open(Cause(key="alarm:1", kind=AlarmKind.TWINS, gate="west-1f", subject="",
                    text=texts("alarm_do.twins", door="西")), one.clock.utc)  # fmt: skip
    (cable,) = book.claim(one.clock.utc, 120)
    link, other, late = (
        f"/answer/{book.link(alert, who, one.clock.utc)}"
        for alert, who in ((fever, DEPUTY), (fever, LEADER), (cable, DEPUTY))
    )
    with serving(app_of(centre_of(one, lambda: GROUP))) as client:
        page = client.get(link).text
        assert client.post(link, json={}).status_code == 201
        assert len({link, other, late}) == 3
        answered = client.get(link).text
        assert _first_state(answered) == "answered"
        assert _first_state(client.get(late).text) == "open"  # the other alert is as it was
        assert client.post(other, json={"by": DEPUTY}).status_code == 201  # a second one has it
        both = client.get(link).text
        one.clock.advance(LASTS.total_seconds() + 1)
        ended = [client.get(late), client.post(late, json={})]

    assert 'href="tel:01055500101"' in page
    assert f"组长 {HEAD}" in page
    assert DEPUTY in answered
    assert f"发给{DEPUTY}" in page
    assert "现在需要" in page
    assert "/cases/west-1f/hold-1" in page
    assert {DEPUTY, LEADER} <= set(re.findall("<b>([^<]+)</b>", both))
    assert [answer.status_code for answer in ended] == [410, 410]
    assert "tel:" not in ended[0].text
    assert "有两台设备" not in ended[0].text


def test_what_is_over_takes_no_answer(one: Hall) -> None:
    book, alert = _fever(one)
    one.west.step("hold-1", HoldState.ACKNOWLEDGED)
    one.settle()
    assert book.claim(one.clock.utc + timedelta(seconds=1), 120) == []
    with serving(app_of(centre_of(one))) as client:
        taken = client.post(f"/alerts/{alert.id}/answer", json={"by": "王科长"})
        page = client.get(f"/answer/{book.link(alert, LEADER, TEN)}").text

    assert taken.status_code == 409
    assert "已结束" in page
    assert "<button" not in page


def test_a_late_tap_is_kept_and_changes_nothing_else(one: Hall) -> None:
    book, alert = _fever(one)
    first, late = (f"/answer/{book.link(alert, who, TEN)}" for who in (LEADER, DEPUTY))
    with serving(app_of(centre_of(one))) as client:
        assert client.post(first, json={}).status_code == 201
        one.west.step("hold-1", HoldState.ACKNOWLEDGED)
        one.settle()
        assert book.claim(one.clock.utc + timedelta(seconds=1), 120) == []
        before = client.get(first).text
        for _ in range(2):
            assert client.post(late, json={}).status_code == 201
        page = client.get(f"/alerts/{alert.id}").text
        after = client.get(first).text

    assert DEPUTY not in before
    assert after.count(f"<b>{DEPUTY}</b>") == 1
    assert LEADER in after
    assert page.count(f"<b>{DEPUTY}</b>") == 1
    assert _first_state(after) == _first_state(before) == "over"


def test_a_link_that_was_sent_to_nobody_by_name_asks_who_it_is(one: Hall) -> None:
    book, alert = _fever(one)
    link = f"/answer/{book.link(alert, '', one.clock.utc)}"
    with serving(app_of(centre_of(one))) as client:
        asked, refused = client.get(link).text, client.post(link, json={})
        client.post(link, json={"by": "张副主任"})
        page = client.get(link).text

    assert 'name="by"' in asked
    assert refused.status_code == 422
    assert "张副主任" in page


def test_the_leading_group_comes_from_a_sheet_and_is_whom_the_page_names(one: Hall) -> None:
    book = book_of(one)
    sheet = f"岗位,称呼,电话\n组长,{HEAD},010-5550 0110\n副组长,{DEPUTY},010-5550 0111\n".encode()
    asked = {"by": "王科长", "why": "调整分工", "content": base64.b64encode(sheet).decode()}
    centre = centre_of(one, book.in_force)
    alerter = Alerter(centre, AlertBook(one.engine, SITE_KEY), people=PEOPLE[:3],
                      messenger=Switchboard(), base_url="https://hall.example")  # fmt: skip
    with serving(app_of(centre, book, alerter=alerter)) as client:
        look = client.post("/policy/sheets/posts", json=asked).json()["look"]
        issued = client.post("/policy/sheets/posts", json=asked | {"seen": look["seen"], "base": 0})
        page = client.get("/alerts").text
    alerter.close()

    assert (look["count"], issued.status_code) == (2, 201)
    assert [post.rank for post in book.in_force().posts] == ["head", "deputy"]
    assert f"组长 {HEAD} 没有通知地址" in page
    assert f"{DEPUTY} →" in page


def _first_state(page: str) -> str:
    matched = re.search(r'data-state="(\w+)"', page)
    assert matched
    return matched[1]


def test_an_unknown_link_opens_nothing(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        answers: list[httpx.Response] = [
            client.get(f"/answer/{'0' * 40}"), client.post(f"/answer/{'0' * 40}", json={}),
            client.get("/answer/x"),
        ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [404, 404, 422]
