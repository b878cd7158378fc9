"""The history of the policy in words: what a version changed, and how one goes back to it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import httpx
import pytest

from collector.hall_of_doors import ZONE, Hall, ref
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, serving
from gate_agent.contract.policy import Area, HallMode, Notice, Policy
from gate_agent.contract.policy_document import LISTS
from gate_agent.words import LANGS
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.differences import differences, gone_back
from gate_collector.policies.form import PolicyForm

FORM = PolicyForm(ZONE, SITE_KEY)


def _issued(book: PolicyBook) -> None:
    """Issue three versions: rules, people, and the rules again otherwise."""
    roster = [{"person_ref": ref(str(number)), "on_duty": True} for number in range(12)]
    changes: list[dict[str, Any]] = [
        {"hold": {"recheck_s": 300.0}, "duties": {"areas": [{"name": "出入口门"}]}},
        {"roster": roster, "watch": [ref("watched")]},
        {"roster": roster[3:], "hold": {"recheck_s": 900.0}, "hall_mode": "closed"},
    ]
    for number, change in enumerate(changes):
        book.issue(partial(_changed, change), by="王科长", why=f"第{number}次")


def _changed(change: dict[str, Any], _old: Policy) -> dict[str, Any]:
    return change


def _texts(page: str) -> list[list[str]]:
    changed = page.partition("恢复这一版的规则")[0]
    rows = re.findall(r"<tr data-path=.*?</tr>", changed, re.DOTALL)
    cells = (re.findall(r"<td.*?</td>", row, re.DOTALL) for row in rows)
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells]


def test_a_version_says_in_words_what_it_changed_and_names_nobody(one: Hall) -> None:
    book = book_of(one)
    _issued(book)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:
        pages = [client.get(f"/policy/versions/{number}").text for number in (1, 2, 3)]
        unknown = client.get("/policy/versions/9").status_code

    first, second, third = map(_texts, pages)
    assert ["600 秒 = 10 分钟", "300 秒 = 5 分钟"] in [row[1:] for row in first]
    assert any("去掉 名称 卫生间" in row[1] for row in first)
    assert [row[1:] for row in second] == [
        ["0 人", "12 人 增加 12 人"], ["0 人", "1 人 增加 1 人"],
    ]  # fmt: skip
    assert ["12 人 去掉 3 人", "9 人"] in [row[1:] for row in third]
    assert any(row[1:] == ["全面开放", "封闭管理"] for row in third)
    assert not any(ref(str(number)) in page for number in range(12) for page in pages)
    assert unknown == 404


def test_the_rules_of_a_version_come_back_and_what_changes_by_itself_stays(one: Hall) -> None:
    book = book_of(one)
    _issued(book)
    with serving(app_of(centre_of(one, book.in_force), book)) as client:

        def again(version: int, base: int) -> httpx.Response:
            body = {"by": "王科长", "why": "改回", "base": base}
            return client.post(f"/policy/versions/{version}/again", json=body)

        outdated, done = again(1, 2), again(1, 3)
        same = again(4, 4)

    new = book.in_force()
    assert (outdated.status_code, done.status_code, same.status_code) == (409, 201, 422)
    assert (new.version, new.hold.recheck_s, new.duties.areas) == (4, 300, (Area(name="出入口门"),))
    assert (new.hall_mode, len(new.roster), new.watch) == (HallMode.CLOSED, 9, ())


@pytest.mark.parametrize("lang", LANGS)
def test_every_setting_that_differs_has_its_line_and_no_line_is_code(lang: str) -> None:
    new = Policy.model_validate(
        {
            "hall_mode": "closed", "registration": {"phone": "optional"},
            "booking": Notice(zh="电话预约"), "rota": [
                {"leader": "李主任", "phone": "010-5550 0101",
                 "valid_from": "2026-12-01T00:00:00Z", "valid_until": "2026-12-01T12:00:00Z"}],
            "supplies": list(reversed(Policy().model_dump(mode="json")["supplies"])),
        },
        strict=False,
    )  # fmt: skip

    lines = differences(FORM.settings, Policy(), new, lang, ZONE)  # type: ignore[arg-type]

    assert {line.path for line in lines} == {
        "hall_mode", "registration.phone", "booking", "rota", "supplies",
    }  # fmt: skip
    text = " ".join(f"{one.was} {one.now} {one.added} {one.removed}" for one in lines)
    assert not re.search(r"[{}\[]|None|valid_from|T\d\d:", text)
    assert "2026-12-01 08:00" in text
    assert "李主任" in text


def test_what_goes_back_is_never_a_list_of_people_or_the_mode() -> None:
    kept = Policy(version=2, hall_mode=HallMode.CLOSED, daily_report_at=Policy().daily_report_at)

    assert gone_back(Policy(), kept) == {}
    assert {"roster", "appointments"} <= set(LISTS)
