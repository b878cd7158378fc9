"""A card laid again is most likely of who laid it before, whoever stands at the spot by now."""

from __future__ import annotations

import pytest

from domain.benches import NORMAL, PHONE, somebody
from domain.named import FLAG, Named
from gate_agent.contract.contact_records import ContactState
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ContactListed, ContactUpdated, Decision, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import ContactsFound, RegistrationGiven, TrustChanged
from gate_agent.domain.effects import FindContacts, StepRefused
from gate_agent.domain.passage import Registering

A, B, C = "a" * 64, "b" * 64, "c" * 64


@pytest.mark.parametrize("readings", [2, 5], ids=["still measured", "measured"])
@pytest.mark.parametrize("after_s", [2, 6, 15])
def test_the_card_of_who_just_went_in_names_the_next_one_unsurely(
    after_s: float, readings: int
) -> None:
    bench = Named()
    bench.card("a")
    bench.steady(NORMAL)
    assert bench.verdicts[-1].person_ref == A
    bench.nobody_for(after_s)
    bench.read(*[NORMAL] * readings)
    bench.card("a")
    bench.read(*[NORMAL] * (5 - readings))

    assert (bench.verdicts[-1].person_ref, bench.verdicts[-1].unsure) == (A, True)


def test_the_card_of_who_just_went_in_names_who_waits_for_a_hand_unsurely() -> None:
    bench = Named()
    bench.card("a")
    bench.steady(NORMAL)
    bench.take(TrustChanged(at=bench.now, trusted=False))
    bench.nobody_for(3)
    bench.steady(NORMAL)
    waits = bench.door.passage.passage_id or ""
    bench.card("a")

    assert (bench.place(waits).person, bench.place(waits).unsure) == (somebody("a"), True)
    bench.by_hand(waits)
    assert not bench.door.cleared


def test_who_comes_back_a_minute_later_is_surely_named() -> None:
    bench = Named()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(60)
    bench.read(NORMAL, NORMAL)
    bench.card("a")
    bench.read(*[NORMAL] * 3)

    assert not bench.verdicts[-1].unsure


def test_a_card_laid_twice_before_the_next_one_steps_up_is_not_surely_theirs() -> None:
    bench = Named()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.card("a")
    bench.steady(NORMAL)

    assert bench.verdicts[-1].unsure


def test_the_same_card_never_becomes_sure_by_being_laid_a_third_time() -> None:
    bench = Named()
    bench.card("a")
    bench.steady(NORMAL)
    bench.nobody_for(2)
    bench.set(policy=Policy())
    bench.steady(NORMAL)
    bench.card("a")
    assert isinstance(bench.door.passage, Registering)
    bench.card("a")

    assert bench.door.passage.unsure


def held_by_the_card_behind() -> tuple[Named, str]:
    """A is flagged without a card; B, who is behind, lays theirs over A's shoulder."""
    bench = Named()
    bench.set(policy=Policy())
    bench.steady(FLAG)
    held = bench.door.passage.passage_id or ""
    bench.card("b")
    assert bench.hold.person_ref == B
    return bench, held


@pytest.mark.parametrize("after_s", [1.5, 7, 15])
def test_not_theirs_of_a_hold_gives_the_card_to_who_is_behind(after_s: float) -> None:
    bench, held = held_by_the_card_behind()
    bench.nobody_for(after_s)
    bench.steady(NORMAL)
    behind = bench.door.passage.passage_id or ""
    bench.judge(held, theirs=False)

    assert (bench.hold.person_ref, bench.newest.person_ref) == (None, None)
    assert {one.passage_id: one.person_ref for one in bench.verdicts} == {held: None}
    owner = bench.place(behind)
    assert isinstance(owner, Registering)
    assert owner.person == somebody("b")
    bench.judge(behind, theirs=True)
    details = RegistrationDetails(phone=PHONE)
    bench.take(RegistrationGiven(at=bench.now, passage_id=behind, details=details))
    assert (bench.verdicts[-1].decision, bench.verdicts[-1].person_ref) == (Decision.ADMIT, B)
    bench.type_document(held, "a")
    assert bench.hold.person_ref == A
    assert len(bench.door.holds) == 1


def test_not_theirs_of_a_hold_before_the_owner_comes_lets_them_lay_it_as_usual() -> None:
    bench, held = held_by_the_card_behind()
    bench.judge(held, theirs=False)
    bench.nobody_for(30)
    bench.steady(NORMAL)
    bench.card("b")

    owner = bench.door.passage
    assert isinstance(owner, Registering)
    assert owner.person == somebody("b")
    assert bench.hold.person_ref is None


@pytest.mark.parametrize("readings", [2, 5], ids=["still measured", "measured"])
def test_the_owner_who_lays_it_again_takes_nobodys_hold(readings: int) -> None:
    bench, held = held_by_the_card_behind()
    bench.nobody_for(2)
    bench.read(*[NORMAL] * readings)
    behind = bench.door.passage.passage_id or ""
    bench.card("b")
    bench.read(*[NORMAL] * (5 - readings))

    first, second = bench.door.holds
    assert (first.passage_id, second.passage_id) == (held, behind)
    assert bench.place(held).card_asked
    assert bench.place(behind).card_asked
    bench.judge(held, theirs=False)
    first, second = bench.door.holds
    assert (first.person_ref, second.person_ref) == (None, B)
    bench.judge(behind, theirs=True)
    bench.by_hand(behind)
    assert bench.door.holds[-1].state is HoldState.RELEASED
    assert isinstance(bench.place(behind), Registering)
    assert bench.door.holds[0].state is HoldState.FLAGGED


def test_whose_name_is_taken_off_a_hold_is_its_contact_again() -> None:
    bench = Named()
    bench.card("b")
    bench.steady(NORMAL)
    passed = bench.verdicts[-1]
    bench.nobody_for(30)
    bench.steady(FLAG)
    hold = bench.hold
    bench.by_hand(hold.passage_id, 3800)  # confirmed
    looks = ContactsFound(at=bench.now, hold_id=hold.hold_id, passages=(passed,))
    bench.take(looks)
    bench.card("b")
    told = [one for one in bench.records if isinstance(one, ContactUpdated)]
    assert [(one.state, one.reason) for one in told] == [(ContactState.DISMISSED, "patient")]

    bench.judge(hold.passage_id, theirs=False)
    assert bench.effects[-1] == FindContacts(hold.hold_id)
    bench.take(looks)
    first, again = [one for one in bench.records if isinstance(one, ContactListed)]
    assert [one.person_ref for one in again.contacts] == [B]
    assert first.contacts[0].contact_id != again.contacts[0].contact_id


def test_a_sure_name_is_judged_in_a_hold_alone_and_only_to_take_it_off() -> None:
    bench, held = held_by_the_card_behind()
    with pytest.raises(StepRefused):
        bench.judge(held, theirs=True)
