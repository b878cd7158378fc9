"""Who falls ill inside: a hold without a door, the same procedure, nobody's passage changed."""

from __future__ import annotations

import pytest

from domain.benches import NOON, NORMAL, PHONE, Bench, hold_step, later, somebody
from gate_agent.contract.door_told import DoorTold, HoldTold
from gate_agent.contract.found_orders import ORDER_LIVES_S, FoundOrder
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import format_utc
from gate_agent.contract.order_records import OrderAnswered, OrderRefusal
from gate_agent.contract.records import (
    Category,
    ContactListed,
    Decision,
    HoldIdentified,
    HoldOpened,
    HoldState,
    HoldStep,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    ContactsFound,
    FoundInside,
    FoundOrdered,
    HandMeasured,
    HoldStepped,
    OtherDoorHeard,
    PersonIdentified,
    RegistrationGiven,
)
from gate_agent.domain.effects import CallGuard, StepRefused

OPENED = format_utc(NOON.utc)


def found(bench: Bench, letter: str | None) -> str:
    """Let this person be found ill; return the passage that stands for the hold."""
    entry = next(
        iter(e for e in bench.door.inside.entered if e.person_ref == (letter or "") * 64), None
    )
    person = None if letter is None else somebody(letter)
    bench.take(
        FoundInside(
            at=bench.now,
            place="等候区",
            by="guard-1",
            passage_id=None if entry is None else entry.passage_id,
            person=person,
        )
    )
    return bench.door.holds[-1].passage_id


def entered(*letters: str) -> Bench:
    bench = Bench()
    for letter in letters:
        bench.nobody_for(12)
        bench.card(letter)
        bench.steady(NORMAL)
        assert bench.verdicts[-1].decision is Decision.ADMIT
    bench.nobody_for(12)
    return bench


def test_a_hold_opens_for_who_is_inside_and_their_entry_stays() -> None:
    bench = entered("a")
    verdicts = len(bench.verdicts)
    found(bench, "a")

    (opened,) = [record for record in bench.records if isinstance(record, HoldOpened)]
    assert (opened.reason, opened.place, opened.person_ref) == ("found_inside", "等候区", "a" * 64)
    assert CallGuard(opened.hold_id) in bench.effects
    assert len(bench.verdicts) == verdicts
    assert [one.person_ref for one in bench.door.inside.entered] == ["a" * 64]


def test_the_procedure_is_the_same_and_a_release_lets_nobody_in_twice() -> None:
    bench = entered("a")
    passage_id = found(bench, "a")
    verdicts = len(bench.verdicts)
    bench.take(HandMeasured(at=bench.now, passage_id=passage_id, contact_centi_c=3650, by="g"))
    (hold,) = bench.door.holds
    assert hold.state is HoldState.RECHECKED, "a temperature alone releases nobody who is ill"
    bench.take(
        HoldStepped(
            at=bench.now,
            hold_id=hold.hold_id,
            step=HoldState.RELEASED,
            by="g",
            details=StepDetails(),
        )
    )

    assert [one.step for one in bench.records if isinstance(one, HoldStep)][
        -1
    ] is HoldState.RELEASED
    assert len(bench.verdicts) == verdicts
    assert bench.door.desk == ()


def test_who_nobody_knew_gets_a_name_and_a_phone() -> None:
    bench = entered()
    passage_id = found(bench, None)
    bench.take(PersonIdentified(at=bench.now, person=somebody("b"), passage_id=passage_id))
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=passage_id, details=details, by="g"))

    told = [record for record in bench.records if isinstance(record, HoldIdentified)]
    assert [(one.person_ref, one.phone) for one in told] == [("b" * 64, False), ("b" * 64, True)]
    assert bench.verdicts == []


def test_contacts_are_those_who_came_in_since_the_person_did() -> None:
    bench = entered("a", "b")
    bench.wait(3600)
    found(bench, "a")
    (hold,) = bench.door.holds
    listed = ContactsFound(at=bench.now, hold_id=hold.hold_id, passages=tuple(bench.verdicts))
    bench.take(listed)

    (record,) = [record for record in bench.records if isinstance(record, ContactListed)]
    assert [entry.person_ref for entry in record.contacts] == ["b" * 64]


def test_who_is_held_already_or_is_not_inside_is_refused() -> None:
    bench = entered("a")
    found(bench, "a")
    with pytest.raises(StepRefused):
        found(bench, "a")
    with pytest.raises(StepRefused):
        bench.take(FoundInside(at=bench.now, place="窗口", by="g", passage_id="t-99"))
    with pytest.raises(StepRefused):
        bench.take(FoundInside(at=bench.now, place=" ", by="g"))


def test_a_member_of_staff_keeps_their_category() -> None:
    bench = Bench()
    bench.card("c", Category.STAFF)
    bench.steady(NORMAL)
    found(bench, "c")

    assert bench.door.holds[0].category is Category.STAFF


def ordered(bench: Bench, number: int, letter: str | None) -> OrderAnswered | None:
    """Let the centre ask for this person; return what the door answers, None for nothing."""
    order = FoundOrder(
        order_id=f"{number:032x}",
        person_ref=None if letter is None else letter * 64,
        by="王主任",
        made=format_utc(NOON.utc),
        expires=format_utc(later(NOON, ORDER_LIVES_S).utc),
    )
    before = len(bench.records)
    bench.take(FoundOrdered(at=bench.now, order=order, place="窗口"))
    answers = [one for one in bench.records[before:] if isinstance(one, OrderAnswered)]
    return answers[0] if answers else None


@pytest.mark.parametrize("letter", ["a", "e", None])
def test_what_the_centre_asks_is_done_once_and_answered_with_the_hold(letter: str | None) -> None:
    bench = entered("a")
    answer = ordered(bench, 1, letter)

    (opened,) = [record for record in bench.records if isinstance(record, HoldOpened)]
    assert answer is not None
    assert (answer.hold_id, answer.refusal) == (opened.hold_id, None)
    assert (opened.reason, opened.place, opened.ordered_by) == ("found_inside", "窗口", "王主任")
    assert opened.person_ref == (None if letter is None else letter * 64)
    assert opened.category is (Category.VISITOR if letter == "a" else Category.UNKNOWN)
    assert CallGuard(opened.hold_id) in bench.effects

    assert ordered(bench, 1, letter) is None
    assert len(bench.door.holds) == 1


def test_what_the_centre_asks_too_late_or_of_a_held_person_is_refused_in_the_journal() -> None:
    bench = entered("a", "b")
    ordered(bench, 1, "a")
    told = DoorTold(
        gate="central-2f",
        time=format_utc(bench.now.utc),
        holds=(HoldTold(hold_id="h-1", person_ref="b" * 64, state="flagged", opened=OPENED),),
    )
    bench.take(OtherDoorHeard(at=bench.now, gate="central-2f", told=told, is_live=True))
    again, there = ordered(bench, 2, "a"), ordered(bench, 3, "b")
    bench.wait(ORDER_LIVES_S + 60)
    late = ordered(bench, 4, None)

    assert [one and (one.refusal, one.hold_id) for one in (again, there, late)] == [
        (OrderRefusal.HELD, None),
        (OrderRefusal.HELD, None),
        (OrderRefusal.EXPIRED, None),
    ]
    assert len(bench.door.holds) == 1
    assert ordered(bench, 4, None) is None, "a refusal is said once, too"


def test_who_walked_away_from_a_hold_and_is_found_inside_is_held_anew() -> None:
    bench = entered("a")
    ordered(bench, 1, "a")
    bench.take(hold_step(bench, HoldState.LEFT))
    answer = ordered(bench, 2, "a")

    assert answer is not None
    assert answer.refusal is None
    assert len(bench.door.holds) == 2
