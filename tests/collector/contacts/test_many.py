"""A hundred and three hundred contacts of one case: their order, many judged at once, followed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from collector.contacts.crowd import COMPANIONS, QUEUE, STAFF, a_crowd
from collector.hall_of_doors import TEN, Hall, hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import Category, ContactState
from gate_collector.contacts.follow_book import all_follow_ups
from gate_collector.contacts.judging import Unjudgeable, judge, judge_all
from gate_collector.contacts.trace import Case, Near, trace
from gate_collector.contacts.wording import groups, reasons
from gate_collector.reports.evidence import gather

_PATH = "/contacts/west-1f/hold-1"


@pytest.fixture(params=[103, 300])
def one(request: pytest.FixtureRequest, store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        a_crowd(opened, request.param)
        yield opened


@pytest.fixture
def many(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        a_crowd(opened, 300)
        yield opened


@pytest.fixture
def few(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        a_crowd(opened, 30)
        yield opened


def _case(one: Hall, hold_id: str = "hold-1", gate: str = "west-1f") -> Case:
    case = trace(one.engine, gate, hold_id, ContactsPolicy())
    assert case is not None
    return case


def _asked(people: list[Near], state: str, **more: Any) -> dict[str, Any]:
    told = [{"person_ref": near.person_ref, "seen": near.seen} for near in people]
    return {"by": "王科长", "people": told, "state": state} | more


def _states(one: Hall) -> dict[str, int]:
    states: dict[str, int] = {}
    for near in _case(one).contacts:
        states[near.state.value] = states.get(near.state.value, 0) + 1
    return states


def _follow(people: list[Near], day: date, health: str = "well") -> dict[str, Any]:
    told = [
        {"gate": "west-1f", "hold_id": "hold-1", "person_ref": near.person_ref} for near in people
    ]
    entry = {"day": day.isoformat(), "place": "home", "health": health, "note": ""}
    return {"by": "王科长", "people": told} | entry


def test_the_closest_come_first_each_with_its_reason_and_the_patient_is_none(one: Hall) -> None:
    case = _case(one)
    said = {near.person_ref: "、".join(reasons(near, "zh")) for near in case.contacts}
    order = [near.person_ref for near in case.contacts]

    companions, queue = [ref(f"companion {n}") for n in range(COMPANIONS)], [
        ref(f"queue {n}") for n in range(QUEUE)
    ]  # fmt: skip
    assert len(order) == len(set(order)) == len(said)
    assert ref("feverish") not in order, "passed the other door, too"
    assert set(order[:COMPANIONS]) == set(companions)
    assert order[COMPANIONS : COMPANIONS + QUEUE] == queue
    assert said[companions[0]] == "随行、同时在馆 40 分钟（未见离馆）"
    assert said[queue[0]] == "同一分钟经过、同时在馆 1 分钟（未见离馆）"
    assert said[ref("inside 0")] == "同时在馆 30 分钟"
    assert said[ref("another")] == "暂留前 2 分钟经过"
    minutes = [near.together.seconds for near in case.contacts[7:] if near.together]
    assert minutes == sorted(minutes, reverse=True)
    assert sum(near.category == Category.STAFF for near in case.contacts) == STAFF
    held = next(near for near in case.contacts if near.person_ref == ref("another"))
    assert held.held == ("central-2f", "hold-2"), "another feverish person stays a contact"
    folded = {group.closeness.value: group.is_open for group in groups(case)}
    assert folded == {"companion": True, "same_minute": True, "inside": False, "passed": True}
    assert sum(len(group.people) for group in groups(case)) == len(order)


def test_eighty_are_judged_with_one_reason_or_none_is(many: Hall) -> None:
    with serving(app_of(centre_of(many))) as client:
        first = list(_case(many).contacts[:80])
        done = client.post(_PATH, json=_asked(first, "confirmed", reason="同排队"))
        assert done.status_code == 201
        assert _states(many)["confirmed"] == 80

        stale = client.post(_PATH, json=_asked(first[:2], "dismissed", reason="隔着玻璃"))
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "changed")
        told = stale.json()["error"]["people"]
        assert [(one["number"], one["state"], one["by"]) for one in told] == [
            (1, "confirmed", "王科长"), (2, "confirmed", "王科长"),
        ]  # fmt: skip

        mixed = list(_case(many).contacts[79:81])  # one is confirmed, one is only proposed
        past = client.post(_PATH, json=_asked(mixed, "transferred"))
        assert (past.status_code, past.json()["error"]["code"]) == (409, "out_of_turn")
        assert [one["number"] for one in past.json()["error"]["people"]] == [81]
        without = client.post(_PATH, json=_asked(list(_case(many).contacts[:80]), "dismissed"))
        assert (without.status_code, without.json()["error"]["code"]) == (409, "reason")
        assert _states(many)["confirmed"] == 80, "all or none"

        table = client.get(f"{_PATH}/contacts.csv").content
        book = client.get(f"{_PATH}/contacts.xlsx").content
        page = client.get(_PATH).text
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    sheet = list(load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) - 1 == len(sheet) - 1 == page.count("data-ref=") == len(_case(many).contacts)
    assert [row[1] for row in rows] == [row[1] for row in sheet]
    assert sum(row[5] == "已确认" for row in rows) == 80
    assert all(ref(name) not in table.decode("utf-8-sig") for name in ("queue 0", "feverish"))


def test_two_clerks_at_once_are_not_both_right(few: Hall) -> None:
    """What the other did after the page was read, and before this is kept, is found, too."""
    case = _case(few)
    seen = {near.person_ref: near.seen for near in case.contacts[:3]}
    judge(few.engine, case, case.contacts[2].person_ref, ContactState.DISMISSED,
          by="李四", at=TEN, reason="隔着玻璃")  # fmt: skip

    with pytest.raises(Unjudgeable) as refused:
        judge_all(few.engine, case, seen, ContactState.CONFIRMED, by="王科长", at=TEN, reason="")

    assert (refused.value.code, len(refused.value.people)) == ("changed", 1)
    assert _states(few)["dismissed"] == 1
    assert "confirmed" not in _states(few)


def test_each_morning_brings_who_is_due_until_the_end_of_the_observation(few: Hall) -> None:
    def waiting(client: httpx.Client) -> tuple[int, int]:
        made = [one for case in all_follow_ups(centre_of(few)) for one in case.waiting]
        page = client.get("/contacts/due").text
        assert f"今日待随访 {sum(one.is_due for one in made)} 人" in page
        return sum(one.is_due for one in made), sum(bool(one.overdue) for one in made)

    day = date(2026, 11, 24)
    with serving(app_of(centre_of(few))) as client:
        three = list(_case(few).contacts[:3])
        client.post(_PATH, json=_asked(three, "confirmed"))
        assert waiting(client) == (0, 0), "from the day after on"

        few.clock.advance(86400 - 3600)
        assert waiting(client) == (3, 0)
        report = gather(centre_of(few), day + timedelta(days=1), version=0, by="preview")
        assert sum(line.unfollowed for line in report.contacts_open) == 3
        assert "缺随访" in next(one.zh for one in report.checks if one.key == "contacts")

        two = client.post("/contacts/follow", json=_follow(three[:2], day + timedelta(days=1)))
        assert two.status_code == 201
        assert waiting(client) == (1, 0)
        future = client.post("/contacts/follow", json=_follow(three, day + timedelta(days=3)))
        assert future.json()["error"]["code"] == "follow_later"
        others = list(_case(few).contacts[2:4])  # the second is only proposed
        mixed = client.post("/contacts/follow", json=_follow(others, day + timedelta(days=1)))
        assert mixed.json()["error"]["code"] == "not_observed"
        assert waiting(client) == (1, 0), "all or none"

        few.clock.advance(86400)
        assert waiting(client) == (3, 1)
        asked = "due.sort=-owed&due.state=confirmed"
        rows = csv.DictReader(io.StringIO(client.get(f"/contacts/due?{asked}&file=due.csv").text))
        stands = [row["随访"] for row in rows]
        assert [stand.count("逾期 11-25") for stand in stands] == [1, 0, 0]
        page = client.get(_PATH).text
        assert "逾期 11-25" in page
        assert "第 1 天 居家 无异常" in page

        few.clock.advance(13 * 86400)  # past the fourteenth day
        assert waiting(client) == (0, 3)
        assert "观察期满" in client.get("/contacts/due").text
