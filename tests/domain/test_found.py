"""Who falls ill inside: a hold without a door, the same procedure, nobody's passage changed."""

from __future__ import annotations

import pytest

from domain.benches import NORMAL, PHONE, Bench, somebody
from gate_agent.contract.hold_records import StepDetails
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
    HandMeasured,
    HoldStepped,
    PersonIdentified,
    RegistrationGiven,
)
from gate_agent.domain.effects import CallGuard, StepRefused


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
