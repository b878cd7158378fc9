"""Whether the district took the report: by the door's events, and by the office's own entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collector.cases.day_of_fever import (
    NUMBER,
    OFFICE,
    at,
    confirmed,
    ended,
    note,
    opened_nameless,
    reported,
    step,
)
from collector.hall_of_doors import ZONE, Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import HoldState, NoteKind
from gate_agent.words import WORDS
from gate_collector.ledger.district import DistrictGap, DistrictReceipt, is_district, receipt_of
from gate_collector.ledger.read import read_ledger
from gate_collector.reports.content import HoldLine, MergedReport
from gate_collector.reports.judge import judge
from gate_collector.store.schema import HOLD

_MISSING, _NUMBERLESS = DistrictGap.MISSING, DistrictGap.NUMBERLESS
_LATE, _UNDATED = DistrictGap.LATE, DistrictGap.UNDATED
_PATH = "/cases/west-1f/hold-1"


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as opened:
        yield opened


def _receipt(one: Hall, seconds: float) -> DistrictReceipt:
    one.settle()
    with one.engine.connect() as connection:
        hold = connection.execute(HOLD.select()).first()
        return receipt_of(connection, hold, Policy(), at(seconds))


def test_nothing_is_asked_of_who_was_released(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    step(one.west, HoldState.ACKNOWLEDGED, 10)
    step(one.west, HoldState.RECHECKED, 60, brought=StepDetails(contact_centi_c=3660))
    step(one.west, HoldState.RELEASED, 70, brought=StepDetails(contact_centi_c=3660))

    assert _receipt(one, 9000) == DistrictReceipt()


def test_a_fever_that_is_released_before_its_report_is_due_asks_nothing_after_it_does(
    one: Hall,
) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west, seconds=100)
    step(one.west, HoldState.RELEASED, 350, brought=StepDetails(contact_centi_c=3660))

    assert _receipt(one, 9000).gaps == ()

    step(one.west, HoldState.RELEASED, 500, hold_id="hold-1")
    assert not _receipt(one, 9000).is_needed, "the first release counts"


@pytest.mark.parametrize(("seconds", "gaps"), [(400, ()), (430, (_MISSING,))])
def test_who_told_nobody_has_until_the_limit(
    one: Hall, seconds: float, gaps: tuple[DistrictGap, ...]
) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)

    assert _receipt(one, seconds).gaps == gaps


@pytest.mark.parametrize(
    ("to", "number", "seconds", "gaps"),
    [
        (OFFICE, NUMBER, 300, ()),
        (OFFICE, NUMBER, 421, (_LATE,)),
        (OFFICE, None, 300, (_NUMBERLESS,)),
        (OFFICE, None, 500, (_NUMBERLESS, _LATE)),
        ("120 急救", None, 300, (_MISSING,)),
        ("带班领导", None, 300, (_MISSING,)),
        ("sealed:0123456789abcdef:QUJD", None, 300, (_MISSING,)),
        ("sealed:0123456789abcdef:QUJD", "sealed:0123456789abcdef:QUJD", 300, ()),
    ],
)
def test_the_doors_report_counts_for_whom_it_told_and_under_which_number(
    one: Hall, to: str, number: str | None, seconds: float, gaps: tuple[DistrictGap, ...]
) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    reported(one.west, seconds, to=to, number=number)

    assert _receipt(one, 9000).gaps == gaps


def test_a_call_that_was_answered_is_the_report_and_one_that_was_not_is_none(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    note(one.west, NoteKind.CALLED, 130, said=NoteDetails(to=OFFICE, answered=False))
    assert _receipt(one, 9000).gaps == (_MISSING,)

    said = NoteDetails(to=OFFICE, answered=True, office_reference=NUMBER)
    note(one.west, NoteKind.CALLED, 200, said=said)

    found = _receipt(one, 9000)
    assert (found.gaps, found.reference, found.late_s) == ((), NUMBER, 0.0)


def test_somebody_who_left_is_told_of_too(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    step(one.west, HoldState.LEFT, 30)

    assert _receipt(one, 331).gaps == (_MISSING,)


def test_within_one_boot_a_clock_in_doubt_still_tells_how_long_it_took(one: Hall) -> None:
    one.west.clock = ClockQuality.UNSYNCED
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    reported(one.west, 600)

    found = _receipt(one, 9000)

    assert (found.gaps, found.late_s) == ((_LATE,), 180.0)
    assert not found.told[0].is_certain


def test_a_time_that_nobody_knows_is_never_in_time(one: Hall) -> None:
    one.west.clock = ClockQuality.UNSYNCED
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    one.west.clock = ClockQuality.SYNCED
    reported(one.west, 200)

    assert _receipt(one, 9000).gaps == (_UNDATED,)


def test_a_transfer_whose_confirmation_never_came_still_asks(one: Hall) -> None:
    opened_nameless(one.west)
    step(one.west, HoldState.TRANSFERRED, 1000)

    assert _receipt(one, 9000).gaps == (_MISSING,)


def _told(seconds: float, **other: object) -> dict[str, object]:
    local = at(seconds) + timedelta(hours=8)
    return {"by": "王科长", "told": f"{local:%Y-%m-%dT%H:%M}", "to": OFFICE, "taken_by": "李科长",
            "reference": NUMBER} | other  # fmt: skip


def test_the_office_records_its_own_call_and_the_number_that_came_later(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    one.settle()
    one.clock.advance(900)
    with serving(app_of(centre_of(one))) as client:
        first = client.post(f"{_PATH}/district", json=_told(240, reference=""))
        between = _receipt(one, 9000)
        client.post(f"{_PATH}/district", json=_told(840))
        page = client.get(_PATH).text

    found = _receipt(one, 9000)
    assert first.status_code == 201
    assert (between.gaps, found.gaps) == ((_NUMBERLESS,), ())
    assert [told.at_door for told in found.told] == [False, False]
    assert "李科长" in page
    assert "办公室，11-24 10:15 记" in page


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        (_told(60_000), 422, "future"),
        (_told(-7200), 422, "before"),
        (_told(240, to="亲戚"), 422, "office"),
        (_told(240, taken_by="李科长 13800138000"), 422, "invalid"),
        (_told(240, reference="13800138000"), 422, "invalid"),
        (_told(240, reference="张三"), 422, "invalid"),
        (_told(240, reference="110101199003070009"), 422, "invalid"),
    ],
)
def test_what_cannot_be_or_names_somebody_is_not_recorded(
    one: Hall, entry: dict[str, object], status: int, code: str
) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    one.settle()
    one.clock.advance(900)
    with serving(app_of(centre_of(one))) as client:
        answer = client.post(f"{_PATH}/district", json=entry)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert _receipt(one, 9000).told == ()


def test_the_ledger_counts_and_names_what_the_district_was_not_told_or_told_late(
    one: Hall,
) -> None:
    before = read_ledger(centre_of(one))
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    one.settle()
    one.clock.advance(600)
    missing = read_ledger(centre_of(one))
    reported(one.west, 500, number=None)
    late = _receipt(one, 600)
    ledger = read_ledger(centre_of(one))
    with serving(app_of(centre_of(one))) as client:
        page = client.get("/ledger").text

    assert (before.missed, missing.missed, missing.delayed) == (0, 1, 0)
    assert late.gaps == (_NUMBERLESS, _LATE)
    assert (ledger.missed, ledger.delayed) == (1, 2), "the event itself came late, too"
    assert "缺受理编号；迟报区防疫部门" in page
    assert 'href="/cases/west-1f/hold-1"' in page


def test_a_drill_is_nobodys_report(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0), drill=True)
    one.settle()
    one.clock.advance(900)
    with serving(app_of(centre_of(one))) as client:
        page = client.get(_PATH).text

    assert read_ledger(centre_of(one)).district == ()
    assert 'district"' not in page.partition("data-post")[2]


def _line(gaps: tuple[DistrictGap, ...]) -> HoldLine:
    return HoldLine(
        gate="west-1f", hold_id="h", opened="2026-11-24T02:00:00.000Z", category="visitor",
        reason="elevated", surface_centi_c=None, contact_centi_c=None, state="closed",
        outcome="transferred", closed=None, overdue=0,
        district=DistrictReceipt(is_needed=True, gaps=gaps),
    )  # fmt: skip


def test_the_daily_report_names_each_gap_and_proves_their_absence() -> None:
    def said(*lines: HoldLine) -> str:
        report = MergedReport(
            site="s", name="n", unit="u", day="2026-11-24", version=1, by="clock",
            made="2026-11-24T10:00:00.000Z", policy_version=0, doors=(), holds=lines,
        )  # fmt: skip
        checks = judge(report, Policy(), ZONE)
        return next(check.zh for check in checks if check.key == "district")

    assert said() == said(_line(())) == WORDS.word("check.district")
    assert said(_line((_MISSING,)), _line((_NUMBERLESS, _LATE)), _line((_LATE,))) == (
        "发热均由区防疫部门接报：未报区防疫部门 1；缺受理编号 1；迟报区防疫部门 2"
    )


def test_an_office_is_known_by_its_name_and_an_ambulance_is_none() -> None:
    assert all(map(is_district, ("区疫情防控办", "东城区疾控中心", "区卫健委", "CDC")))
    assert not any(map(is_district, ("120", "带班领导", "街道社区", "发热门诊", "保卫科")))


def test_a_whole_course_is_told_once_at_its_door(one: Hall) -> None:
    one.west.hold("hold-1", at=at(0))
    confirmed(one.west)
    reported(one.west, 240)
    ended(one.west)

    found = _receipt(one, 9000)

    assert (found.is_needed, found.gaps, found.is_whole, len(found.told)) == (True, (), True, 1)
