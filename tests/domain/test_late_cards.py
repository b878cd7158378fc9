"""A card that comes late, of somebody who goes in without one, makes nobody new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import NORMAL, PHONE, Bench, new_door, somebody
from domain.test_group import Family, family
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    ByHand,
    ContactListed,
    ContactState,
    ContactUpdated,
    Decision,
)
from gate_agent.domain.door import (
    CardUnreadable,
    ContactsFound,
    FoundInside,
    GuardOverrode,
    PersonIdentified,
)
from gate_agent.domain.effects import Note
from gate_agent.domain.passage import Registering

A, B, C = "a" * 64, "b" * 64, "c" * 64


def people(bench: Bench) -> dict[str, str | None]:
    """Return who each passage is of, by its newest verdict."""
    return {one.passage_id: one.person_ref for one in bench.verdicts}


def just_in() -> tuple[Family, str]:
    """An adult has registered; a companion without a card is measured, and all go in at once."""
    bench = family(1)
    bench.registers()
    child = bench.comes()
    assert bench.admitted() == [bench.adult, child]
    return bench, child


@pytest.mark.parametrize("stands", [True, False], ids=["stands there", "stepped aside"])
@pytest.mark.parametrize("after_s", [0.5, 3, 8, 15])
def test_a_companions_card_after_the_group_went_in_names_the_companion(
    *, after_s: float, stands: bool
) -> None:
    bench, child = just_in()
    if stands:
        bench.read(*[NORMAL] * round(after_s * 10))
    else:
        bench.nobody_for(max(after_s, 1.2))
    bench.card("b")

    assert people(bench) == {bench.adult: A, child: B}
    newest = bench.newest(child)
    assert (newest.decision, newest.with_passage) == (Decision.ADMIT, bench.adult)
    assert newest.unsure is not stands
    assert bench.admitted() == [bench.adult, child], "nobody goes in twice"
    assert {one.person_ref for one in bench.door.inside.entered} == {A, B}
    (mine,) = [
        one.registration for one in bench.registrations if one.registration.person.person_ref == B
    ]
    assert mine.adult is not None
    assert (mine.passage_id, mine.details.phone, mine.adult.person_ref) == (child, PHONE, A)


@pytest.mark.parametrize("after_s", [0.5, 6])
def test_a_card_that_cannot_be_read_at_first_names_the_companion_when_it_can(
    after_s: float,
) -> None:
    bench, child = just_in()
    bench.take(CardUnreadable(at=bench.now, fault="shape"))
    bench.nobody_for(after_s)
    bench.card("b")

    assert people(bench)[child] == B


def test_a_document_typed_late_names_the_companion_too() -> None:
    bench, child = just_in()
    bench.nobody_for(3)
    typed = replace(somebody("b"), by_hand=ByHand(reason="card_damaged", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=child))

    assert people(bench) == {bench.adult: A, child: B}
    assert not bench.newest(child).unsure


def test_who_a_guard_let_in_without_a_name_has_it_by_a_late_card() -> None:
    bench = Bench()
    bench.steady(NORMAL)
    override = GuardOverrode(
        at=bench.now, passage_id="t-1", decision=Decision.ADMIT, by="g", reason="duty_leader"
    )
    bench.take(override)
    bench.read(*[NORMAL] * 5)
    bench.card("b")

    assert people(bench) == {"t-1": B}


def test_a_card_after_the_pairing_time_is_of_somebody_new() -> None:
    bench, child = just_in()
    bench.nobody_for(21)
    bench.card("b")
    bench.steady(NORMAL)

    assert bench.newest(child).person_ref not in (A, B)
    assert bench.door.passage.passage_id != child
    assert bench.door.passage.person == somebody("b")


def test_a_card_while_the_group_waits_names_who_stepped_aside() -> None:
    bench = family(1)
    child = bench.comes()
    bench.nobody_for(2)
    bench.card("b")
    assert bench.newest_state(child).person == somebody("b")

    bench.registers()
    assert bench.admitted() == [bench.adult, child]
    assert people(bench) == {bench.adult: A, child: B}


def test_a_card_while_another_of_the_group_is_awaited_is_of_that_one() -> None:
    bench = family(2)
    first = bench.comes()
    bench.nobody_for(2)
    bench.card("b")
    second = bench.comes()

    assert bench.newest_state(first).person is None
    assert bench.newest_state(second).person == somebody("b")


def test_who_comes_up_with_a_card_that_named_a_companion_by_time_has_it_back() -> None:
    bench = family(1)
    child = bench.comes()
    bench.nobody_for(2)
    bench.card("b")  # laid first by who is behind
    bench.nobody_for(6)
    bench.steady(NORMAL)
    bench.card("b")

    assert bench.newest_state(child).person is None
    other = bench.door.passage
    assert isinstance(other, Registering)
    assert (other.person, other.adult, other.unsure) == (somebody("b"), None, True)


def test_a_late_card_of_somebody_who_is_to_stay_stops_them() -> None:
    bench = Family(new_door(Policy()))
    bench.card("b")
    bench.steady(3850)
    bench.nobody_for(30)
    bench.card("a")
    bench.steady(NORMAL)
    adult = bench.door.passage.passage_id or ""
    registering = bench.door.passage
    assert isinstance(registering, Registering)
    bench.set(passage=replace(registering, companions=1))
    child = bench.comes()
    bench.register(adult)
    assert bench.admitted() == [adult, child]
    bench.card("b")

    assert bench.newest(child).decision is Decision.HOLD
    assert bench.newest(child).reasons == ("open_hold",)


def test_the_adults_card_laid_again_names_no_companion() -> None:
    bench, child = just_in()
    bench.read(*[NORMAL] * 5)

    assert bench.card("a") == (Note("same_card"),)
    assert bench.newest(child).person_ref != A


def test_a_patient_who_is_named_late_is_no_contact_of_their_own_case() -> None:
    bench, child = just_in()
    bench.nobody_for(2)
    bench.take(FoundInside(at=bench.now, place="2F", by="g", person=somebody("b")))
    hold = bench.door.holds[-1]
    newest = {one.passage_id: one for one in bench.verdicts}
    found = ContactsFound(at=bench.now, hold_id=hold.hold_id, passages=tuple(newest.values()))
    bench.take(found)
    (listed,) = [one for one in bench.records if isinstance(one, ContactListed)]
    theirs = {one.passage_id: one.contact_id for one in listed.contacts}
    bench.card("b")  # the companion was the patient

    told = [one for one in bench.records if isinstance(one, ContactUpdated)]
    assert [(one.contact_id, one.state, one.reason) for one in told] == [
        (theirs[child], ContactState.DISMISSED, "patient")
    ]


@pytest.mark.parametrize("named", ["before", "after"])
def test_a_companion_found_inside_and_named_by_a_document_is_no_contact_of_their_own(
    named: str,
) -> None:
    bench, child = just_in()
    bench.nobody_for(25)
    bench.take(FoundInside(at=bench.now, place="2F", by="g", passage_id=child))
    hold = bench.door.holds[-1]
    newest = {one.passage_id: one for one in bench.verdicts}
    looks = ContactsFound(at=bench.now, hold_id=hold.hold_id, passages=tuple(newest.values()))
    if named == "after":
        bench.take(looks)
    typed = replace(somebody("b"), by_hand=ByHand(reason="no_card", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=hold.passage_id))
    bench.take(looks)

    assert bench.door.holds[-1].person_ref == B
    listed = [one for one in bench.records if isinstance(one, ContactListed)]
    assert [one.passage_id for record in listed for one in record.contacts] == [bench.adult]
