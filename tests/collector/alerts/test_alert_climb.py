"""A fever that nobody answers climbs the leading group, until what it asks for is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from collector.switchboard import DEPUTY, HANDS, HEAD, LEADER, OFFICE, WITHIN_S, leading_group
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import HoldState
from gate_collector.alarms.book import AlarmKind, clear_alarm, raise_alarm
from gate_collector.alerts.kinds import AlertSort, AlertState, is_done, is_of, rests, sort_of
from gate_collector.store.opening import open_store
from gate_collector.store.schema_office import ALERT, DISTRICT


def test_it_climbs_at_the_set_times_and_ends_when_the_step_is_done(store: str) -> None:
    with leading_group(store) as group:
        with group.doors() as hall:
            hall.west.hold("hold-1")

        assert group.round() == sorted([LEADER, OFFICE])
        assert group.round(WITHIN_S - 1) == []
        assert group.round(1) == [DEPUTY]
        assert group.round(WITHIN_S) == [HEAD]
        assert group.round(WITHIN_S) == sorted([LEADER, OFFICE])
        with group.doors() as hall:
            hall.west.step("hold-1", HoldState.ACKNOWLEDGED)
        assert group.round() == []
        assert group.states() == [("hold", "over")]
        assert group.round(WITHIN_S) == []


def test_what_nobody_answered_ends_too_when_it_is_done(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        with group.doors() as hall:
            hall.west.hold("hold-1")
        for _ in range(10):
            group.round(WITHIN_S)
        assert group.states() == [("hold", "unanswered")]

        with group.doors() as hall:
            hall.west.step("hold-1", HoldState.ACKNOWLEDGED)
        group.round()
        assert group.states() == [("hold", "over")]


def test_a_confirmed_fever_asks_until_it_is_reported_also_by_the_office(store: str) -> None:
    with leading_group(store) as group:
        with group.doors() as hall:
            for number in (1, 2):
                hall.west.hold(f"hold-{number}", who=f"w{number}")
                for step in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED):
                    hall.west.step(f"hold-{number}", step)
        assert group.round() == sorted([LEADER, OFFICE])
        confirmed = [state for kind, state in group.states() if kind == "confirmed"]
        assert confirmed == ["open", "open"]

        with group.doors() as hall:
            hall.west.step("hold-1", HoldState.REPORTED)
        now = format_utc(group.hall.clock.utc)
        row = {"gate": "west-1f", "hold_id": "hold-2", "told": now, "to": "区疫情防控办",
               "taken_by": "刘主任", "reference": "", "by": "王科长", "role": "office",
               "recorded": now}  # fmt: skip
        with group.hall.engine.begin() as connection:
            connection.execute(DISTRICT.insert().values(row))
        assert group.round(WITHIN_S) == []
        assert {state for _, state in group.states()} == {"over"}


def test_an_office_that_has_it_is_no_leader_who_has_it(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        group.lines.down = {LEADER}
        with group.doors() as hall:
            hall.west.hold("hold-1")

        assert group.round() == sorted([OFFICE, DEPUTY])


def test_a_long_outage_of_the_network_is_no_nobody_answered(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        group.lines.down = {LEADER, OFFICE, DEPUTY, HEAD, HANDS}
        with group.doors() as hall:
            hall.west.hold("hold-1")
        for _ in range(30):
            assert group.round(60) == []

        group.lines.down = set()
        heard = {name for _ in range(5) for name in group.round(60)}
        assert len(heard) >= 3
        assert group.states() == [("hold", "open")]


def test_a_centre_that_ends_in_the_middle_goes_on_where_it_was(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        with group.doors() as hall:
            hall.west.hold("hold-1")
        group.alerter._look()
        (claimed,) = group.shelf.claim(group.hall.clock.utc, WITHIN_S)  # and it is killed here
        group.restart()
        assert group.round() == []  # who was to be told may be
        assert group.round(WITHIN_S) == sorted([LEADER, OFFICE])

        group.restart()
        assert claimed.step == 0
        assert group.round(WITHIN_S) == [DEPUTY]


@pytest.mark.parametrize("jump_s", [-86_400.0, -3600.0])
def test_a_clock_that_is_set_back_holds_up_nobody(tmp_path: Path, jump_s: float) -> None:
    with leading_group(tmp_path) as group:
        with group.doors() as hall:
            hall.west.hold("hold-1")
        assert group.round() == sorted([LEADER, OFFICE])
        group.hall.clock.step(jump_s)

        assert group.round() == [DEPUTY]
        with group.hall.engine.begin() as connection:
            at = format_utc(group.hall.clock.utc)
            raise_alarm(connection, AlarmKind.UNREAD, "west-1f", "x", at)
        assert HANDS in group.round()


def test_an_alarm_that_stands_behind_a_duplicate_is_told_after_the_quiet_time(
    tmp_path: Path,
) -> None:
    with leading_group(tmp_path) as group:
        for after_s in (0, 30):
            group.hall.clock.advance(after_s)
            with group.hall.engine.begin() as connection:
                at = format_utc(group.hall.clock.utc)
                clear_alarm(connection, AlarmKind.UNREAD, "west-1f", at)
                raise_alarm(connection, AlarmKind.UNREAD, "west-1f", "x", at)
            group.round()
        assert group.states() == [("unread", "over"), ("unread", "quiet")]
        assert group.round(500) == []

        assert group.round(101) == [HANDS]
        assert group.states() == [("unread", "over"), ("unread", "open")]


_DONE = {
    "hold": {*HoldState} - {HoldState.FLAGGED},
    "confirmed": {*HoldState} - {HoldState.FLAGGED, HoldState.ACKNOWLEDGED, HoldState.RECHECKED,
                                 HoldState.CONFIRMED},
    "left": {HoldState.CLOSED},
    "overdue": {*HoldState} - {HoldState.RECHECKED},
}  # fmt: skip


@pytest.mark.parametrize("kind", _DONE)
def test_what_an_alert_asks_for_is_done_in_these_states(kind: str) -> None:
    key = f"hold:west-1f:h:{kind}" + (":rechecked" if kind == "overdue" else "")

    assert {state for state in HoldState if is_done(kind, key, state, received=False)} == (
        _DONE[kind]
    )
    assert not is_done(kind, key, None, received=True)
    assert is_done(kind, key, HoldState.CONFIRMED, received=True) == (
        kind in ("confirmed", "left", "hold", "overdue")
    )


_SORTS = {
    ("hold", "w"): ("people", False), ("past", "w"): ("people", False),
    ("many", "w"): ("people", False), ("many", ""): ("equipment", True),
    ("emergency", ""): ("people", False), ("mode", ""): ("hall", False),
    ("rota", ""): ("hall", False), ("zero_report", ""): ("hall", False),
    ("silent", "w"): ("equipment", True), ("dropped", "w"): ("equipment", True),
    ("twins", "w"): ("equipment", False), ("unapplied", "w"): ("equipment", False),
}  # fmt: skip


def test_each_kind_has_its_sort_also_where_the_store_looks_for_it(store: str) -> None:
    engine = open_store(store)
    rows: list[dict[str, Any]] = [
        {"key": f"{kind}:{gate}:{state}", "topic": "", "kind": kind, "gate": gate, "subject": "",
         "text": "", "opened": "", "state": state, "step": 0, "next_at": ""}
        for kind, gate in _SORTS for state in AlertState
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(ALERT.insert(), rows)
        stored = {
            sort: {row.key for row in connection.execute(select(ALERT).where(is_of(sort)))}
            for sort in AlertSort
        }
    engine.dispose()

    assert stored == {
        sort: {row["key"] for row in rows if _sort(row) == sort} for sort in AlertSort
    }
    assert {one: (sort_of(*one), rests(*one)) for one in _SORTS} == _SORTS


def _sort(row: dict[str, Any]) -> AlertSort:
    return sort_of(row["kind"], row["gate"], row["state"])
