"""每日零报告: merged from both doors, it proves zero or says what is missing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from collector.days import DAY, LED, ONE_EACH, SIX, THREE, check, pass_two, quiet_day, to
from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import centre_of
from gate_agent.contract.measurement_records import (
    CoverageLost,
    CoverageRestored,
    ThermometerChecked,
)
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    AgentStarted,
    AgentStopped,
    Category,
    Decision,
    HoldOverdue,
    HoldState,
)
from gate_collector.alarms.book import standing
from gate_collector.kept_words import in_words
from gate_collector.reports.content import MergedReport, ReportVerdict
from gate_collector.reports.coverage import uncovered_s
from gate_collector.reports.versions import (
    NoSuchReport,
    correct,
    make_due,
    read,
    watch_missing,
)


def _made(one: Hall, policy: Policy = LED) -> MergedReport:
    (report,) = make_due(centre_of(one, lambda: policy))
    return report


def _verdicts(report: MergedReport) -> dict[str, ReportVerdict]:
    return {check.key: check.verdict for check in report.checks}


def _lacking(report: MergedReport) -> set[str]:
    return {check.key for check in report.checks if check.verdict is ReportVerdict.LACKING}


def test_a_quiet_day_proves_zero_but_for_what_nobody_records(store: str) -> None:
    with hall(store) as one:
        quiet_day(one)

        report = _made(one)

    assert _lacking(report) == set()
    assert report.abnormal == 0
    assert {door.gate: door.total() for door in report.doors} == {"central-2f": 2, "west-1f": 2}
    assert report.doors[0].total(category=Category.STAFF, decision=Decision.ADMIT) == 1
    assert report.hours() == [9]
    assert report.leaders == ("李主任",)


def test_what_nobody_recorded_is_unknown_and_never_fine(store: str) -> None:
    with hall(store) as one:
        quiet_day(one)

        report = _made(one, Policy())

    for key in ("masks", "staff", "supplies"):
        assert _verdicts(report)[key] is ReportVerdict.UNKNOWN
    assert _verdicts(report)["rota"] is ReportVerdict.UNKNOWN
    assert not report.complete


def test_a_door_that_did_not_report_is_named(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        pass_two(one.central)
        to(one, 8)
        one.west.report(DAY, at=SIX, since=TEN, passages=ONE_EACH, rounds=THREE)
        to(one, 8.5)

        report = _made(one)

    told = {check.key: check.zh for check in report.checks}
    assert "central-2f 未报" in told["reported"]
    assert {"reported", "in_time", "contiguous", "agrees", "coverage"} <= _lacking(report)
    central = report.doors[0]
    assert (central.came, central.total()) == (None, 2)


def test_a_missing_number_and_a_differing_count_are_lacking(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        one.west.body(AgentStopped(reason="kept back"))
        to(one, 8)
        one.west.report(DAY, at=SIX, since=TEN, passages=ONE_EACH[:1], rounds=THREE)
        to(one, 8.5)

        report = _made(one)

    assert report.doors[0].missing_events == 1
    assert {"contiguous", "agrees"} <= _lacking(report)


def test_a_span_that_does_not_begin_where_the_last_one_ended_is_lacking(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        to(one, 8)
        one.west.report(DAY, at=SIX, since=TEN, passages=ONE_EACH, rounds=THREE, first=2)
        to(one, 8.5)

        assert "contiguous" in _lacking(_made(one))


def test_lost_devices_and_a_daemon_that_was_down_are_counted(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        to(one, 1)
        started = AgentStarted(version="1", boot="b" * 32, config_sha256="", policy_version=0)
        one.west.say(started)
        to(one, 8)
        one.west.report(
            DAY,
            at=SIX,
            since=TEN,
            passages=ONE_EACH,
            rounds=THREE,
            lost_s={"thermometer": 130},
            uncovered_s=430,
        )
        to(one, 8.5)

        report = _made(one)

    assert report.doors[0].down_s == 3600
    told = next(check.zh for check in report.checks if check.key == "coverage")
    assert "测温仪缺 3 分钟" in told
    assert "测温仪不可信 5 分钟" in told
    assert "程序停止至多 60 分钟" in told


def test_a_thermometer_that_failed_or_was_not_trusted_proves_nothing(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        one.west.say(CoverageRestored(since=format_utc(TEN), lost_s=300))
        check(one.west)
        failed = ThermometerChecked(
            reference="contact",
            reference_centi_c=3650,
            measured_centi_c=3750,
            surface_centi_c=3500,
            difference_centi_c=100,
            tolerance_centi_c=30,
            passed=False,
            by="guard",
            at=format_utc(TEN),
        )
        one.west.say(failed, at=TEN + timedelta(minutes=10))
        to(one, 8)
        one.west.report(DAY, at=SIX, since=TEN - timedelta(1), passages=ONE_EACH, rounds=THREE)
        to(one, 8.5)

        report = _made(one)

    assert {"thermometers", "coverage"} <= _lacking(report)
    assert "测温中断 5 分钟" in next(c.zh for c in report.checks if c.key == "coverage")


def _lost(one: Hall, since: datetime, until: datetime | None = None) -> None:
    """Let the west door lose its thermometer, and find it again, or not."""
    one.west.say(CoverageLost(reasons=("frozen",), since=format_utc(since)), at=since)
    if until is not None:
        lost_s = (until - since).total_seconds()
        one.west.say(CoverageRestored(since=format_utc(since), lost_s=lost_s), at=until)


@pytest.mark.parametrize(
    ("losses", "minutes"),
    [
        ([(-970, -950)], 10),  # lost before the day began, at minute -960: that one has the rest
        ([(-990, -970)], 0),
        ([(-10, 10)], 20),
        ([(100, 110), (200, 205)], 15),
        ([(470, None)], 10),  # still lost when the door reports, at minute 480
        ([(-970, None)], 1440),
        ([(100, 110), (470, None)], 20),
        ([(470, 490)], 10),  # restored after it
        ([(485, None)], 0),
    ],
)
def test_a_thermometer_that_is_still_not_trusted_at_the_report_counts_until_then(
    store: str, losses: list[tuple[int, int | None]], minutes: int
) -> None:
    with hall(store) as one:
        pass_two(one.west)
        for begin, end in losses:
            until = None if end is None else TEN + timedelta(minutes=end)
            _lost(one, TEN + timedelta(minutes=begin), until)
        to(one, 8)
        one.west.report(DAY, at=SIX, since=TEN, passages=ONE_EACH, rounds=THREE)
        to(one, 8.5)

        report = _made(one)

    assert report.doors[0].uncovered_s == minutes * 60


def test_a_journal_that_was_replaced_leaves_no_loss_for_ever(store: str) -> None:
    with hall(store) as one:
        _lost(one, TEN + timedelta(minutes=10))
        one.settle()
        one.west.begins_anew(at=TEN + timedelta(minutes=30))
        to(one, 8)
        with one.engine.connect() as connection:
            spans = [(10, 480), (40, 480)]
            found = [
                uncovered_s(
                    connection,
                    one.west.gate,
                    *(format_utc(TEN + timedelta(minutes=at)) for at in span),
                )
                for span in spans
            ]

    assert found == [20 * 60, 0]


def test_holds_are_told_with_their_outcome_and_the_open_ones_lack(store: str) -> None:
    with hall(store) as one:
        one.west.hold("released")
        one.west.close("released")
        one.west.hold("transferred", who="another")
        overdue = HoldOverdue(
            hold_id="transferred", state=HoldState.FLAGGED, due_s=15, escalation=1
        )
        one.west.say(overdue)
        one.west.close("transferred", "transferred")
        one.west.hold("open", who="a third")
        one.west.hold("drill", who="a fourth", drill=True)
        to(one, 8.5)

        report = _made(one)

    told = {line.hold_id: (line.outcome, line.overdue) for line in report.holds}
    assert told == {
        "released": ("released", 0),
        "transferred": ("transferred", 1),
        "open": (None, 0),
    }
    assert report.abnormal == 2
    assert "holds" in _lacking(report)


def test_an_area_that_was_disinfected_too_seldom_is_named(store: str) -> None:
    with hall(store) as one:
        quiet_day(one, skip=("卫生间",))

        report = _made(one)

    assert _lacking(report) == {"rounds"}
    told = next(check.zh for check in report.checks if check.key == "rounds")
    lacks = "卫生间消毒、卫生间通风缺 10:00、14:00、17:30"
    assert told.endswith(f"central-2f {lacks}；west-1f {lacks}")


def test_nothing_is_made_before_it_is_due_and_once_only(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        to(one, 8.2)
        centre = centre_of(one)
        assert make_due(centre) == []
        to(one, 8.25)

        assert [report.version for report in make_due(centre)] == [1]
        assert make_due(centre) == []


def test_a_report_that_comes_late_makes_a_new_version(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        to(one, 8.5)
        first = _made(one)
        one.west.report(DAY, at=one.clock.utc, since=TEN, passages=ONE_EACH, rounds=THREE)
        to(one, 9)

        second = _made(one)

    assert (first.version, second.version) == (1, 2)
    assert in_words(second.why, "zh") == "迟到的出入口日报：west-1f"
    assert in_words(second.why, "en") == "late reports: west-1f"
    assert "reported" in _lacking(first) - _lacking(second)
    assert "in_time" in _lacking(second)


def test_a_correction_is_a_new_version_and_the_old_one_stays(store: str) -> None:
    with hall(store) as one:
        quiet_day(one)
        _made(one)
        centre = centre_of(one, lambda: LED)
        before = read(centre, date.fromisoformat(DAY))
        one.clock.advance(60)

        report = correct(centre, date.fromisoformat(DAY), by="王科长", why="补记")

        assert (report.version, report.by, report.why) == (2, "王科长", "补记")
        kept = read(centre, date.fromisoformat(DAY), 1)
        assert (kept.sha256, kept.report) == (before.sha256, before.report)
        assert kept.newest == 2
        with pytest.raises(NoSuchReport):
            correct(centre, date.fromisoformat(DAY) - timedelta(days=1), by="x", why="y")


def test_a_missing_report_stands_as_an_alarm_until_it_comes(store: str) -> None:
    with hall(store) as one:
        pass_two(one.west)
        to(one, 8.5)
        centre = centre_of(one)

        def alarms() -> list[tuple[str, str]]:
            watch_missing(centre)
            with one.engine.connect() as connection:
                return [(alarm.kind, alarm.gate) for alarm in standing(connection)]

        assert alarms() == [("report", "west-1f")]
        one.west.report(DAY, at=one.clock.utc, since=TEN, passages=ONE_EACH)
        to(one, 9)
        assert alarms() == []
