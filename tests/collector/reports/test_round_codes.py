"""Rounds by the code that hangs there (扫码登记): once, now, told apart, void at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from collector.days import DAY, LED, pass_two, to
from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.duty_records import Disinfectant
from gate_collector.reports.content import MergedReport
from gate_collector.reports.entries import RoundScope, entries_of
from gate_collector.reports.evidence import gather
from gate_collector.reports.round_codes import RoundCode, codes, tell_round, void_all
from gate_collector.reports.versions import merge_now
from gate_collector.roles.accounts import Accounts

_ON = date.fromisoformat(DAY)
_DONE = {"scope": "both", "done_by": "保洁 张", "method": "chlorine"}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        for door, name in ((opened.west, "一层西侧出入口"), (opened.central, "二层中央出入口")):
            door.heartbeat(name=name)
            pass_two(door)
        to(opened, 5)
        yield opened


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    centre = centre_of(one, lambda: LED)
    with serving(app_of(centre, accounts=Accounts(centre))) as opened:  # nobody is signed on
        yield opened


def _codes(one: Hall) -> list[RoundCode]:
    return codes(centre_of(one, lambda: LED))


def _report(one: Hall) -> MergedReport:
    return gather(centre_of(one, lambda: LED), _ON, version=1, by="clock")


def test_a_code_that_was_scanned_before_the_cut_is_not_another_round_after_it(
    one: Hall, client: httpx.Client
) -> None:
    code = next(code for code in _codes(one) if len(code.scopes) > 1)
    answers = []
    for hour in (7.98, 8.03, 9):
        to(one, hour)
        answers.append(client.post(f"/rounds/{code.token}", json=_DONE).status_code)

    assert answers == [201, 409, 201]


def test_who_scans_a_code_tells_a_round_there_and_nowhere_else(
    one: Hall, client: httpx.Client
) -> None:
    code = next(code for code in _codes(one) if len(code.scopes) > 1)

    page = client.get(f"/rounds/{code.token}").text
    answer = client.post(f"/rounds/{code.token}", json=_DONE)

    assert answer.status_code == 201
    assert code.area.name in page
    doors = {door.gate: door for door in _report(one).doors}
    met = doors.pop(code.gate).met
    assert {(due.by, due.is_scanned, due.is_entered) for due in met} == {("保洁 张", True, False)}
    assert len(met) == 2
    assert [door.met for door in doors.values()] == [[]]
    assert "保洁" not in client.get(f"/rounds/{code.token}").text


def test_a_round_is_told_once_within_the_time_that_keeps_two_apart(
    one: Hall, client: httpx.Client
) -> None:
    code = _codes(one)[0]
    body = _DONE | {"scope": code.scopes[0]}

    first, again = (client.post(f"/rounds/{code.token}", json=body) for _ in range(2))
    one.clock.advance(LED.duties.apart_s + 1)
    later = client.post(f"/rounds/{code.token}", json=body)

    assert [answer.status_code for answer in (first, again, later)] == [201, 409, 201]
    with one.engine.connect() as connection:
        assert len(entries_of(connection, _ON)) == 2


def test_codes_are_void_at_once_and_nobody_makes_one_up(one: Hall, client: httpx.Client) -> None:
    before = _codes(one)
    assert len({code.token for code in before}) == len(before) > 4

    void_all(centre_of(one))

    assert not {code.token for code in before} & {code.token for code in _codes(one)}
    for token in (before[0].token, "0" * 40):
        assert client.post(f"/rounds/{token}", json=_DONE).status_code == 404
        assert "已作废" in client.get(f"/rounds/{token}").text
    assert client.post(f"/rounds/{_codes(one)[0].token}", json=_DONE | {"at": "08:00"}).is_error


def test_the_office_prints_them_and_sees_who_told_and_may_withdraw_it(one: Hall) -> None:
    with serving(app_of(centre_of(one, lambda: LED))) as client:
        code = _codes(one)[0]
        sheet = client.get("/rounds").text
        client.post(f"/rounds/{code.token}", json=_DONE | {"scope": code.scopes[0]})
        page = client.get(f"/reports/{DAY}").text
        with one.engine.connect() as connection:
            (kept,) = entries_of(connection, _ON)
        entry = {"kind": "withdrawn", "why": "误扫"}
        body = {"by": "王科长", "corrects": kept.id, "entry": entry}
        gone = client.post(f"/reports/{DAY}/entries", json=body)
        forged = client.post(f"/reports/{DAY}/entries", json=body | {
            "corrects": None,
            "entry": _DONE | {"kind": "scanned", "gate": code.gate, "at": "09:00"},
        })  # fmt: skip

    assert sheet.count("data-code=") == len(_codes(one))
    assert len(set(re.findall(r"<svg.*?</svg>", sheet, re.DOTALL))) == len(_codes(one))
    assert "扫码登记" in page
    assert "保洁 张" in page
    assert (gone.status_code, forged.status_code) == (201, 422)
    assert [door.met for door in _report(one).doors] == [[], []]


def test_print_and_file_tell_rounds_by_a_code_alike(one: Hall) -> None:
    centre = centre_of(one, lambda: LED)
    code = next(code for code in _codes(one) if len(code.scopes) > 1)
    tell_round(centre, code, scope=RoundScope.BOTH, done_by="保洁 张", method=Disinfectant.CHLORINE)
    to(one, 8.01)
    merge_now(centre, _ON, by="王科长")
    with serving(app_of(centre)) as client:
        sheet = client.get(f"/reports/{DAY}").text
        rows = client.get(f"/reports/{DAY}/report.csv").text.splitlines()

    assert "扫码登记 2 轮。" in sheet
    assert [row.rpartition(",")[2] for row in rows if "保洁 张" in row] == ["扫码", "扫码"]
