"""初报, 续报, 终报: numbered, kept as issued, and never changed by what comes later."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlalchemy import select, update

from collector.cases.day_of_fever import (
    at,
    confirmed,
    ended,
    identified,
    opened_nameless,
    reported,
    step,
)
from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.free_text import sealed_text
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import HoldState
from gate_agent.store.seal import seal_registration
from gate_collector.cases.gathered import gather_case
from gate_collector.kept_words import in_words
from gate_collector.papers.content import CaseFacts, CasePaper, PaperKind
from gate_collector.papers.kept import (
    NoSuchPaper,
    Order,
    Unissuable,
    issue,
    may_issue,
    papers_of,
    read_paper,
    short_name,
)
from gate_collector.store.doors import doer
from gate_collector.store.schema_office import LOOK, PAPER
from gate_collector.web.pages import HERE

_PRIVATE = bytes(range(1, 33))
_RELATIVE = re.compile(r"(?<!\d-)\b(?:今天|昨天|明天|前天)")
_PATH = "/cases/west-1f/hold-1"
_FIRST, _FOLLOW_UP, _FINAL = PaperKind


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        yield opened


def _issue(one: Hall, kind: PaperKind, hold_id: str = "hold-1", gate: str = "west-1f") -> CasePaper:
    one.settle()
    centre = centre_of(one)
    case = gather_case(centre, gate, hold_id)
    assert case is not None
    order = Order(kind=kind, by="王科长", role="office", statement="", unit="领导小组办公室",
                  hall="政务服务大厅", leader="李主任")  # fmt: skip
    return issue(one.engine, case.facts, order, now=centre.now, zone=centre.zone)


def _told(paper: CasePaper) -> tuple[str, str, int, int]:
    return paper.case_number, paper.kind, paper.number, paper.serial


def test_a_case_is_numbered_with_its_first_paper_and_keeps_its_number(one: Hall) -> None:
    one.west.hold("hold-0", at=at(-60))
    one.west.hold("hold-1", at=at(0))
    one.central.hold("hold-1", at=at(0))
    confirmed(one.west)

    papers = [
        _issue(one, _FIRST),
        _issue(one, _FIRST, "hold-0"),
        _issue(one, _FIRST, gate="central-2f"),
        _issue(one, _FOLLOW_UP),
        _issue(one, _FOLLOW_UP),
    ]

    assert [_told(paper) for paper in papers] == [
        ("西1F-20261124-01", "first", 1, 1),
        ("西1F-20261124-02", "first", 1, 1),
        ("中2F-20261124-01", "first", 1, 1),
        ("西1F-20261124-01", "follow_up", 1, 2),
        ("西1F-20261124-01", "follow_up", 2, 3),
    ]


def test_a_later_paper_changes_none_before(one: Hall) -> None:
    opened_nameless(one.west)
    first = _issue(one, _FIRST)
    with serving(app_of(centre_of(one))) as client:
        page = client.get(f"{_PATH}/papers/1").text
        identified(one.west, 30)
        confirmed(one.west)
        reported(one.west, 240)
        ended(one.west)
        final = _issue(one, _FINAL)
        again = client.get(f"{_PATH}/papers/1").text
        last = client.get(f"{_PATH}/papers/2").text

    assert again == page
    assert read_paper(one.engine, "west-1f", "hold-1", 1) == first
    assert {"identity", "outcome", "disinfected"} <= set(first.facts.unknown)
    assert final.facts.unknown == ("symptoms",)
    assert "西1F-20261124-01 初报第 1 号" in page
    assert page.count("尚未掌握") > 3
    assert "西1F-20261124-01 终报第 1 号" in last


@pytest.mark.parametrize(
    ("before", "end", "allowed"),
    [
        ((), "", (_FIRST,)),
        ((), "closed", (_FIRST,)),
        ((_FIRST,), "", (_FOLLOW_UP,)),
        ((_FIRST,), "closed", (_FINAL, _FOLLOW_UP)),
        ((_FIRST, _FOLLOW_UP), "closed", (_FINAL, _FOLLOW_UP)),
        ((_FIRST, _FINAL), "closed", (_FINAL,)),
    ],
)
def test_papers_come_in_turn(
    one: Hall, before: tuple[PaperKind, ...], end: str, allowed: tuple[PaperKind, ...]
) -> None:
    opened_nameless(one.west)
    if end:
        ended(one.west)
    for kind in before:
        _issue(one, kind)
    with one.engine.connect() as connection:
        key = "west-1f", "hold-1"
        listed = papers_of(connection, [key, ("central-2f", "none")])

    assert may_issue(listed[key], is_closed=bool(end)) == allowed
    assert listed["central-2f", "none"] == ()
    for kind in set(PaperKind) - set(allowed):
        with pytest.raises(Unissuable):
            _issue(one, kind)


def test_a_drill_makes_no_paper(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0), drill=True)

    with pytest.raises(Unissuable, match="a drill"):
        _issue(one, _FIRST)


def test_a_paper_that_was_touched_in_the_store_is_not_shown(one: Hall) -> None:
    opened_nameless(one.west)
    _issue(one, _FIRST)
    with one.engine.begin() as connection:
        connection.execute(update(PAPER).values(document=PAPER.c.document + " "))

    with pytest.raises(NoSuchPaper, match="changed"):
        read_paper(one.engine, "west-1f", "hold-1", 1)
    with serving(app_of(centre_of(one))) as client:
        answer = client.get(f"{_PATH}/papers/1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "paper")


def test_offices_that_issue_at_once_get_a_number_each(store: str) -> None:
    with hall(store) as one:
        _at_once(one)


def _at_once(one: Hall) -> None:
    for number in range(4):
        one.west.hold(f"hold-{number}", at=at(number))
    one.settle()
    centre = centre_of(one)
    begin = threading.Barrier(4)
    taken: list[str] = []

    def first(number: int) -> None:
        case = gather_case(centre, "west-1f", f"hold-{number}")
        assert case is not None
        order = Order(kind=_FIRST, by="王科长", role="office", statement="", unit="u", hall="h",
                      leader=None)  # fmt: skip
        begin.wait(30)
        paper = issue(one.engine, case.facts, order, now=centre.now, zone=centre.zone)
        taken.append(paper.case_number)

    offices = [threading.Thread(target=first, args=(number,)) for number in range(4)]
    for office in offices:
        office.start()
    for office in offices:
        office.join(30)

    assert sorted(taken) == [f"西1F-20261124-{number:02d}" for number in range(1, 5)]


def test_a_statement_holds_no_number_of_a_person(one: Hall) -> None:
    opened_nameless(one.west)
    one.settle()
    with serving(app_of(centre_of(one))) as client:
        asked = {"by": "王科长", "kind": "first", "statement": "家属电话 13800138000"}
        assert client.post(f"{_PATH}/papers", json=asked).status_code == 422


def test_a_paper_of_today_is_read_by_a_version_that_knows_more() -> None:
    """A later version's new fields have defaults: what is missing here stays readable."""
    opened = "2026-11-24T02:00:00.000Z"
    least = {"gate": "west-1f", "door": "西门", "hold_id": "h", "opened": opened, "reason": "",
             "state": "flagged", "later": 1}  # fmt: skip

    assert CaseFacts.model_validate(least).unknown


def test_a_door_is_called_by_its_side_and_floor_or_by_its_own_name() -> None:
    assert [
        short_name(gate, door)
        for gate, door in (("west-1f", "一层西侧出入口"), ("east-b1", "east-b1"),
                           ("g7", "七号出入口"), ("g7", "g7"))
    ] == ["西1F", "东B1", "七号", "G7"]  # fmt: skip


def _sealed(text: str) -> str:
    box, key_id = seal_registration({"text": text}, bytes(PrivateKey(_PRIVATE).public_key))
    return sealed_text(key_id, box)


def _handed_over(one: Hall, to: str, vehicle: str | None, number: str) -> None:
    """Bring a fever to its end, with everything that was typed at the door sealed."""
    opened_nameless(one.west)
    confirmed(one.west)
    reported(one.west, 240, to=_sealed("区疫情防控办王科"), number=_sealed(number))
    brought = StepDetails(
        to=_sealed(to), note=_sealed("问过张三"), vehicle=vehicle and _sealed(vehicle)
    )
    step(one.west, HoldState.TRANSFERRED, 1800, brought=brought)
    one.settle()


def _printed(one: Hall, private: bytes | None) -> str:
    with serving(app_of(centre_of(one), private=private)) as client:
        asked = {"by": "王科长", "kind": "first", "statement": ""}
        issued = client.post(f"{_PATH}/papers", json=asked)
        return client.get(issued.json()["location"]).text


def _section_seven(page: str) -> str:
    return page[page.index("七、") :]


def test_a_paper_names_where_the_person_went_by_what_and_the_number(one: Hall) -> None:
    _handed_over(one, "市六院发热门诊", "京A12345", "丰台第118号")

    page = _printed(one, _PRIVATE)

    for text in ("市六院发热门诊", "京A12345", "丰台第118号", "区疫情防控办王科"):
        assert page.count(text) > 1, text
    assert "问过张三" not in page
    for lacking in ("移送去向", "移送车辆", "受理编号"):
        assert lacking not in _section_seven(page)
    with one.engine.connect() as connection:
        looks = connection.execute(select(LOOK)).all()
    assert [(look.what, look.subject, in_words(look.why, "zh")) for look in looks] == [
        ("paper", "west-1f/hold-1", "王科长: 初报")
    ]


@pytest.mark.parametrize(
    ("private", "to", "vehicle"),
    [
        (None, "市六院发热门诊", "京A12345"),  # a centre without the key
        (_PRIVATE, "家属 13800138000", None),  # what no paper may hold, and what nobody told
    ],
)
def test_a_paper_says_what_it_does_not_know_of_the_hand_over(
    one: Hall, private: bytes | None, to: str, vehicle: str | None
) -> None:
    _handed_over(one, to, vehicle, "138 0013 8000")

    page = _printed(one, private)

    assert "138" not in page
    for lacking in ("移送去向", "移送车辆", "受理编号"):
        assert lacking in _section_seven(page), lacking


def test_a_paper_reads_the_same_days_later_with_doors_and_doers_by_name(one: Hall) -> None:
    one.west.heartbeat(name="一层西侧出入口")
    one.central.heartbeat(name="二层中央出入口")
    opened_nameless(one.west)
    identified(one.west, 30, by="gate")
    step(one.west, HoldState.ACKNOWLEDGED, 40, by="central-2f")
    step(one.west, HoldState.RECHECKED, 60, brought=StepDetails(contact_centi_c=3840))
    step(one.west, HoldState.CONFIRMED, 90)
    reported(one.west, 120)
    ended(one.west)

    page = _printed(one, None)
    one.clock.advance(9 * 86_400)
    with serving(app_of(centre_of(one))) as client:
        later = client.get(f"{_PATH}/papers/1").text
        case = client.get(_PATH).text

    article = re.compile("<article.*</article>", re.DOTALL)
    assert article.findall(page) == article.findall(later)
    assert not _RELATIVE.search(page)
    assert "2026-11-24 10:01" in page
    for shown in (page, case):
        assert re.search(r"<td[^>]*>(?:<span[^>]*>)?二层中央出入口", shown)
        assert "出入口读卡" in shown
        assert not re.search(r">\s*(gate|central-2f)\s*<", shown)
    assert doer("王值守", {"west-1f": "西"}) == "王值守"


def test_no_template_that_is_printed_says_a_time_as_of_today() -> None:
    """`local` without a form says 今天, which is another day when the paper is read again."""
    templates = {path: path.read_text(encoding="utf-8") for path in (HERE / "templates").iterdir()}
    printed = {path: text for path, text in templates.items() if "data-print" in text}

    assert len(printed) > 3
    for path, text in printed.items():
        assert not re.search(r"\|local(?!\()", text), path.name
        assert not re.search(r"moment\(\w+\)|(?<!macro )(readings|district)\(\w+\)", text)
