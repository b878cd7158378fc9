"""漏、瞒、迟: what is missing, what contradicts, what is late, each leading to its events."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from collector.hall_of_doors import TEN, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import ClockQuality, format_utc
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import AgentStopped, EventsDropped, Severity
from gate_collector.ledger.findings import Punctual
from gate_collector.ledger.read import read_ledger
from gate_collector.store.schema import QUARANTINE


def test_an_honest_day_has_nothing_to_find(store: str) -> None:
    with hall(store) as one:
        for _ in range(5):
            one.west.passage()
        one.west.heartbeat()
        one.settle()

        ledger = read_ledger(centre_of(one))

    assert (ledger.missed, ledger.concealed, ledger.delayed) == (0, 0, 0)
    assert [(lane.severity, lane.of, lane.late) for lane in ledger.lanes] == [
        (Severity.URGENT, 0, 0), (Severity.ROUTINE, 5, 0),
    ]  # fmt: skip


def test_of_what_nobody_can_date_it_is_not_said_that_none_was_late(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.clock = ClockQuality.UNSYNCED
        for _ in range(9):
            one.west.passage()
        one.settle()
        with serving(app_of(centre_of(one))) as client:
            page = client.get("/ledger").text

    assert 'data-sum="late"' not in page
    assert "<b>9</b> 是否迟报未能核实" in page


def test_a_number_that_never_came_is_named(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        for _ in range(2):
            one.west.body(AgentStopped(reason="kept back"))
        one.west.passage()
        one.settle()

        ledger = read_ledger(centre_of(one))

    assert [(gap.gate, gap.first, gap.last, gap.count) for gap in ledger.gaps] == [
        ("west-1f", 2, 3, 2)
    ]
    assert ledger.missed == 2


def test_what_the_door_told_of_and_never_sent_is_missing(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.west.heartbeat(sequence=4)
        one.central.heartbeat(sequence=2)
        one.settle()

        gaps = {(gap.gate, gap.first, gap.last) for gap in read_ledger(centre_of(one)).gaps}

    assert gaps == {("west-1f", 2, 4), ("central-2f", 1, 2)}


def test_what_a_door_still_sends_is_not_yet_missing(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.west.heartbeat(sequence=4, pending=3)
        one.settle()

        assert read_ledger(centre_of(one)).gaps == ()


def test_a_second_event_of_one_number_is_a_contradiction(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.settle()
        one.west.sequence, forged = 0, AgentStopped(reason="another journal")
        one.west.link = bytes(32)
        one.west.say(forged)
        one.settle()

        ledger = read_ledger(centre_of(one))

    assert [(item.gate, item.sequence) for item in ledger.aside] == [("west-1f", 1)]
    assert "cloned or forged" in ledger.aside[0].why
    assert ledger.concealed == 1


def test_a_loss_that_a_door_tells_of_is_shown(store: str) -> None:
    with hall(store) as one:
        one.west.say(
            EventsDropped(
                count=3, types={}, since=format_utc(TEN), until=format_utc(TEN), cause="disk full"
            )
        )
        one.settle()

        told = read_ledger(centre_of(one)).told

    assert [(item.gate, item.sequence, item.type) for item in told] == [
        ("west-1f", 1, "gate.events.dropped.v1")
    ]


def test_an_event_is_late_by_the_limit_of_its_lane(store: str) -> None:
    with hall(store) as one:
        one.west.passage(at=TEN - timedelta(seconds=60))
        one.west.hold("hold-1", at=TEN - timedelta(seconds=60))
        one.settle()

        ledger = read_ledger(centre_of(one))

    urgent, routine = ledger.lanes
    assert (urgent.of, urgent.late, urgent.worst_ms) == (1, 1, 60_000)
    assert (routine.of, routine.late) == (2, 0)
    assert [(late.type, late.late_ms) for late in ledger.late] == [("gate.hold.opened.v1", 60_000)]


def test_a_door_that_is_not_heard_is_silent(store: str) -> None:
    with hall(store) as one:
        one.west.heartbeat()
        one.central.heartbeat()
        one.settle()
        one.clock.advance(36)
        one.central.heartbeat()
        one.settle()

        silent = read_ledger(centre_of(one)).silent

    assert [(item.gate, item.silent_s) for item in silent] == [("west-1f", 36.0)]


def test_each_report_is_in_time_late_or_missing(store: str) -> None:
    six = TEN + timedelta(hours=8)
    with hall(store) as one:
        one.west.passage()
        one.central.passage()
        one.settle()
        one.clock.advance(8 * 3600 + 5)
        one.west.report("2026-11-24", at=six, since=TEN)
        one.settle()
        one.clock.advance(3600)

        missing = read_ledger(centre_of(one))
        one.central.report("2026-11-24", at=one.clock.utc, since=TEN)
        one.settle()
        late = read_ledger(centre_of(one))

    assert [(report.gate, report.state) for report in missing.reports] == [
        ("central-2f", Punctual.MISSING), ("west-1f", Punctual.IN_TIME),
    ]  # fmt: skip
    assert missing.missed == 1
    assert [report.state for report in late.reports] == [Punctual.LATE, Punctual.IN_TIME]


def test_no_report_is_asked_for_before_its_time_and_grace(store: str) -> None:
    policy = Policy()
    with hall(store) as one:
        one.west.passage()
        one.settle()
        one.clock.advance(8 * 3600 + policy.punctuality.report_within_s - 1)
        before = read_ledger(centre_of(one)).reports
        one.clock.advance(1)
        after = read_ledger(centre_of(one)).reports

    assert before == ()
    assert [report.state for report in after] == [Punctual.MISSING]


def test_each_line_of_the_page_leads_to_its_events(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.west.body(AgentStopped(reason="kept back"))
        one.west.hold("hold-1", at=TEN - timedelta(seconds=60))
        one.settle()
        one.west.send(b"not an event")
        one.settle()
        with one.engine.connect() as connection:
            aside = connection.execute(select(QUARANTINE.c.id)).scalar_one()
        epoch = one.west.epoch

        with serving(app_of(centre_of(one))) as client:
            page = client.get("/ledger").text
            gap = client.get(f"/events/west-1f/{epoch}?from=1").text
            late = client.get(f"/events/west-1f/{epoch}/4").text
            kept = client.get(f"/quarantine/{aside}").text
            nowhere = client.get(f"/events/west-1f/{epoch}/99")

    assert f"/events/west-1f/{epoch}?from=1" in page
    assert f"/events/west-1f/{epoch}/4" in page
    assert f"/quarantine/{aside}" in page
    assert "缺号" in gap
    assert "gate.hold.opened.v1" in late
    assert "12 bytes, not JSON" in kept
    assert nowhere.status_code == 404


def test_the_figures_say_the_same_as_the_page(store: str) -> None:
    with hall(store) as one:
        one.west.passage()
        one.west.body(AgentStopped(reason="kept back"))
        one.west.hold("hold-1", at=TEN - timedelta(seconds=60))
        one.settle()

        with serving(app_of(centre_of(one))) as client:
            lines = client.get("/metrics").text.splitlines()

    assert 'collector_missing_events{gate="west-1f"} 1.0' in lines
    assert 'collector_late_events{lane="urgent"} 1.0' in lines
    assert 'collector_lateness_seconds{lane="urgent",share="1"} 60.0' in lines
    assert 'collector_quarantined{gate="west-1f"} 0.0' in lines
