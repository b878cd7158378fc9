"""Who leaves: by a card at an exit, or by a guard's tap; who is inside, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.benches import FEVER, NORMAL, Bench, somebody
from gate_agent.contract.records import (
    Category,
    Decision,
    ExitMeans,
    HoldState,
    PersonLeft,
    Severity,
)
from gate_agent.domain.door import DeparturesTold, ExitSeen, GuardOverrode
from gate_agent.domain.effects import CallGuard, Effects, Note, StepRefused
from gate_agent.domain.inside import STAYS_S, Entered, Inside


def enters(bench: Bench, letter: str) -> None:
    bench.nobody_for(2)
    bench.card(letter, Category.STAFF)
    bench.steady(NORMAL)
    assert bench.verdicts[-1].decision is Decision.ADMIT


def leaves(bench: Bench, letter: str | None, means: ExitMeans = ExitMeans.CARD) -> Effects:
    ref = None if letter is None else somebody(letter).person_ref
    return bench.take(ExitSeen(at=bench.now, means=means, person_ref=ref))


def told(bench: Bench) -> list[PersonLeft]:
    return [record for record in bench.records if isinstance(record, PersonLeft)]


def refs(bench: Bench) -> str:
    return "".join((one.person_ref or "?")[0] for one in bench.door.inside.entered)


def test_who_was_let_in_is_inside_until_they_leave() -> None:
    bench = Bench()
    enters(bench, "a")
    enters(bench, "b")
    assert refs(bench) == "ab"
    bench.wait(60)
    leaves(bench, "a")

    assert (refs(bench), bench.door.inside.count) == ("b", 1)
    (left,) = told(bench)
    assert left.person_ref == "a" * 64
    assert left.inside_s is not None
    assert 60 < left.inside_s < 75
    assert left.severity is Severity.ROUTINE


def test_a_wall_clock_that_jumped_a_day_makes_nobody_stay_longer() -> None:
    bench = Bench()
    enters(bench, "a")
    bench.wait(60)
    jumped = replace(bench.now, utc=bench.now.utc + timedelta(days=1))
    bench.take(ExitSeen(at=jumped, means=ExitMeans.CARD, person_ref=somebody("a").person_ref))

    (left,) = told(bench)
    assert left.inside_s == 60


def test_a_card_that_is_laid_twice_is_one_person() -> None:
    bench = Bench()
    enters(bench, "a")
    leaves(bench, "a")
    bench.wait(2)

    assert leaves(bench, "a") == (Note("same_card_at_exit"),)
    bench.wait(10)
    leaves(bench, "a")
    assert len(told(bench)) == 2, "somebody whose way in was not seen here"


def test_who_is_only_counted_takes_nobodys_name_off_the_list() -> None:
    bench = Bench()
    enters(bench, "a")
    enters(bench, "b")
    leaves(bench, None, ExitMeans.BEAM)
    bench.take(DeparturesTold(at=bench.now, count=1, by="guard-1"))

    assert (bench.door.inside.count, refs(bench)) == (0, "ab")
    assert [one.count for one in told(bench)] == [1, 1]
    assert told(bench)[-1].by == "guard-1"


@pytest.mark.parametrize(("count", "by"), [(0, "guard-1"), (51, "guard-1"), (1, " ")])
def test_a_tap_that_cannot_be_is_refused(count: int, by: str) -> None:
    bench = Bench()
    with pytest.raises(StepRefused):
        bench.take(DeparturesTold(at=bench.now, count=count, by=by))


def test_who_comes_in_again_is_inside_once() -> None:
    bench = Bench()
    enters(bench, "a")
    bench.nobody_for(20)
    enters(bench, "a")

    assert refs(bench) == "a"


def test_who_is_held_after_all_is_not_inside() -> None:
    bench = Bench()
    enters(bench, "a")
    passage_id = bench.verdicts[-1].passage_id
    bench.take(
        GuardOverrode(
            at=bench.now, passage_id=passage_id, decision=Decision.HOLD, by="g", reason="why"
        )
    )

    assert refs(bench) == ""


def test_who_was_to_stay_and_leaves_rings() -> None:
    bench = Bench()
    bench.card("a")
    bench.steady(FEVER)
    (hold,) = bench.door.holds
    assert hold.state is HoldState.FLAGGED
    effects = leaves(bench, "a")

    assert CallGuard(hold.hold_id) in effects
    (left,) = told(bench)
    assert (left.hold_id, left.severity) == (hold.hold_id, Severity.URGENT)


def test_nobody_stays_over_night_whom_no_exit_saw() -> None:
    bench = Bench()
    enters(bench, "a")
    leaves(bench, None, ExitMeans.BEAM)
    bench.wait(STAYS_S + 1)
    enters(bench, "b")

    assert (refs(bench), bench.door.inside.count) == ("b", 1)


def test_who_is_long_gone_is_forgotten_in_whatever_order_a_restart_read_them() -> None:
    hour_ns = 3600 * 10**9
    late, old, new = (
        Entered(passage_id=name, person_ref=None, category=Category.VISITOR, since="", at_ns=ns)
        for name, ns in (("late", 30 * hour_ns), ("old", 2 * hour_ns), ("new", 31 * hour_ns))
    )
    inside = Inside(entered=(late, old)).entering(new)
    assert [one.passage_id for one in inside.entered] == ["late", "new"]
