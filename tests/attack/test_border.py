"""Every route × every field of a real request × every value that breaks programs: none fails.

And what was taken is shown and exported afterwards: a word that gets in must be able to get out.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from collector.days import DAY, quiet_day
from collector.hall_of_doors import Hall, hall, ref
from collector.handed import PRIVATE, a_case
from collector.served_centre import app_of, centre_of, serving
from gate_agent.web.grants import CALLERS as DOOR
from gate_collector.reports.versions import correct, make_due
from gate_collector.roles.grants import CALLERS as CENTRE
from gate_collector.web.workbook import workbook
from route_table import lines
from security.signing import door
from web.served_door import Served

Body = dict[str, Any]
REF = ref("visitor")
_BY, _WHY, _PASSWORD = "王科长", "按通知办理", "correct horse battery"
_SIGNED = {"by": _BY, "why": _WHY}
_CASE = "/contacts/west-1f/hold-1"
_DISTRICT = {"by": _BY, "told": "2026-11-24T10:20", "to": "区疫情防控办", "taken_by": "刘主任",
             "reference": "东疫〔2026〕17 号"}  # fmt: skip
_MASKS = {"kind": "masks", "bags": 2, "place": "一层暂存点", "handed_to": "环卫"}
_CENTRE: dict[str, tuple[str, Body]] = {  # of the table → where, and what somebody really sends
    "/accounts": ("", {"name": "李主任", "role": "leader", "password": _PASSWORD}),
    "/accounts/password": ("", {"name": "李主任", "password": _PASSWORD}),
    "/accounts/disable": ("", {"name": "李主任"}),
    "/accounts/keys": ("", {"name": "大屏"}),
    "/accounts/keys/disable": ("", {"name": "大屏"}),
    "/alerts/test": ("", {"by": _BY}),
    "/alerts/{number}/answer": ("/alerts/1/answer", {"by": _BY}),
    "/alerts/{number}/comments": ("/alerts/1/comments", {"by": _BY, "text": "线缆已插紧"}),
    "/answer/{token}": (f"/answer/{'0' * 40}", {"by": _BY}),
    "/api/v1/orders": ("", {"by": _BY, "gate": "west-1f", "place": "waiting", "who": REF}),
    "/api/v1/reveal/inside": ("", _SIGNED),
    "/api/v1/reveal": ("", {"person_ref": REF, "by": _BY, "why": _WHY}),
    "/api/v1/reveal/texts": ("", {
        **_SIGNED, "gate": "west-1f", "epoch": "0" * 32, "sequence": 1}),
    "/api/v1/search": ("", {"who": "11010119900307721X"}),
    "/announcements": ("", {
        "by": _BY, "base": 0, "zh": "自即日起预约。\n请勿扎堆。", "en": "Book first."}),
    "/cases/{gate}/{hold_id}/district": ("/cases/west-1f/hold-1/district", _DISTRICT),
    "/cases/{gate}/{hold_id}/papers": ("/cases/west-1f/hold-1/papers", {
        "by": _BY, "kind": "first", "statement": "已隔离"}),
    "/contacts/{gate}/{hold_id}": (
        _CASE, {"by": _BY, "people": [{"person_ref": REF, "seen": 0}], "state": "confirmed",
                "reason": "同行"}),
    "/contacts/{gate}/{hold_id}/names": (f"{_CASE}/names", _SIGNED),
    "/contacts/follow": ("", {
        "by": _BY, "day": "2026-11-24", "place": "home", "health": "well", "note": "",
        "people": [{"gate": "west-1f", "hold_id": "hold-1", "person_ref": REF}]}),
    "/api/v1/appointments/search": ("", {"who": "11010119900307721X"}),
    "/appointments/cancel": ("", {**_SIGNED, "keys": ["0" * 32], "reason": "by_visitor"}),
    "/appointments/codes": ("", {**_SIGNED, "keys": ["0" * 32]}),
    "/appointments/move": ("", {
        **_SIGNED, "key": "0" * 32, "begins": "2026-12-01T09:00", "ends": "2026-12-01T10:00"}),
    "/contacts/{gate}/{hold_id}/export": (
        f"{_CASE}/export", {**_SIGNED, "which": "all", "names": True}),
    "/ledger/alarms/{number}/clear": ("/ledger/alarms/1/clear", {**_SIGNED, "seen": "x"}),
    "/policy/appointments": ("", {
        **_SIGNED, "number": "11010119900307721X", "begins": "2026-12-01T09:00",
        "ends": "2026-12-01T10:00", "green_channel": False, "code": ""}),
    "/policy/mode": ("", {**_SIGNED, "hall_mode": "closed", "base": 1, "valid_from": ""}),
    "/policy/rules": ("", {**_SIGNED, "base": 1, "settings": {"alarm_centi_c": "37.5"}}),
    "/policy/sheets/{kind}": ("/policy/sheets/rota", {
        **_SIGNED, "content": "5bqP", "replace": True, "seen": ""}),
    "/policy/versions/{version}/again": ("/policy/versions/1/again", {**_SIGNED, "base": 1}),
    "/reports/{day}/entries": (f"/reports/{DAY}/entries", {"by": _BY, "entry": _MASKS}),
    "/reports/{day}/merge": (f"/reports/{DAY}/merge", {"by": _BY}),
    "/reports/{day}/corrections": (f"/reports/{DAY}/corrections", _SIGNED),
    "/retention/erase": ("", {**_SIGNED, "who": "11010119900307721X"}),
    "/retention/run": ("", _SIGNED),
    "/rounds/void": ("", _SIGNED),
    "/rounds/{token}": (f"/rounds/{'0' * 40}", {
        "scope": "both", "done_by": "保洁 张", "method": "chlorine"}),
    "/sign-off": ("", {}),
    "/sign-on": ("", {"name": "李主任", "password": _PASSWORD}),
    "/sign-on/first": ("", {"code": "0" * 16, "name": "李主任", "password": _PASSWORD}),
}  # fmt: skip
_GUARD = {"by": "guard-1"}
_DOOR: dict[str, tuple[str, Body]] = {
    "/api/v1/contacts/{contact_id}": ("/api/v1/contacts/c-1", {
        **_GUARD, "state": "dismissed", "reason": "隔着玻璃"}),
    "/api/v1/doors/{gate}/holds/{hold_id}/answer": ("/api/v1/doors/east/holds/h-1/answer", _GUARD),
    "/api/v1/departures": ("", {**_GUARD, "count": 2}),
    "/api/v1/drills": ("", _GUARD),
    "/api/v1/found": ("", {**_GUARD, "place": "等候区", "passage_id": "p-1"}),
    "/api/v1/duties/notes": ("", {**_GUARD, "text": "一切正常"}),
    "/api/v1/duties/rounds": ("", {**_GUARD, "area": "大厅", "kind": "aired"}),
    "/api/v1/duties/supplies": ("", {**_GUARD, "item": "口罩", "counted": 5}),
    "/api/v1/holds/{hold_id}/notes": ("/api/v1/holds/h-1/notes", {
        **_GUARD, "kind": "called", "to": "疾控中心", "answered": False}),
    "/api/v1/holds/{hold_id}/picture": ("/api/v1/holds/h-1/picture", {"reason": "核查"}),
    "/api/v1/holds/{hold_id}/steps": ("/api/v1/holds/h-1/steps", {
        **_GUARD, "step": "rechecked", "contact_centi_c": 3781}),
    "/api/v1/passages/{passage_id}/card": ("/api/v1/passages/p-1/card", {
        **_GUARD, "theirs": True}),
    "/api/v1/passages/{passage_id}/arrival": ("/api/v1/passages/p-1/arrival", _GUARD),
    "/api/v1/passages/{passage_id}/dismissal": ("/api/v1/passages/p-1/dismissal", _GUARD),
    "/api/v1/passages/{passage_id}/companion": ("/api/v1/passages/p-1/companion", {
        **_GUARD, "with_passage": "p-2"}),
    "/api/v1/passages/{passage_id}/appointment": ("/api/v1/passages/p-1/appointment", _GUARD),
    "/api/v1/passages/{passage_id}/entry": ("/api/v1/passages/p-1/entry", {
        **_GUARD, "take": True}),
    "/api/v1/visitor/entry": ("", {
        "token": "0" * 22, "phone": "13812345678", "purpose": "社保"}),
    "/api/v1/passages/{passage_id}/green": ("/api/v1/passages/p-1/green", {
        **_GUARD, "reason": "老年人"}),
    "/api/v1/passages/{passage_id}/group": ("/api/v1/passages/p-1/group", {
        **_GUARD, "companions": 2, "reason": "分开"}),
    "/api/v1/passages/{passage_id}/hand": ("/api/v1/passages/p-1/hand", {
        **_GUARD, "contact_centi_c": 3650}),
    "/api/v1/passages/{passage_id}/override": ("/api/v1/passages/p-1/override", {
        **_GUARD, "decision": "hold", "reason": "从严"}),
    "/api/v1/passages/{passage_id}/registration": ("/api/v1/passages/p-1/registration", {
        "phone": "13812345678", "purpose": "社保"}),
    "/api/v1/passages/{passage_id}/reveal": ("/api/v1/passages/p-1/reveal", {"reason": "核查"}),
    "/api/v1/persons": ("", {
        **_GUARD, "name": "张三", "number": "11010119900307721X", "document": "id_card",
        "reason": "读卡失败"}),
    "/api/v1/session": ("", {"code": "g01", "pin": "583027"}),
    "/api/v1/session/end": ("", {}),
    "/api/v1/setup": ("", {"one_time_code": "0" * 8, "name": "李管", "pin": "583027"}),
    "/api/v1/staff": ("", {"name": "李管", "role": "guard", "pin": "583027"}),
    "/api/v1/staff/{code}/disable": ("/api/v1/staff/g77/disable", {}),
    "/api/v1/staff/{code}/pin": ("/api/v1/staff/g77/pin", {"pin": "583027"}),
    "/api/v1/symptoms": ("", {**_GUARD, "passage_id": "p-1", "note": "干咳"}),
    "/api/v1/thermometer/checks": ("", {
        **_GUARD, "reference": "black_body", "reference_centi_c": 3700}),
    "/api/v1/thermometer/reference": ("", {}),
    "/api/v1/touch": ("", {}),
}  # fmt: skip
_TEXTS = ("\ud800", "张\udfff三", "\x00", "\x07a", "\x1b[31m", "a\u202eb", "\ufffe\uffff", "\x85",
          "=1+1", "＝1＋1", "\t=1", "\r\n=1", "é" * 40, "𠮷" * 30, "x" * 5000, "")  # fmt: skip
_OTHERS: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    1e308,
    [],
    {},
    [[]],
    "1e999",
)
_WHOLE = (
    b"", b"null", b"[]", b"{", b'"', b"\xff\xfe", b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
    b"[" * 100_000, b'{"by":' * 5000 + b"1" + b"}" * 5000, b'{"by":1e999}', b'{"by":NaN}',
    b'{"by":-Infinity}', b'{"by":"a","by":"b"}', b'{"\\ud800":1}', b"9" * 10_000,
)  # fmt: skip


def _evil(body: Body) -> Iterator[bytes]:
    for field in body:
        for value in (*_TEXTS, *_OTHERS):
            yield json.dumps({**body, field: value}).encode()
            yield json.dumps({**body, field: [value]}).encode()
        yield json.dumps({**body, field: "NUMBER"}).replace('"NUMBER"', "1e999").encode()
        if isinstance(inner := body[field], dict):
            for name in inner:
                for value in (*_TEXTS, *_OTHERS):
                    yield json.dumps({**body, field: {**inner, name: value}}).encode()
    yield from _WHOLE
    yield json.dumps({**body, "\x07": 1}).encode()


def faults_of(client: httpx.Client, path: str, body: Body, share: int, **headers: str) -> list[str]:
    """Return what made the program fail, or was refused in another form than ours."""
    found = []
    for sent in islice(_evil(body), len(path) % share, None, share):
        headers["Content-Type"] = "application/json"
        answer = client.post(path, content=sent, headers=headers)
        refused = answer.status_code >= 400
        if answer.status_code >= 500 or (refused and '"error"' not in answer.text):
            found.append(f"{path} {sent[:120]!r}: {answer.status_code} {answer.text[:120]}")
    return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as opened:
        a_case(opened)
        quiet_day(opened)
        opened.settle()
        make_due(centre_of(opened))
        yield opened


@pytest.fixture(scope="module")
def centre(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one), private=PRIVATE)) as client:
        yield client


@pytest.fixture(scope="module")
def gate() -> Iterator[httpx.Client]:
    with Served() as served, httpx.Client(base_url=served.url, timeout=60) as client:
        yield client


def test_every_route_that_takes_something_is_here() -> None:
    taken = [{line.path for line in lines(of, callers) if line.method == "POST"}
             for of, callers in (("centre", CENTRE), ("door", DOOR))]  # fmt: skip
    assert [set(_CENTRE), set(_DOOR)] == taken


@pytest.mark.parametrize("path", _CENTRE)
def test_nothing_that_is_sent_makes_the_centre_fail(
    centre: httpx.Client, path: str, share: int
) -> None:
    where, body = _CENTRE[path]
    assert faults_of(centre, where or path, body, share) == []


def test_what_the_centre_took_is_shown_and_exported(centre: httpx.Client) -> None:
    filled = {"day": DAY, "gate": "west-1f", "hold_id": "hold-1", "version": "1", "number": "1",
              "epoch": "0" * 32, "sequence": "1", "token": "0" * 40, "serial": "1"}  # fmt: skip
    shown = {line.path for line in lines("centre", CENTRE) if line.method == "GET"}
    for path in shown - {"/api/v1/stream", "/api/v1/cases/{gate}/{hold_id}/stream"}:
        for form in ("csv", "xlsx", "json") if "{form}" in path else ("",):
            where = path.format(**filled, form=form)
            assert centre.get(where).status_code < 500, where


def test_a_number_in_a_path_may_be_of_any_size(centre: httpx.Client) -> None:
    for path in ("/policy/{}.json", "/ledger/alarms/{}/clear", "/quarantine/{}",
                 "/events/west-1f/" + "0" * 32 + "/{}", "/reports/" + DAY + "?version={}",
                 "/retention?removed={}", "/api/v1/holds?limit={}"):  # fmt: skip
        for number in (-1, 2**31, 2**62, 2**63, 2**64, 10**30, "9" * 5000, "1e9", "٣"):
            assert centre.get(path.format(number)).status_code < 500, (path, number)


def test_a_word_from_before_the_rule_does_not_stop_an_export(
    centre: httpx.Client, one: Hall
) -> None:
    why = "更正\x07\x0b\x1b\ufffe"
    report = correct(centre_of(one), date.fromisoformat(DAY), by="=1+1", why=why)
    told = {
        form: centre.get(f"/reports/{DAY}/report.{form}?version={report.version}")
        for form in ("csv", "xlsx", "json")
    }

    assert {form: answer.status_code for form, answer in told.items()} == dict.fromkeys(told, 200)
    sheet = load_workbook(io.BytesIO(told["xlsx"].content))["概况"]
    assert "更正����" in {cell.value for row in sheet.rows for cell in row}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_taken_for_a_formula(begin: str) -> None:
    book = load_workbook(io.BytesIO(workbook([("一", ("文字",), [(f"{begin}1+1",)])])))
    cell = book["一"]["A2"]
    assert (cell.data_type, str(cell.value)[0]) == ("s", "�" if begin == "\r" else "'")


def test_a_token_of_any_bytes_is_another_token(tmp_path: Path) -> None:
    with door(tmp_path) as gate, gate.browser() as browser:
        browser.sign_on("s01")
        for token in ("é".encode(), b"\xff\xfe", "令牌".encode()):
            headers = [(b"X-Gate-CSRF", token), (b"Content-Type", b"application/json")]
            answer = browser.client.post("/api/v1/drills", content=b"{}", headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")


@pytest.mark.parametrize("path", _DOOR)
def test_nothing_that_is_sent_makes_the_door_fail(
    gate: httpx.Client, path: str, share: int
) -> None:
    where, body = _DOOR[path]
    assert faults_of(gate, where or path, body, share) == []


def test_nor_to_who_is_signed_on(tmp_path: Path, share: int) -> None:
    ends = {"/api/v1/session/end", "/api/v1/session"}  # the session of who asks: at last
    with door(tmp_path) as opened, opened.browser() as browser:
        assert browser.sign_on("s01").status_code == 200
        headers = {"X-Gate-CSRF": browser.csrf}
        for path in sorted(_DOOR, key=lambda path: path in ends):
            where, body = _DOOR[path]
            assert faults_of(browser.client, where or path, body, share, **headers) == []
