"""Everyone in a case has a name, a phone, companions: whatever becomes known, whenever it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, PHONE, Bench, new_door, somebody, verdict
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import (
    ByHand,
    Category,
    ContactUpdated,
    Decision,
    HoldIdentified,
    PassageDecided,
)
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    ContactsFound,
    HandMeasured,
    PersonIdentified,
    RegistrationGiven,
)
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.passage import Gathering

CHILD = Companion(name=Secret("小明"))


def identified(bench: Bench) -> list[HoldIdentified]:
    return [record for record in bench.records if isinstance(record, HoldIdentified)]


def registers(bench: Bench, passage_id: str = "t-1") -> None:
    details = RegistrationDetails(phone=PHONE, purpose="社保", companions=(CHILD,))
    bench.take(
        RegistrationGiven(at=bench.now, passage_id=passage_id, details=details, by="guard-1")
    )


def types(bench: Bench, letter: str, passage_id: str = "t-1") -> None:
    typed = ByHand(reason="no_card", by="guard-1")
    person = replace(somebody(letter), by_hand=typed)
    bench.take(PersonIdentified(at=bench.now, person=person, passage_id=passage_id))


def held(letter: str | None = "a") -> Bench:
    bench = Bench(new_door(Policy()))
    if letter:
        bench.card(letter)
    bench.steady(FEVER)
    return bench


def test_a_held_person_is_registered_with_phone_and_companions() -> None:
    bench = held()
    registers(bench)

    registration = bench.registrations[-1].registration
    assert (registration.details.phone, registration.details.companions) == (PHONE, (CHILD,))
    (told,) = identified(bench)
    assert (told.person_ref, told.phone, told.companions) == ("a" * 64, True, 1)
    assert (told.registered, told.by) == (True, "guard-1")
    assert verdict(bench)[0] is Decision.HOLD
    assert bench.verdicts[-1].registered


def test_who_was_taken_aside_is_registered_at_the_desk() -> None:
    bench = held()
    bench.nobody_for(5)
    registers(bench)

    assert bench.registrations[-1].registration.details.phone == PHONE
    assert bench.verdicts[-1].passage_id == "t-1"


def test_a_document_typed_for_a_nameless_hold_names_it_wherever_the_person_waits() -> None:
    bench = held(None)
    bench.nobody_for(5)
    types(bench, "b")
    registers(bench)

    assert bench.door.holds[0].person_ref == "b" * 64
    assert bench.door.holds[0].category is Category.VISITOR
    assert [told.by for told in identified(bench)] == ["guard-1"] * 2
    assert bench.verdicts[-1].person_ref == "b" * 64


def test_a_wrong_document_is_corrected() -> None:
    bench = held("a")
    types(bench, "b")

    assert bench.door.holds[0].person_ref == "b" * 64
    assert identified(bench)[-1].person_ref == "b" * 64
    assert bench.registrations[-1].registration.person.person_ref == "b" * 64


def test_what_is_registered_in_the_hold_need_not_be_asked_again() -> None:
    bench = held()
    registers(bench)
    bench.take(HandMeasured(at=bench.now, passage_id="t-1", contact_centi_c=3660, by="guard-1"))
    bench.take(RegistrationGiven(at=bench.now, passage_id="t-1", by="guard-1"))

    assert isinstance(bench.door.passage, Gathering)  # nothing but the child is waited for
    assert bench.door.passage.known_phone == PHONE
    assert bench.registrations[-1].registration.details.phone == PHONE


def test_nobody_is_registered_without_a_document() -> None:
    bench = held(None)

    with pytest.raises(StepRefused, match="document"):
        registers(bench)


def test_the_patient_is_never_his_own_contact() -> None:
    bench = held(None)
    before = PassageDecided.model_validate(
        bench.verdicts[0].model_dump()
        | {"passage_id": "old-1", "person_ref": "b" * 64, "decision": "admit", "hold_id": None}
    )
    bench.take(ContactsFound(at=bench.now, hold_id="t-2", passages=(before,)))
    assert len(bench.door.contacts) == 1
    types(bench, "b")

    (judged,) = [record for record in bench.records if isinstance(record, ContactUpdated)]
    assert (judged.state, judged.reason) == ("dismissed", "patient")


def test_a_document_for_somebody_who_waits_for_a_card_is_theirs() -> None:
    bench = Bench()
    bench.steady(3420)
    bench.nobody_for(2)
    bench.read(3420)
    types(bench, "a")

    assert verdict(bench) == (Decision.ADMIT, ())
    assert bench.verdicts[-1].passage_id == "t-1"


def test_a_document_for_a_passage_that_has_one_or_is_none_is_refused() -> None:
    bench = Bench(new_door(Policy()))
    bench.card()
    bench.steady(3420)

    with pytest.raises(StepRefused):
        types(bench, "b")
    with pytest.raises(StepRefused, match="passage"):
        types(bench, "b", "t-9")
