"""What a clerk enters for the day's report (补充登记): kept, never edited, corrected by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.days import DAY, LED, SIX, pass_two, quiet_day, to
from collector.hall_of_doors import TEN, ZONE, Hall, hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.duty_records import SuppliesCounted
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import Policy, RosterEntry
from gate_agent.contract.records import Category
from gate_collector.reports.content import MergedReport
from gate_collector.reports.entries import RoundEntry, UnkeptEntry, entries_of, keep
from gate_collector.reports.evidence import gather
from gate_collector.reports.preview import gaps
from gate_collector.reports.preview_routes import case_path
from gate_collector.reports.versions import read

_PATH = f"/reports/{DAY}/entries"
_ON = date.fromisoformat(DAY)
MASKS: dict[str, Any] = {"kind": "masks", "bags": 2, "place": "一层库房", "handed_to": "环卫站"}


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one, lambda: LED))) as opened:
        yield opened


def _enter(client: httpx.Client, corrects: int | None = None, **entry: Any) -> httpx.Response:
    return client.post(_PATH, json={"by": "王科长", "corrects": corrects, "entry": entry})


def _made(one: Hall, policy: Policy = LED) -> MergedReport:
    return gather(centre_of(one, lambda: policy), _ON, version=1, by="clock")


def _ids(one: Hall) -> list[int]:
    with one.engine.connect() as connection:
        return [kept.id for kept in entries_of(connection, _ON)]


def test_an_entry_is_corrected_by_another_and_both_stay(one: Hall, client: httpx.Client) -> None:
    pass_two(one.west)
    one.settle()
    assert _enter(client, **MASKS).status_code == 201
    (first,) = _ids(one)

    corrected = _enter(client, first, **MASKS | {"bags": 3})
    again = _enter(client, first, **MASKS | {"bags": 4})
    other = _enter(client, _ids(one)[-1], kind="staff", absent=1, with_symptoms=0)

    assert (corrected.status_code, again.status_code, other.status_code) == (201, 409, 409)
    office = _made(one).office
    assert office is not None
    assert [(bag.bags, bag.handed_to, bag.by) for bag in office.masks or ()] == [
        (3, "环卫站", "王科长")
    ]
    assert len(_ids(one)) == 2
    page = client.get(f"/reports/{DAY}").text
    assert page.count('data-entry="masks"') == 2


def test_what_was_withdrawn_is_unknown_again(one: Hall, client: httpx.Client) -> None:
    pass_two(one.west)
    one.settle()
    _enter(client, **MASKS)

    assert _enter(client, kind="withdrawn", why="写错了").status_code == 409
    assert _enter(client, _ids(one)[0], kind="withdrawn", why="写错了").status_code == 201
    office = _made(one).office
    assert office is not None
    assert office.masks is None


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "masks", "bags": 2},
        {"kind": "supplies", "item": "防护服", "move": "issued", "quantity": 1},
        {"kind": "counselled", "people": 0},
        {"kind": "another"},
    ],
)
def test_half_an_entry_is_refused(client: httpx.Client, entry: dict[str, Any]) -> None:
    assert _enter(client, **entry).status_code == 422


def test_a_round_nobody_tapped_counts_for_all_areas_of_that_door_alone(one: Hall) -> None:
    pass_two(one.west)
    pass_two(one.central)
    to(one, 5)
    centre = centre_of(one, lambda: LED)
    entry = RoundEntry.model_validate(
        {"gate": "west-1f", "at": "09:40", "done_by": "保洁", "method": "chlorine"}
    )
    later = entry.model_copy(update={"at": entry.at.replace(hour=16)})

    keep(centre, _ON, entry, by="王科长", corrects=None)
    with pytest.raises(UnkeptEntry):
        keep(centre, _ON, later, by="王科长", corrects=None)

    west, central = _made(one).doors[::-1]
    assert (west.gate, len(west.met), central.met) == ("west-1f", 6, [])
    assert {(due.by, due.is_entered) for due in west.met} == {("保洁", True)}
    assert sum(west.methods.values()) == 4  # airing needs none


def test_staff_who_were_not_measured_are_a_gap_until_entered(
    one: Hall, client: httpx.Client
) -> None:
    roster = tuple(RosterEntry(person_ref=ref(name)) for name in ("a", "b", "c"))
    led = LED.model_copy(update={"roster": roster})
    one.west.passage(who="a", category=Category.STAFF)
    one.central.passage(who="a", category=Category.STAFF)
    one.settle()

    before = _made(one, led)
    _enter(client, kind="staff", absent=2, with_symptoms=1)
    after = _made(one, led)

    told = [next(check for check in report.checks if check.key == "staff")
            for report in (before, after)]  # fmt: skip
    assert [check.verdict for check in told] == ["lacking", "proved"]
    assert "2 人未测温" in told[0].zh
    assert before.office is not None
    staff = before.office.staff
    assert (staff.roster, staff.measured, staff.unseen, staff.absent) == (3, 1, 2, None)


def test_stock_is_told_over_both_doors_and_the_office(one: Hall, client: httpx.Client) -> None:
    for door, stock, change in ((one.west, 90, -10), (one.central, 30, None)):
        door.say(
            SuppliesCounted(
                item="医用口罩", stock=stock, change=change, low=True, by="g", at=format_utc(TEN)
            )
        )
    one.settle()
    _enter(client, kind="supplies", item="防护服", move="issued", quantity=2, to="3 号窗口")
    _enter(client, kind="supplies", item="防护服", move="counted", quantity=20)
    _enter(client, kind="supplies", item="防护服", move="received", quantity=5)
    _enter(client, kind="supplies", item="防护服", move="issued", quantity=3, to="保洁")

    office = _made(one).office
    assert office is not None
    stocks = {item.item: item for item in office.supplies}
    masks, suits = stocks["医用口罩"], stocks["防护服"]
    assert (masks.total, masks.used, masks.low, masks.office) == (120, 10, False, None)
    assert (suits.total, suits.issued, suits.received, suits.uncounted) == (
        22, 5, 5, ["central-2f", "west-1f"],
    )  # fmt: skip
    assert (masks.is_used_more, suits.used) == (True, None)  # what nobody told is not 0
    assert stocks["护目镜"].total is None


def test_a_day_is_merged_at_once_when_it_is_over_and_only_then(
    one: Hall, client: httpx.Client
) -> None:
    path = f"/reports/{DAY}/merge"
    pass_two(one.west)
    one.settle()
    assert client.post(path, json={"by": "王科长"}).status_code == 409
    assert "尚缺" in client.get(f"/reports/{DAY}").text
    assert f"今日预览 {DAY}" in client.get("/reports").text

    to(one, 8)
    one.west.report(DAY, at=SIX, since=TEN)
    to(one, 8.01)
    made = client.post(path, json={"by": "王科长"})
    again = client.post(path, json={"by": "王科长"})

    assert (made.status_code, again.status_code) == (201, 409)
    assert read(centre_of(one), _ON).report.by == "王科长"
    assert "#print" in client.get("/reports").text


def test_a_held_person_whom_nobody_comforted_is_named_until_it_is_entered(
    one: Hall, client: httpx.Client
) -> None:
    one.west.hold("sick")
    one.west.close("sick", "transferred")
    one.west.hold("well", who="another")
    one.west.close("well")
    one.settle()

    before = _made(one).office
    _enter(client, kind="counselled", people=1, hold_id="sick")
    after = _made(one).office

    assert before is not None
    assert after is not None
    assert [held.hold_id for held in before.uncounselled] == ["sick"]
    assert (after.counselled, after.uncounselled) == (1, ())


def test_every_possible_gap_has_a_link_that_opens(tmp_path: Path) -> None:
    with hall(tmp_path) as one, serving(app_of(centre_of(one, lambda: LED))) as client:
        one.west.hold("before", who="earlier", at=TEN - timedelta(days=2))
        one.west.passage(who="near")
        one.west.hold("sick")
        one.west.close("sick", "transferred")
        to(one, 8.01)
        report = _made(one)
        assert report.carried
        lacking = {
            check.key: check.model_copy(update={"verdict": "lacking"}) for check in report.checks
        }
        report = report.model_copy(update={"checks": tuple(lacking.values())})
        page = client.get(f"/reports/{DAY}").text

        shown = gaps(report, ZONE, "zh", case_path)

        assert {gap.key for gap in shown} == set(lacking)
        for gap in shown:
            assert gap.links, gap.key
            for link in gap.links:
                kind = link.href.partition("#")[2].partition("&")[0]
                if link.href.startswith("/"):
                    assert client.get(link.href).status_code == 200, link.href
                else:
                    assert f'id="{kind}"' in page, link.href


def test_contacts_nobody_judged_are_a_gap(one: Hall) -> None:
    one.west.passage(who="near")
    one.west.hold("sick")
    one.west.close("sick", "transferred")
    quiet_day(one)

    report = _made(one)

    (told,) = (check for check in report.checks if check.key == "contacts")
    assert told.verdict == "lacking"
    assert report.contacts["proposed"] == sum(line.count for line in report.contacts_open)
