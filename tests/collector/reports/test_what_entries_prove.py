"""Supplies, absence and counselling: what was entered proves that, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from collector.days import DAY, LED, SIX, pass_two, quiet_day, to
from collector.hall_of_doors import TEN, ZONE, Door, Hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.duty_records import SuppliesCounted
from gate_agent.contract.hold_records import HoldNoted, NoteKind
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import RosterEntry, SupplyItem
from gate_collector.reports.content import Check, MergedReport
from gate_collector.reports.evidence import gather
from gate_collector.reports.preview import gaps
from gate_collector.reports.preview_routes import case_path
from gate_collector.reports.versions import make_due, merge_now

_ON = date.fromisoformat(DAY)
_SUITS = SupplyItem(item="防护服", unit="套", low=5)
_LED = LED.model_copy(
    update={
        "supplies": (_SUITS, SupplyItem(item="护目镜")),
        "roster": tuple(RosterEntry(person_ref=ref(f"staff {n}")) for n in range(3)),
    }
)
_COUNTED = {"kind": "supplies", "move": "counted"}


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one, lambda: _LED))) as opened:
        yield opened


def _enter(
    client: httpx.Client, entry: dict[str, Any], day: str = DAY, corrects: int | None = None
) -> httpx.Response:
    asked = {"by": "王科长", "entry": entry, "corrects": corrects}
    return client.post(f"/reports/{day}/entries", json=asked)


def _made(one: Hall, on: date = _ON) -> MergedReport:
    return gather(centre_of(one, lambda: _LED), on, version=1, by="clock")


def _check(report: MergedReport, key: str) -> Check:
    return next(check for check in report.checks if check.key == key)


def _count(door: Door, stock: int, change: int | None = None, days: int = 0) -> None:
    at = TEN - timedelta(days=days)
    for item in _LED.supplies:
        counted = SuppliesCounted(
            item=item.item, stock=stock, change=change, low=False, by="g", at=format_utc(at)
        )
        door.say(counted, at=at)


def test_supplies_are_proved_by_a_count_of_the_day_at_each_door_alone(
    one: Hall, client: httpx.Client
) -> None:
    _count(one.west, 90, days=1)
    _count(one.central, 30)
    to(one, 1)
    _enter(client, _COUNTED | {"item": "防护服", "quantity": 50})  # the office's own store
    _enter(client, _COUNTED | {"item": "防护服", "quantity": 88, "gate": "west-1f"})

    half = _made(one)
    links = next(gap.links for gap in gaps(half, ZONE, "zh", case_path) if gap.key == "supplies")
    _enter(client, _COUNTED | {"item": "护目镜", "quantity": 70, "gate": "west-1f"})
    whole = _made(one)
    next_day = _made(one, _ON + timedelta(days=1))

    assert _check(half, "supplies").verdict == "unknown"
    assert "west-1f本日未盘点 护目镜" in _check(half, "supplies").zh
    assert "central-2f" not in _check(half, "supplies").zh
    assert [link.text for link in links] == ["west-1f 护目镜"]
    assert _check(whole, "supplies").verdict == "proved"
    assert _check(next_day, "supplies").verdict == "unknown"
    assert whole.office is not None
    suits = whole.office.supplies[0]
    assert ([one.stock for one in suits.doors], suits.office) == ([30, 88], 50)
    assert suits.used is None


def test_a_door_can_be_counted_by_a_clerk_and_nothing_else(client: httpx.Client) -> None:
    issued = {"kind": "supplies", "item": "防护服", "move": "issued", "quantity": 1, "to": "3"}

    assert _enter(client, issued | {"gate": "west-1f"}).status_code == 422


def test_a_corrected_count_keeps_what_was_issued_after_it(one: Hall, client: httpx.Client) -> None:
    _enter(client, _COUNTED | {"item": "防护服", "quantity": 100})
    _enter(client, {"kind": "supplies", "item": "防护服", "move": "issued", "quantity": 10,
                    "to": "3 号窗口"})  # fmt: skip
    _enter(client, _COUNTED | {"item": "防护服", "quantity": 120}, corrects=1)

    office = _made(one).office
    assert office is not None
    assert (office.supplies[0].office, office.supplies[0].issued) == (110, 10)


def test_of_absence_the_newest_counts_and_no_more_than_the_roster(
    one: Hall, client: httpx.Client
) -> None:
    staff = {"kind": "staff", "absent": 2, "with_symptoms": 1}
    answers = [
        _enter(client, staff),
        _enter(client, staff | {"absent": 3}),
        _enter(client, staff | {"absent": 4}),
        _enter(client, staff | {"with_symptoms": 3}),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 409, 409]
    assert answers[2].json()["error"]["code"] == "absent"
    office = _made(one).office
    assert office is not None
    assert (office.staff.absent, office.staff.with_symptoms) == (3, 1)


def test_nothing_is_entered_for_a_day_to_come_or_long_past(one: Hall, client: httpx.Client) -> None:
    masks = {"kind": "masks", "bags": 0}
    codes = {
        days: _enter(client, masks, (_ON + timedelta(days=days)).isoformat())
        for days in (-30, -2, 0, 1, 2)
    }
    to(one, 8)  # the cut: tomorrow's day has begun
    tomorrow = _enter(client, masks, (_ON + timedelta(days=1)).isoformat())

    assert {days: answer.status_code for days, answer in codes.items()} == {
        -30: 409, -2: 201, 0: 201, 1: 409, 2: 409,
    }  # fmt: skip
    assert codes[2].json()["error"]["code"] == "too_early"
    assert codes[-30].json()["error"]["code"] == "too_late"
    assert tomorrow.status_code == 201


def test_an_entry_after_the_report_says_that_the_report_needs_a_correction(
    one: Hall, client: httpx.Client
) -> None:
    quiet_day(one)
    make_due(centre_of(one, lambda: _LED))
    before = client.get(f"/reports/{DAY}").text
    to(one, 9)

    _enter(client, {"kind": "masks", "bags": 0})
    after = client.get(f"/reports/{DAY}").text
    client.post(f"/reports/{DAY}/corrections", json={"by": "王科长", "why": "补记废弃口罩"})
    corrected = client.get(f"/reports/{DAY}").text

    assert ['id="unreported"' in page for page in (before, after, corrected)] == [
        False, True, False,
    ]  # fmt: skip
    assert 'href="#correct"' in after
    assert 'id="correct"' in after


def test_counselling_belongs_to_its_hold_and_counts_once_on_its_day(
    one: Hall, client: httpx.Client
) -> None:
    pass_two(one.west)
    one.west.hold("sick", at=SIX - timedelta(minutes=10))
    at = SIX + timedelta(minutes=4)
    to(one, 8.05)
    lacking = _made(one)
    to(one, 8.1)
    noted = HoldNoted(hold_id="sick", kind=NoteKind.COUNSELLED, by="guard", at=format_utc(at))
    one.west.say(noted, at=at)
    to(one, 8.12)
    preview = _made(one)
    _enter(client, {"kind": "counselled", "people": 1, "hold_id": "sick"})
    merge_now(centre_of(one, lambda: _LED), _ON, by="王科长")
    to(one, 33)

    first, second = _made(one).office, _made(one, _ON + timedelta(days=1)).office

    assert _check(lacking, "counselled").verdict == "lacking"
    assert _check(preview, "counselled").verdict == "proved"
    assert first is not None
    assert second is not None
    assert (first.counselled, second.counselled) == (0, 1)
    assert first.uncounselled == second.uncounselled == ()
