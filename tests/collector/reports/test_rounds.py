"""消毒通风: each due time of an area by a round of its own."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from collector.hall_of_doors import ZONE
from gate_agent.contract.duty_records import Round
from gate_agent.contract.policy import Area, AreaDoor, DutiesPolicy
from gate_collector.day import cut_at, report_day
from gate_collector.reports.content import AreaDay
from gate_collector.reports.rounds import RoundDone, areas_of_day

_DOOR = Area(name="出入口门")
_DUTIES = DutiesPolicy(areas=(_DOOR,))  # due at 10:00, 14:00, 17:30
_DAY = report_day(date(2026, 11, 24), cut_at(time(18, 0), ZONE))


def _rounds(times: tuple[str, ...]) -> list[RoundDone]:
    return [
        RoundDone(
            area=_DOOR.name,
            kind=Round.DISINFECTED,
            at=datetime.fromisoformat(f"2026-11-{at}+08:00"),
            by="保洁",
        )
        for at in times
    ]


def _judged(*times: str) -> AreaDay:
    (area,) = areas_of_day(_DUTIES, ("west-1f",), _rounds(times), _DAY, ZONE)
    return area


@pytest.mark.parametrize(
    ("times", "done", "late_min"),
    [
        (("24T09:30", "24T13:50", "24T17:20"), (True, True, True), 0),
        (("24T09:30:00", "24T09:30:01", "24T09:30:02"), (True, False, False), 0),  # three taps
        (("24T08:00", "24T08:40", "24T09:30"), (True, False, False), 0),  # all in the morning
        (("23T20:31:00", "23T20:31:01", "23T20:31:02"), (False, False, False), 0),  # the evening
        (("24T10:20", "24T13:50", "24T17:20"), (True, True, True), 20),  # made up for
        (("24T10:20", "24T17:20"), (False, True, True), 0),  # one round serves one due time
        (("24T09:30", "24T13:50", "24T17:45"), (True, True, True), 15),
        (("24T09:50", "24T10:05", "24T17:20"), (True, False, True), 0),  # the same round, again
        ((), (False, False, False), 0),
    ],
)
def test_a_due_time_is_met_by_its_own_round(
    times: tuple[str, ...], done: tuple[bool, ...], late_min: int
) -> None:
    area = _judged(*times)

    assert tuple(due.at is not None for due in area.dues) == done
    assert sum(due.late_min for due in area.dues) == late_min
    assert area.done == sum(done)


_SHORT = DutiesPolicy(areas=(_DOOR,), due_at=(time(10), time(14), time(17, 30)))
_CUT_AT_FOUR = report_day(date(2026, 11, 24), cut_at(time(16, 0), ZONE))


@pytest.mark.parametrize(
    ("times", "done"),
    [
        (("23T17:00", "23T20:31"), (True, False, False)),  # nothing of the evening for a morning
        (("23T15:45",), (True, False, False)),  # before the cut, within the window of 17:30
        (("23T20:31",), (True, False, False)),  # made up for, the same evening
        (("23T17:10", "24T09:30", "24T13:00"), (True, True, True)),
        (("23T15:59", "23T16:02", "24T09:30"), (True, True, False)),  # too soon, over the cut
    ],
)
def test_a_due_time_is_met_within_its_calendar_day_wherever_the_cut_is(
    times: tuple[str, ...], done: tuple[bool, ...]
) -> None:
    (area,) = areas_of_day(_SHORT, ("west-1f",), _rounds(times), _CUT_AT_FOUR, ZONE)

    assert tuple(due.at is not None for due in area.dues) == done


def test_what_is_not_due_yet_is_not_missed() -> None:
    area = _judged("24T09:30")

    assert area.missed("2026-11-24T05:00:00.000Z") == []  # 13:00 at the hall
    assert len(area.missed("2026-11-24T06:30:00.000Z")) == 1


def test_an_area_that_one_door_has_is_asked_of_that_door_alone() -> None:
    duties = DutiesPolicy(
        areas=(_DOOR, Area(name="自助终端")),
        only_at=(AreaDoor(area="自助终端", door="一层西侧出入口"),),
    )

    assert [one.name for one in duties.areas_of("west-1f", "一层西侧出入口")] == [
        "出入口门",
        "自助终端",
    ]
    assert [one.name for one in duties.areas_of("central-2f", "二层中央出入口")] == ["出入口门"]
