"""What spans a cut: told by every report it concerns, counted by one, judged by its own policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from collector.days import DAY, LED, SIX, quiet_day, to
from collector.hall_of_doors import TEN, hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.policy import Area, Policy
from gate_agent.contract.records import Decision, HoldState
from gate_collector.live.now import charts
from gate_collector.reports.after_cut import after_cut
from gate_collector.reports.evidence import gather
from gate_collector.reports.versions import correct, make_due, merge_now

NEXT = "2026-11-25"
_DAY, _NEXT = date.fromisoformat(DAY), date.fromisoformat(NEXT)


def test_a_case_of_two_days_is_told_by_both_and_neither_is_a_zero_report(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.hold("sick", at=SIX - timedelta(minutes=20))
        one.west.step("sick", HoldState.CONFIRMED, at=SIX - timedelta(minutes=10))
        to(one, 25)  # eleven in the morning of the next day
        told = StepDetails(to="区疫情防控办", office_reference="JA-1")
        one.west.step("sick", HoldState.REPORTED, brought=told)
        one.west.step("sick", HoldState.TRANSFERRED)
        one.west.close("sick", "transferred")
        one.west.hold("well", who="another", at=SIX + timedelta(minutes=1))
        one.west.close("well", at=SIX + timedelta(minutes=9))
        to(one, 32.5)
        centre = centre_of(one, lambda: LED)

        report = gather(centre, _NEXT, version=1, by="clock")
        third = gather(centre, _NEXT + timedelta(days=1), version=1, by="clock")
        merge_now(centre, _NEXT, by="王科长")
        with serving(app_of(centre)) as client:
            page = client.get(f"/reports/{NEXT}").text
            table = client.get(f"/reports/{NEXT}/report.csv").content.decode("utf-8-sig")

    (carried,) = report.carried
    assert [step.step for step in carried.steps] == ["reported", "transferred", "closed"]
    assert carried.steps[0].reference == "JA-1"
    assert (report.abnormal, report.by_outcome("transferred"), report.still_open) == (1, 1, 0)
    assert [line.hold_id for line in report.holds] == ["well"]
    assert third.carried == ()
    assert "前期转入 1 例" in page
    assert "前期转入：11-24 17:40" in page
    assert "11-25 11:00 已移送" in page
    assert "无异常情况" not in page
    assert "前期转入例数,1" in table
    assert "2026-11-25 11:00:00,JA-1" in table


def test_a_signed_day_is_judged_by_its_own_policy_for_ever(tmp_path: Path) -> None:
    areas = (*LED.duties.areas, Area(name="三楼会议室"))
    duties = LED.duties.model_copy(update={"areas": areas})
    changed = {"version": 4, "daily_report_at": time(16, 0), "duties": duties, "supplies": ()}
    later, at = LED.model_copy(update=changed), SIX + timedelta(hours=15)

    def then(moment: datetime) -> Policy:
        return LED if moment < at else later

    with hall(tmp_path) as one:
        quiet_day(one)
        centre = replace(centre_of(one, lambda: then(one.clock.utc)), policy_then=then)
        (first,) = make_due(centre)
        to(one, 24)

        second = correct(centre, _DAY, by="王科长", why="更正错字")
        days = [(day.begin, day.end) for day in (centre.day(_DAY), centre.day(_NEXT))]
        drawn = charts(centre)

    assert second.policy_version == first.policy_version == 3
    assert (second.since, second.until) == (first.since, first.until)
    assert second.doors == first.doors
    assert second.office == first.office
    assert days[0] == (SIX - timedelta(days=1), SIX)
    assert days[1] == (SIX, SIX + timedelta(hours=22))
    assert [sum(bar["counts"]) for bar in drawn["week"]][-2:] == [4, 0]


def test_the_book_tells_which_policy_was_in_force_then(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        book = book_of(one)
        book.issue(lambda _: {"daily_report_at": time(18, 0)}, by="w", why="x")
        one.clock.advance(3600)
        book.issue(lambda _: {"daily_report_at": time(16, 0)}, by="w", why="x")
        planned = TEN + timedelta(hours=3)
        book.issue(lambda _: {"daily_report_at": time(15, 0)}, by="w", why="x", valid_from=planned)
        hours = [book.held(TEN + timedelta(hours=n)).daily_report_at.hour for n in (-9, 0.5, 2, 4)]

    assert hours == [18, 18, 16, 15]


def test_what_comes_at_and_after_the_cut_stands_in_one_day_whenever_the_door_reports(
    store: str,
) -> None:
    with hall(store) as one:
        edge = SIX + timedelta(seconds=10)
        one.west.passage(at=SIX - timedelta(minutes=1))
        one.west.hold("edge", at=edge)
        one.west.passage(at=SIX + timedelta(hours=1))
        to(one, 9.5)
        one.west.report(DAY, at=SIX + timedelta(hours=1.4), since=TEN)  # late, beyond the cut
        to(one, 24)
        centre = centre_of(one, lambda: LED)

        first, second = (gather(centre, day, version=1, by="clock") for day in (_DAY, _NEXT))
        drawn = charts(centre)
        after = after_cut(centre, first)

    assert [report.doors[0].total() for report in (first, second)] == [1, 2]
    assert [len(report.holds) for report in (first, second)] == [0, 1]
    assert [(bar["holds"], sum(bar["counts"])) for bar in drawn["week"]][-2:] == [(0, 1), (1, 2)]
    assert after is not None
    assert (after.doors[0].passages, after.holds) == (2, 1)
    assert second.hours() == [18]


def test_who_steps_up_before_the_cut_and_is_held_after_it_is_of_one_day(store: str) -> None:
    with hall(store) as one:
        one.west.passage(at=TEN)
        one.west.hold("edge", at=SIX + timedelta(seconds=1))  # stepped up three seconds before
        one.west.hold("inside", who="found", at=SIX + timedelta(minutes=1))
        to(one, 32.5)
        centre = centre_of(one, lambda: LED)

        first, second = (gather(centre, day, version=1, by="clock") for day in (_DAY, _NEXT))
        drawn = charts(centre)

    for report in (first, second):
        held = report.doors[0].total(decision=Decision.HOLD)
        assert len(report.holds) == held == 1
    assert [line.hold_id for line in second.carried] == ["edge"]
    assert [bar["holds"] for bar in drawn["week"]][-3:-1] == [1, 1]


def test_a_passage_that_was_overruled_after_the_cut_is_counted_once(store: str) -> None:
    with hall(store) as one:
        at = SIX - timedelta(seconds=5)
        one.west.passage(at=at, decision=Decision.DENY)
        one.west.overrule(at=SIX + timedelta(minutes=2), since=at)
        to(one, 24)
        centre = centre_of(one, lambda: LED)

        first, second = (gather(centre, day, version=1, by="clock") for day in (_DAY, _NEXT))
        drawn = charts(centre)

    assert first.doors[0].total(decision=Decision.ADMIT) == first.doors[0].total() == 1
    assert second.doors[0].total() == 0
    assert [sum(bar["counts"]) for bar in drawn["week"]][-2:] == [1, 0]
