"""A case on one page: what the doors told, in order, with who, when and how late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collector.cases.day_of_fever import (
    RARE,
    at,
    confirmed,
    ended,
    identified,
    note,
    opened_nameless,
    reported,
    step,
)
from collector.hall_of_doors import ZONE, Hall, hall, ref
from collector.handed import NAME, NUMBER, PHONE, PRIVATE, registered
from collector.served_centre import SITE_KEY, app_of, centre_of, serving
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.moment import ClockQuality, format_utc, parse_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    ClockSynced,
    Decision,
    HoldAnswered,
    HoldIdentified,
    HoldOpened,
    HoldOverdue,
    HoldState,
    NoteKind,
    Outcome,
    PassageDecided,
    Temperature,
)
from gate_agent.contract.snapshot_records import SnapshotTaken
from gate_agent.words import texts
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.cases.gathered import OpenCase, gather_case
from gate_collector.ingest.corrected_times import Corrector
from gate_collector.papers.content import LineSort

_PATH = "/cases/west-1f/hold-1"
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{16,}(?![0-9a-f])")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        yield opened


def _case(one: Hall) -> OpenCase:
    one.settle()
    case = gather_case(centre_of(one), "west-1f", "hold-1")
    assert case is not None
    return case


def _shown(page: str) -> str:
    """Return what a reader of a page sees: no attribute, no script."""
    return re.sub(
        r"<[^>]*>", " ", re.sub(r"<script.*?</script>|<head>.*?</head>", "", page, flags=re.DOTALL)
    )


def test_each_step_tells_who_when_and_how_long_it_took_against_its_limit(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    step(one.west, HoldState.ACKNOWLEDGED, 40)
    step(one.west, HoldState.RECHECKED, 100, brought=StepDetails(contact_centi_c=3840))

    lines = [line for line in _case(one).facts.lines if line.sort is LineSort.STEP]

    assert [(line.by, line.took_s, line.within_s, line.over_s) for line in lines] == [
        ("王值守", 40, 15, 25),
        ("王值守", 60, 600, 0),
    ]


def test_what_came_in_any_order_stands_in_the_order_of_time(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    answered = HoldAnswered(gate="west-1f", hold_id="hold-1", by="李值守", at=format_utc(at(8)))
    step(one.west, HoldState.ACKNOWLEDGED, 9)
    one.central.say(answered, at=at(8))
    late = HoldOverdue(hold_id="hold-1", state=HoldState.FLAGGED, due_s=15, escalation=1)
    one.west.say(late, at=at(700))
    other = HoldAnswered(gate="east-1f", hold_id="hold-1", by="别处", at=format_utc(at(8)))
    one.central.say(other, at=at(8))

    facts = _case(one).facts

    assert [line.sort for line in facts.lines] == ["opened", "answered", "step", "overdue"]
    assert facts.called(facts.lines[1].gate) == "central-2f"


def test_a_clock_in_doubt_proves_no_time_and_keeps_the_doors_own_order(one: Hall) -> None:
    one.west.clock = ClockQuality.UNSYNCED
    one.west.off = timedelta(days=-900)
    one.west.hold("hold-1")
    step(one.west, HoldState.ACKNOWLEDGED, 10)
    one.west.clock, one.west.off = ClockQuality.SYNCED, timedelta()
    step(one.west, HoldState.RECHECKED, 60, brought=StepDetails(contact_centi_c=3840))

    facts = _case(one).facts
    with serving(app_of(centre_of(one))) as client:
        page = _shown(client.get(_PATH).text)

    assert not facts.is_opened_certain
    assert [line.sort for line in facts.lines] == ["opened", "step", "step"]
    assert facts.lines[-1].took_s is None
    assert "未能核实" in page
    assert "times" in facts.unknown


@pytest.mark.parametrize("off", [timedelta(minutes=25), timedelta(hours=-30)])
@pytest.mark.parametrize("is_synced_later", [False, True])
def test_readings_have_the_times_of_their_events_however_the_clock_went(
    one: Hall, off: timedelta, *, is_synced_later: bool
) -> None:
    west = one.west
    west.clock, west.off = ClockQuality.UNSYNCED, off
    one.clock.advance(60)
    said = format_utc(west.utc)
    read = Temperature(
        outcome=Outcome.ELEVATED, surface_centi_c=3590, contact_centi_c=3810, contact_by="王值守",
        contact_at=format_utc(west.utc - timedelta(seconds=30)),
    )  # fmt: skip
    west.say(PassageDecided(
        passage_id="p-0", category=Category.VISITOR, person_ref=ref("feverish"),
        decision=Decision.HOLD, reasons=(), temperature=read, started=said, decided=said,
        registered=True, hall_mode=HallMode.OPEN, hold_id="hold-1",
    ))  # fmt: skip
    west.say(HoldOpened(
        hold_id="hold-1", passage_id="p-0", person_ref=ref("feverish"), deadline_s=15,
        category=Category.VISITOR, reason="elevated", surface_centi_c=3590, opened=said,
    ))  # fmt: skip
    one.settle()
    one.clock.advance(180)
    west.step("hold-1", HoldState.RECHECKED, brought=StepDetails(contact_centi_c=3840))
    one.settle()
    if is_synced_later:
        west.clock, west.off = ClockQuality.SYNCED, timedelta()
        west.say(ClockSynced(boot="b" * 32, booted=west.booted))
        one.settle()
        Corrector(one.ingest.write, ZONE).round()

    facts = _case(one).facts
    with serving(app_of(centre_of(one))) as client:
        page = client.get(_PATH).text
        readings = page[page.index('id="measured"') : page.index('id="course"')]

    times = [one.at for one in facts.measured]
    assert times == sorted(times)
    opened = next(line.at for line in facts.lines if line.sort is LineSort.OPENED)
    assert [(one.is_contact, one.value_centi_c) for one in facts.measured] == [
        (True, 3810), (False, 3590), (True, 3840),
    ]  # fmt: skip
    assert times[1] <= opened < times[2]
    assert all(abs(parse_utc(time) - parse_utc(opened)) < timedelta(minutes=4) for time in times)
    assert all(one.is_certain is is_synced_later for one in facts.measured)
    assert ("时间存疑" in readings) is not is_synced_later


def test_the_readings_of_both_doors_are_held_against_their_lines(one: Hall) -> None:
    earlier = at(-1800)
    for door, when, decision, skin in (
        (one.central, earlier, Decision.ADMIT, 3480),
        (one.west, at(0), Decision.HOLD, 3590),
    ):
        read = Temperature(
            outcome=Outcome.ELEVATED, surface_centi_c=skin, score_centi_c=skin + 22,
            threshold_centi_c=3540, ambient_centi_c=2210,
        )  # fmt: skip
        record = PassageDecided(
            passage_id="p-0", category=Category.VISITOR, person_ref=ref("feverish"),
            decision=decision, reasons=(), temperature=read, started=format_utc(when),
            decided=format_utc(when), registered=True, hall_mode=HallMode.OPEN, hold_id=None,
        )  # fmt: skip
        door.say(record, at=when)
    opened_nameless(one.west)
    identified(one.west, 30)
    step(one.west, HoldState.ACKNOWLEDGED, 12)
    step(one.west, HoldState.RECHECKED, 60, brought=StepDetails(contact_centi_c=3660))
    step(one.west, HoldState.RELEASED, 70, brought=StepDetails(contact_centi_c=3660))

    facts = _case(one).facts
    with serving(app_of(centre_of(one))) as client:
        page = client.get(_PATH).text

    assert [
        (line.gate, line.value_centi_c, line.judged_centi_c, line.limit_centi_c)
        for line in facts.measured
    ] == [
        ("central-2f", 3480, 3502, 3540),
        ("west-1f", 3590, 3612, 3540),
        ("west-1f", 3660, None, 3730),
    ]
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert drawing.count('class="mark') == 5
    assert drawing.count(" over") == 1
    assert facts.entered == format_utc(earlier)


def test_who_was_held_without_a_name_is_told_so_and_later_known(one: Hall) -> None:
    opened_nameless(one.west)
    nameless = _case(one)
    identified(one.west, 30)
    known = _case(one)

    assert nameless.person_ref is None
    assert {"identity", "registration", "phone"} <= set(nameless.facts.unknown)
    assert known.person_ref == ref("feverish")
    assert not {"identity", "registration", "phone"} & set(known.facts.unknown)
    assert known.facts.person.companions == 1


def test_who_was_registered_before_the_fever_is_known_and_an_unsure_card_is_told(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    before = _case(one)
    opened_nameless(one.central)
    one.central.say(
        HoldIdentified(
            hold_id="hold-1", passage_id="p-0", person_ref=ref("perhaps"), unsure=True,
            category=Category.VISITOR, registered=True, phone=True, by="gate", at=format_utc(at(9)),
        ),
        at=at(9),
    )  # fmt: skip
    one.settle()
    unsure = gather_case(centre_of(one), "central-2f", "hold-1")

    assert before.facts.person.is_registered
    assert before.facts.person.has_phone
    assert unsure is not None
    assert "unsure" in unsure.facts.unknown
    with serving(app_of(centre_of(one))) as client:
        assert "证件未核对" in client.get("/cases/central-2f/hold-1").text


def test_alerts_tell_to_whom_they_went_and_who_answered(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    one.settle()
    book = AlertBook(one.engine, SITE_KEY)
    for hold_id in ("hold-1", "hold-10"):
        key = f"hold:west-1f:{hold_id}:hold"
        cause = Cause(
            key=key,
            kind="hold",
            gate="west-1f",
            subject=hold_id,
            text=texts("alert.left", door="西"),
            quiet=False,
        )
        book.open(cause, at(1))
    (alert, *_) = book.claim(at(1), 120)
    book.answer(book.link(alert, RARE, at(1)), "somebody else", at(9))

    (told,) = _case(one).alerts

    assert (told.alert.state, told.alert.answered_by) == ("answered", RARE)


def test_the_page_is_linked_from_alert_message_list_ledger_and_search(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    one.settle()
    book = AlertBook(one.engine, SITE_KEY)
    key = "hold:west-1f:hold-1:hold"
    cause = Cause(
        key=key,
        kind="hold",
        gate="west-1f",
        subject="hold-1",
        text=texts("alert.left", door="西"),
        quiet=False,
    )
    book.open(cause, at(1))
    (alert,) = book.claim(at(1), 120)
    one.clock.advance(900)
    with serving(app_of(centre_of(one))) as client:
        links = (
            "/alerts",
            f"/answer/{book.link(alert, '李主任', at(1))}",
            "/contacts",
            "/ledger",
            "/contacts/west-1f/hold-1",
        )
        linked = [client.get(path).text for path in links]
        found = client.post("/api/v1/search", json={"who": ref("feverish")}).json()
        now = client.get("/api/v1/now").json()

    assert [_PATH in page for page in linked] == [True] * 5
    assert [hold["hold_id"] for hold in found["holds"]] == ["hold-1"]
    assert [hold["hold_id"] for door in now["gates"] for hold in door["holds"]] == ["hold-1"]


def test_no_page_of_a_case_shows_a_name_an_id_or_a_digest(one: Hall) -> None:
    one.west.heartbeat(name="一层西侧出入口")
    opened_nameless(one.west)
    one.west.say(registered("p-0", "feverish"))
    identified(one.west, 30)
    confirmed(one.west)
    sealed = "sealed:0123456789abcdef:QUJDREVG"
    note(one.west, NoteKind.CALLED, 200, said=NoteDetails(to=sealed, answered=True, note=sealed))
    one.west.say(SnapshotTaken(hold_id="hold-1", sha256="d" * 64, bytes=9000), at=at(1))
    reported(one.west, 240)
    ended(one.west)
    one.settle()
    one.clock.advance(2400)
    with serving(app_of(centre_of(one), private=PRIVATE)) as client:
        for kind in ("first", "final"):
            asked = {"by": RARE, "kind": kind, "statement": "现场平稳。"}
            assert client.post(f"{_PATH}/papers", json=asked).status_code == 201
        pages = [
            client.get(path).text for path in (_PATH, f"{_PATH}/papers/1", f"{_PATH}/papers/2")
        ]
        looks = client.get("/looks").text

    for page in pages:
        assert [secret for secret in (NAME, NUMBER, PHONE) if secret in page] == []
        assert _DIGEST.findall(_shown(page)) == []
        assert "west-1f" not in _shown(page)
        assert "sealed:" not in page
        assert "hold-1" not in _shown(page)
    assert RARE in pages[1]
    assert "已封存" in pages[0]
    assert NAME not in looks


@pytest.mark.parametrize("rows", [10, 200])
def test_each_table_holds_many_rows(one: Hall, rows: int) -> None:
    one.west.hold("hold-1", at=at(0))
    for number in range(rows):
        note(one.west, NoteKind.CALLED, 20 + number, by=RARE,
             said=NoteDetails(to="区疫情防控办", answered=False))  # fmt: skip
        one.central.passage(who=f"near {number}", at=at(-60))
    step(one.west, HoldState.ACKNOWLEDGED, 600)
    one.settle()
    one.clock.advance(900)
    told = {"by": RARE, "told": "2026-11-24T10:14", "to": "区疫情防控办", "taken_by": "李科长"}
    with serving(app_of(centre_of(one))) as client:
        for _ in range(min(rows, 10)):
            client.post(f"{_PATH}/district", json=told)
            assert client.post(
                f"{_PATH}/papers", json={"by": RARE, "kind": "first"}
            ).status_code in (201, 409)
            client.post(f"{_PATH}/papers", json={"by": RARE, "kind": "follow_up"})
        page = client.get(_PATH).text
        pages = [client.get(f"{_PATH}?course.rows=200&course.page={n}").text for n in (1, 2)]
        lines = client.get(f"{_PATH}?file=course.csv").text.splitlines()

    shown = pages if rows > 10 else pages[:1]
    assert sum(one.count('data-sort="note"') for one in shown) == rows
    assert sum(one.count('data-sort="district"') for one in shown) == min(rows, 10)
    assert len(lines) - 1 == sum(one.count("data-sort=") for one in shown)
    assert page.count("data-sort=") == min(50, len(lines) - 1)
    assert page.count("data-paper=") == min(rows, 10) + 1
    assert f"待确认 {rows} 人" in page


def test_both_databases_tell_the_same_case(store: str) -> None:
    with hall(store) as one:
        one.west.hold("hold-1", at=at(0))
        confirmed(one.west)
        reported(one.west, 240)
        ended(one.west)
        facts = _case(one).facts

    assert [line.sort for line in facts.lines] == [
        "opened", "step", "step", "step", "step", "step", "note", "step", "closed",
    ]  # fmt: skip
    assert facts.unknown == ("symptoms",)


def test_where_there_is_no_hold_there_is_no_page(one: Hall) -> None:
    with serving(app_of(centre_of(one))) as client:
        assert client.get(_PATH).status_code == 404
        assert client.get(f"{_PATH}/papers/1").status_code == 404
