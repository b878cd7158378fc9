"""One day for live page, charts and report; what comes after its cut is said beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from collector.days import DAY, LED, SIX, quiet_day, to
from collector.hall_of_doors import TEN, ZONE, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import ClockQuality
from gate_collector.day import cut_at, day_at, in_order, report_day
from gate_collector.live.now import charts
from gate_collector.live.overview import overview
from gate_collector.reports.after_cut import after_cut
from gate_collector.reports.content import MergedReport
from gate_collector.reports.evidence import gather
from gate_collector.reports.versions import make_due

CUT = time(16, 0)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-29T07:59:59", "2026-11-29"),
        ("2026-11-29T07:59:59.999", "2026-11-29"),
        ("2026-11-29T08:00:00", "2026-11-30"),  # the cut itself, 16:00 at the hall
        ("2026-11-28T16:00:00", "2026-11-29"),  # midnight at the hall
    ],
)
def test_a_moment_belongs_to_the_day_whose_report_will_tell_of_it(now: str, day: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    cuts = cut_at(CUT, ZONE)
    assert day_at(at, cuts, ZONE).name == day
    assert day_at(at, cuts, ZONE) == report_day(date.fromisoformat(day), cuts)


def test_the_hours_of_a_day_follow_each_other_from_its_cut() -> None:
    assert in_order({9, 15, 17, 0}, 16) == [17, 0, 9, 15]


def test_the_live_page_the_charts_and_the_report_count_the_same_people(store: str) -> None:
    with hall(store) as one:
        one.west.passage(at=TEN - timedelta(hours=15))  # 19:00 of the day before
        one.west.passage(at=TEN - timedelta(hours=17))  # 17:00: the day before's report
        one.west.passage()
        one.settle()
        centre = centre_of(one, lambda: LED)

        report = gather(centre, date.fromisoformat(DAY), version=1, by="clock")
        (seen,) = (gate for gate in overview(centre)["gates"] if gate["gate"] == "west-1f")
        drawn = charts(centre)

    assert report.doors[0].total() == 2
    assert report.hours() == [18, 9]
    assert sum(line["count"] for line in seen["counts"]) == 2
    assert [sum(bar["counts"]) for bar in drawn["week"]][-2:] == [1, 2]
    assert sum(sum(bar["counts"]) for bar in drawn["day"]) == 2
    assert drawn["day"][0]["at"] == "18"


def test_holds_after_the_cut_stand_on_the_page_of_a_day_that_had_none(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        quiet_day(one)
        centre = centre_of(one, lambda: LED)
        (report,) = make_due(centre)
        for number in range(3):
            one.west.hold(f"late-{number}", who=f"late {number}", at=SIX + timedelta(minutes=9))
        one.west.close("late-0", "transferred")
        one.settle()

        after = after_cut(centre, report)
        with serving(app_of(centre)) as client:
            page = client.get(f"/reports/{DAY}").text

    assert after is not None
    (west,) = (door for door in after.doors if door.called == "west-1f")
    assert (west.passages, west.holds, west.still_open, west.transferred) == (3, 3, 2, 1)
    assert "统计时段：11-23 18:00 至 11-24 18:00" in page
    assert "截止后至打印时另有暂留 3 例（未结案 2 例）" in page


def test_what_came_after_is_counted_until_the_next_cut_and_not_before_the_cut(store: str) -> None:
    with hall(store) as one:
        one.west.hold("open")
        one.settle()
        centre = centre_of(one, lambda: LED)
        early = gather(centre, date.fromisoformat(DAY), version=1, by="clock")
        assert after_cut(centre, early) is None

        to(one, 9)
        one.west.close("open")
        to(one, 20)
        one.west.passage()
        to(one, 40)
        one.west.passage()
        one.settle()
        after = after_cut(centre, early)

    assert after is not None
    assert (after.closed_since, sum(door.passages for door in after.doors)) == (1, 1)


def test_of_what_nobody_can_date_no_zero_is_told(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.clock = ClockQuality.UNSYNCED
        quiet_day(one)
        centre = centre_of(one, lambda: LED)
        (report,) = make_due(centre)
        with serving(app_of(centre)) as client:
            page = client.get(f"/reports/{DAY}").text

    assert _verdict(report, "punctual") == "unknown"
    west = next(door for door in report.doors if door.gate == "west-1f")
    assert not west.is_dated
    assert f"未能核实 {west.undated} 件" in page
    assert page.count("事件超限 0 件") == 1  # of the other door


def _verdict(report: MergedReport, key: str) -> str:
    return next(check.verdict for check in report.checks if check.key == key)
