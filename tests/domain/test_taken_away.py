"""Who was taken to the fever clinic, and comes back: stopped, and a person decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, NORMAL, Bench, hold_step, verdict
from domain.test_both_doors import FLAG, Hall, come, hand
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import Decision, HoldState, PersonLeft
from gate_agent.domain.door import FoundInside, GuardOverrode
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.taken import TAKEN, TAKEN_FOR_S


def take_away(bench: Bench, *, closed: bool) -> None:
    to = StepDetails(contact_centi_c=3850, to="120")
    states = ["acknowledged", "rechecked", "confirmed", "reported", "transferred"]
    for state in (*states, *(["closed"] if closed else [])):
        step = hold_step(bench, HoldState(state))
        bench.take(replace(step, details=to, disinfected=True))


def taken(*, closed: bool) -> Hall:
    hall = Hall()
    hall.held_at_west(FEVER)
    take_away(hall.west, closed=closed)
    hall.talk()
    return hall


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("surface", [NORMAL, FLAG])
@pytest.mark.parametrize("door", ["west", "central"])
def test_who_comes_back_is_shown_as_taken_earlier_and_no_temperature_lets_them_in(
    door: str,
    surface: int,
    closed: bool,  # noqa: FBT001 as drawn
) -> None:
    hall = taken(closed=closed)
    bench: Bench = getattr(hall, door)
    come(bench, surface)

    assert verdict(bench)[0] is Decision.HOLD
    assert TAKEN in verdict(bench)[1]
    assert bench.door.holds[-1].reason == TAKEN
    hand(bench, 3650)
    assert bench.door.holds[-1].state is HoldState.RECHECKED
    release = hold_step(bench, HoldState.RELEASED)
    bench.take(replace(release, hold_id=bench.door.holds[-1].hold_id))
    assert verdict(bench)[0] is Decision.ADMIT

    hall.talk()
    come(bench)
    assert verdict(bench)[0] is Decision.ADMIT, "a person decided: nothing is asked again"
    if door == "central":
        come(hall.west)
        is_free = closed  # by its own guard where the hold is still open there
        assert (verdict(hall.west)[0] is Decision.ADMIT) is is_free


def test_after_a_day_nobody_is_asked_any_more() -> None:
    hall = taken(closed=True)
    hall.west.wait(TAKEN_FOR_S + 1)
    hall.talk()
    for bench in (hall.west, hall.central):
        come(bench)
        assert verdict(bench)[0] is Decision.ADMIT


def test_no_guard_lets_in_who_was_taken_away_by_overruling() -> None:
    hall = taken(closed=True)
    bench = hall.west
    bench.nobody_for(15)
    bench.steady(3200)
    bench.card()  # cold: to be measured again
    about = bench.door.passage.passage_id or ""
    with pytest.raises(StepRefused):
        bench.take(
            GuardOverrode(
                at=bench.now, passage_id=about, decision=Decision.ADMIT, by="g", reason="熟人"
            )
        )


@pytest.mark.parametrize("end", [HoldState.TRANSFERRED, HoldState.LEFT, HoldState.RELEASED])
def test_whoever_is_taken_away_or_leaves_is_inside_no_more(end: HoldState) -> None:
    bench = Bench()
    for letter in "ab":
        come(bench, letter=letter)
    entry = bench.door.inside.entered[0]
    bench.take(FoundInside(at=bench.now, place="窗口", by="g", passage_id=entry.passage_id))
    if end is HoldState.LEFT:
        bench.take(hold_step(bench, end))
    elif end is HoldState.TRANSFERRED:
        take_away(bench, closed=False)
    else:
        for state in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, end):
            bench.take(hold_step(bench, state))

    stays = end is HoldState.RELEASED
    assert [one.person_ref for one in bench.door.inside.entered] == (
        ["a" * 64, "b" * 64] if stays else ["b" * 64]
    )
    assert bench.door.inside.count == (2 if stays else 1)
    left = [one for one in bench.records if isinstance(one, PersonLeft)]
    assert [(one.person_ref, one.by) for one in left] == [] if stays else [("a" * 64, "guard-1")]


def test_whom_nobody_named_is_counted_as_they_are_taken_away() -> None:
    bench = Bench()
    come(bench)
    bench.take(FoundInside(at=bench.now, place="窗口", by="g"))
    take_away(bench, closed=True)

    assert bench.door.inside.count == 0


def test_who_was_held_at_the_door_never_went_in_and_is_not_told_as_leaving() -> None:
    hall = taken(closed=True)

    assert not [one for one in hall.west.records if isinstance(one, PersonLeft)]
