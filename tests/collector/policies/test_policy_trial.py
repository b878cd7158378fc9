"""A draft is tried on recorded passages: their own scores, and nothing is stored."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from collector.hall_of_doors import TEN, hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.appointments import Appointment
from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.moment import format_utc
from gate_agent.contract.opening import ServiceWindow
from gate_agent.contract.policy import HallMode, Policy, RosterEntry, RotaEntry
from gate_agent.contract.records import Category, Decision, Outcome, PassageDecided, Temperature
from gate_collector.policies.drill import played
from gate_collector.policies.trial import Hours, rate_tried, tried
from gate_collector.policies.trial_routes import purposes_with


def _passage(score: int | None, *, surface: int = 3500, who: str = "v",
             category: Category = Category.VISITOR) -> PassageDecided:  # fmt: skip
    temperature = Temperature(
        outcome=Outcome.NORMAL, surface_centi_c=surface, score_centi_c=score,
        threshold_centi_c=3600, ceiling_centi_c=3700, rail_centi_c=3900, low_centi_c=3000,
    )  # fmt: skip
    return PassageDecided(
        passage_id="p", category=category, person_ref=ref(who), decision=Decision.ADMIT,
        reasons=(), temperature=temperature, started=format_utc(TEN), decided=format_utc(TEN),
        registered=True, hall_mode=HallMode.OPEN,
    )  # fmt: skip


_PEOPLE = [
    _passage(3500), _passage(3590), _passage(3600), _passage(3650), _passage(3710),
    _passage(3400, surface=3900), _passage(None), _passage(3400, who="s", category=Category.STAFF),
]  # fmt: skip


@pytest.mark.parametrize(
    ("alarm", "flags"), [(None, 4), (3600, 4), (3590, 5), (3660, 2), (4000, 1)]
)
def test_each_score_is_held_against_the_draft(alarm: int | None, flags: int) -> None:
    trial = tried(_PEOPLE, Policy(), alarm_centi_c=alarm, mode=HallMode.OPEN)

    assert (trial.measured, trial.unknown, trial.flagged, trial.would_flag) == (8, 1, 4, flags)
    assert (trial.refused, trial.would_refuse) == (0, 0)


@pytest.mark.parametrize(
    ("mode", "refused"),
    [(HallMode.OPEN, 0), (HallMode.APPOINTMENT, 7), (HallMode.CLOSED, 7), (HallMode.EMERGENCY, 8)],
)
def test_who_could_not_have_come_in_is_counted(mode: HallMode, refused: int) -> None:
    policy = Policy(roster=(RosterEntry(person_ref=ref("s")),))

    assert tried(_PEOPLE, policy, alarm_centi_c=None, mode=mode).would_refuse == refused


@pytest.mark.parametrize(
    ("opens", "closes", "outside"),
    [("09:00", "17:00", 0), ("18:00", "20:00", 8), ("10:00", "10:00", 8), ("22:00", "06:00", 8),
     ("17:00", "10:01", 0)],
)  # fmt: skip
def test_who_came_outside_the_hours_is_counted(opens: str, closes: str, outside: int) -> None:
    hours = Hours(
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        zone=ZoneInfo("Asia/Shanghai"),
    )
    trial = tried(_PEOPLE, Policy(), alarm_centi_c=None, mode=HallMode.OPEN, hours=hours)
    assert trial.outside == outside


def _healthy(above: int) -> PassageDecided:
    one = _passage(3500 + above)
    known = one.temperature.model_copy(update={"baseline_centi_c": 3500})
    return one.model_copy(update={"temperature": known})


@pytest.mark.parametrize(("permille", "flags"), [(5, 1), (50, 10), (100, 20), (200, 40)])
def test_another_flag_rate_flags_its_share_of_the_healthy(permille: int, flags: int) -> None:
    fever = _passage(3650)  # flagged, and no contact thermometer says that it is none
    west = [("west-1f", _healthy(above)) for above in range(-101, 99)]
    few = [("central-2f", _healthy(above)) for above in range(90)]

    rate = rate_tried([*west, *few, ("west-1f", fever)], permille)

    assert (rate.people, rate.unsure, rate.would_flag, rate.flagged) == (200, 90, flags, 0)


def test_of_too_few_people_nothing_is_estimated() -> None:
    rate = rate_tried([("west-1f", _healthy(0))] * 199, 50)

    assert (rate.people, rate.would_flag, rate.unsure) == (0, 0, 199)


def test_what_other_windows_would_offer_is_told() -> None:
    windows = (
        ServiceWindow(name="1", purposes=("税务",)),
        ServiceWindow(name="2", purposes=("社保",), open=False),
    )
    policy = Policy(purposes=("税务", "社保", "其他"), windows=windows)

    then = purposes_with(policy, ["2"])

    assert (then.offered, then.gone, then.came) == (("社保", "其他"), ("税务",), ("社保",))


def test_a_fever_on_paper_tells_each_last_moment_and_who_is_missing() -> None:
    head = Post(post="组长", name="张局长", phone="010-5550 0110", rank=PostRank.HEAD)
    shift = RotaEntry(leader="李主任", phone="13800000000", valid_from=TEN,
                      valid_until=TEN + timedelta(hours=2))  # fmt: skip
    policy = Policy(posts=(head,), rota=(shift,))

    drill, late = played(policy, TEN), played(policy, TEN + timedelta(hours=2))

    assert [step.until - TEN for step in drill.steps[:4]] == [
        timedelta(seconds=s) for s in (15, 615, 1215, 1515)
    ]
    assert (drill.leader, late.leader) == (shift, None)
    assert [(call.at - TEN).total_seconds() for call in drill.calls] == [1215, 1335, 1455]
    assert drill.missing == [PostRank.DEPUTY]
    assert drill.calls[-1].posts == (head,)


def test_a_province_s_appointments_are_read_once() -> None:
    people = [_passage(3500, who=f"v{n}") for n in range(300)]
    booked = tuple(Appointment(person_ref=ref(f"v{n}")) for n in range(0, 20_000, 2))
    trial = tried(
        people, Policy(appointments=booked), alarm_centi_c=None, mode=HallMode.APPOINTMENT
    )
    assert trial.would_refuse == 150


def test_the_page_tells_the_estimate_and_stores_nothing(store: str) -> None:
    with hall(store) as one:
        for number in range(12):
            one.west.passage(at=TEN - timedelta(hours=number * 3))
        one.west.passage(drill=True)
        one.settle()
        with serving(app_of(centre_of(one))) as client:
            asked = "mode=closed&alarm=37.5&rate=50&days=1&opens=00%3A00&closes=12%3A00"
            page = client.get(f"/policy/try?{asked}").text
            wrong = client.get("/policy/try?alarm=99").status_code

    assert "测温 9 人次" in page
    assert "不能入内 9 人次" in page
    assert "9 人次没有可比的读数" in page
    assert wrong == 422
    assert "不足 200 人次，无法估算" in page
    assert "未设岗位" in page
    assert "不在服务时间（00:00–12:00）到的" in page
