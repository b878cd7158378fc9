"""A working day at both doors, as the daily report tells it."""

from __future__ import annotations

from datetime import timedelta

from collector.hall_of_doors import TEN, Door, Hall
from gate_agent.contract.duty_records import Disinfectant, DutyDone, Round, RoundCount
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import Policy, RotaEntry
from gate_agent.contract.records import Category, Decision, PassageCount, ThermometerChecked

DAY = "2026-11-24"
CHECKED = TEN + timedelta(minutes=5)
SIX = TEN + timedelta(hours=8)  # six in the evening: the doors report
DUE = SIX + timedelta(seconds=Policy().punctuality.report_within_s)
LED = Policy(
    version=3,
    rota=(
        RotaEntry(
            leader="李主任",
            phone="010-5550 0101",
            valid_from=TEN - timedelta(days=2),
            valid_until=TEN + timedelta(days=2),
        ),
    ),
)
THREE = tuple(
    RoundCount(area=area, kind=Round.DISINFECTED, done=3, needed=3)
    for area in ("出入口门", "自助终端")
)
BEFORE_DUE = (-0.1, 3.8, 7.2)  # hours after ten: 9:54, 13:48, 17:12
ONE_EACH = (
    PassageCount(category=Category.VISITOR, decision=Decision.ADMIT, count=1),
    PassageCount(category=Category.STAFF, decision=Decision.ADMIT, count=1),
)


def pass_two(door: Door) -> None:
    """Let one visitor and one of the staff in."""
    door.passage()
    door.passage(category=Category.STAFF)


def to(hall: Hall, hour: float) -> None:
    """Let the hall's clock be so many hours after ten, everything said until then stored."""
    hall.settle()
    hall.clock.advance((TEN + timedelta(hours=hour) - hall.clock.utc).total_seconds())


def check(door: Door) -> None:
    """Hold the door's thermometer against a contact reading."""
    checked = ThermometerChecked(
        reference="contact",
        reference_centi_c=3660,
        measured_centi_c=3672,
        surface_centi_c=3460,
        difference_centi_c=12,
        tolerance_centi_c=88,
        passed=True,
        by="guard-1",
        at=format_utc(CHECKED),
    )
    door.say(checked, at=CHECKED)


def walk(door: Door, hour: float, *, skip: tuple[str, ...] = ()) -> None:
    """Disinfect and air every area so many hours after ten, but for those left out."""
    at = TEN + timedelta(hours=hour)
    for area in LED.duties.areas:
        kinds = (area.disinfect, Round.DISINFECTED), (area.air, Round.AIRED)
        for kind in (kind for is_wanted, kind in kinds if is_wanted and area.name not in skip):
            method = Disinfectant.CHLORINE if kind is Round.DISINFECTED else None
            done = DutyDone(
                area=area.name, kind=kind, method=method, by="guard-1", at=format_utc(at)
            )
            door.say(done, at=at)


def quiet_day(hall: Hall, *, skip: tuple[str, ...] = ()) -> None:
    """Check both doors and let two people in at each; both report; stand when it is merged."""
    for door in (hall.west, hall.central):
        check(door)
        pass_two(door)
    for hour in BEFORE_DUE:
        if hour > 0:
            to(hall, hour)
        for door in (hall.west, hall.central):
            walk(door, hour, skip=skip)
    to(hall, 8)
    hall.west.report(DAY, at=SIX, since=TEN, passages=ONE_EACH, rounds=THREE)
    hall.central.report(DAY, at=SIX, since=TEN, passages=ONE_EACH)
    to(hall, 8.5)
