"""What the whole hall must know: its mode, a gap in the rota; and what may wait for the morning."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from collector.hall_of_doors import TEN, ZONE
from collector.switchboard import (
    DEPUTY,
    GROUP,
    HANDS,
    HEAD,
    LEADER,
    OFFICE,
    SHIFT,
    WITHIN_S,
    Group,
    leading_group,
)
from gate_agent.contract.leading_group import RestHours
from gate_agent.contract.moment import format_utc
from gate_agent.contract.opening import OpeningHours, Weekday
from gate_agent.contract.policy import HallMode, Policy
from gate_collector.alarms.book import AlarmKind, clear_alarm, raise_alarm
from gate_collector.alerts.hall import rota_gap

# Alarms that no watch of the ingest clears meanwhile.
_MISSING = "report"
_ALL = sorted([LEADER, OFFICE, DEPUTY, HEAD, HANDS])
_NIGHT = GROUP.model_copy(update={"rest_hours": RestHours(begins=time(9), ends=time(11))})


def _set_mode(group: Group, mode: HallMode, **more: object) -> None:
    group.book.issue(lambda _: {"hall_mode": mode} | more, by="王科长", why="x")


def _alarm(group: Group, kind: str, *, stands: bool = True) -> None:
    at = format_utc(group.hall.clock.utc)
    with group.hall.engine.begin() as connection:
        if stands:
            raise_alarm(connection, kind, "west-1f", "x", at)
        else:
            clear_alarm(connection, kind, "west-1f", at)


def test_an_emergency_is_told_to_all_at_once_and_ends_with_it(store: str) -> None:
    with leading_group(store) as group:
        assert group.round() == []
        _set_mode(group, HallMode.EMERGENCY)

        assert group.round() == _ALL
        _, title, text = group.lines.heard[-1]
        assert title == "应急关闭"
        assert "/answer/" in text
        _set_mode(group, HallMode.EMERGENCY, contacts={"most": 9})  # another version, no news
        group.restart()
        assert group.round(10 * WITHIN_S) == []
        assert group.states() == [("emergency", "open")]

        _set_mode(group, HallMode.CLOSED)
        assert group.round() == _ALL
        assert "封闭管理" in group.lines.heard[-1][2]
        assert group.states() == [("emergency", "over"), ("mode", "over")]


def test_who_is_not_reached_by_an_emergency_is_tried_again_and_the_others_are_not(
    tmp_path: Path,
) -> None:
    with leading_group(tmp_path) as group:
        group.lines.down = {HEAD}
        _set_mode(group, HallMode.EMERGENCY)
        assert group.round() == sorted(set(_ALL) - {HEAD})
        group.restart()
        group.lines.down = set()

        assert group.round(WITHIN_S) == [HEAD]
        assert group.round(WITHIN_S) == []


def test_a_planned_mode_is_told_when_its_time_comes(tmp_path: Path) -> None:
    with leading_group(tmp_path) as group:
        at = group.hall.clock.utc + timedelta(hours=1)
        group.book.issue(
            lambda _: {"hall_mode": HallMode.CLOSED}, by="王科长", why="x", valid_from=at
        )
        assert group.round(3599) == []
        assert group.round(1) == _ALL


def test_quiet_hours_hold_back_equipment_alone_until_they_end(tmp_path: Path) -> None:
    with leading_group(tmp_path, _NIGHT) as group:
        _alarm(group, AlarmKind.UNREAD)
        _alarm(group, _MISSING)
        _alarm(group, AlarmKind.TWINS)
        assert group.round() == [HANDS]  # two boards under one name wait for no morning
        with group.doors() as hall:
            hall.west.hold("hold-1")
        assert group.round() == sorted([LEADER, OFFICE])
        _set_mode(group, HallMode.EMERGENCY)
        assert group.round() == _ALL

        _alarm(group, _MISSING, stands=False)
        group.round()
        assert ("report", "over") in group.states()  # whom would it help in the morning
        group.hall.clock.advance(3600)
        assert HANDS in group.round()
        heard = [text for name, _, text in group.lines.heard if name == HANDS]
        assert "读不懂" in heard[-1]


@pytest.mark.parametrize(
    ("begins", "ends", "at", "is_within"),
    [(22, 7, 23, True), (22, 7, 3, True), (22, 7, 7, False), (22, 7, 12, False),
     (12, 14, 13, True), (12, 14, 14, False), (9, 9, 9, False)],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(
    begins: int, ends: int, at: int, *, is_within: bool
) -> None:
    assert RestHours(begins=time(begins), ends=time(ends)).covers(time(at)) is is_within


def test_a_gap_in_tomorrows_rota_is_told_today_and_over_when_it_is_filled(tmp_path: Path) -> None:
    short = SHIFT.model_copy(update={"valid_until": TEN + timedelta(hours=25)})  # to 11 tomorrow
    with leading_group(tmp_path, GROUP.model_copy(update={"rota": (short,)})) as group:
        assert group.round() == sorted([LEADER, OFFICE])
        assert "11:00–17:00" in group.lines.heard[-1][2]
        assert group.round() == []
        full = [SHIFT.model_dump(mode="json")]
        group.book.issue(lambda _: {"rota": full}, by="王科长", why="x")

        assert group.round(WITHIN_S) == []
        assert group.states() == [("rota", "over")]


_SHIFTS = (
    SHIFT.model_copy(update={"valid_until": TEN + timedelta(hours=23, minutes=30)}),  # to 9:30
    SHIFT.model_copy(
        update={
            "valid_from": TEN + timedelta(hours=24),
            "valid_until": TEN + timedelta(hours=27),  # 10 to 13
        }
    ),
)


@pytest.mark.parametrize(
    ("policy", "hour", "spans"),
    [
        (Policy(), 10, None),  # no rota was ever kept
        (Policy(rota=(SHIFT,)), 10, None),
        (Policy(rota=_SHIFTS), 10, "09:30–10:00、13:00–17:00"),
        (Policy(rota=_SHIFTS), 7.9, None),  # before people are up
        (Policy(rota=_SHIFTS[:1], opening=(OpeningHours(days=(Weekday.SUNDAY,)),)), 10, None),
        (
            Policy(
                rota=_SHIFTS,
                opening=(
                    OpeningHours(days=(Weekday.WEDNESDAY,), opens=time(8), closes=time(9, 40)),
                ),
            ),
            10,
            "09:30–09:40",
        ),
    ],
)
def test_the_gaps_are_those_of_tomorrows_hours(
    policy: Policy, hour: float, spans: str | None
) -> None:
    cause = rota_gap(policy, TEN + timedelta(hours=hour - 10), ZONE)

    assert (cause is None) == (spans is None)
    assert cause is None or (spans or "") in cause.text["zh"]
