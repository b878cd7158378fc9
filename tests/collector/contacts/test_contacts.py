"""Close contacts of a hold: over both doors, with the doors' own list, judged by the office."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.hall_of_doors import TEN, Hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.free_text import sealed_text
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import (
    Category,
    ContactEntry,
    ContactListed,
    ContactState,
    ContactUpdated,
    Decision,
    HoldIdentified,
    HoldOpened,
    HoldState,
)
from gate_agent.words import LANGS, WORDS, word
from gate_collector.contacts.judging import Unjudgeable, judge
from gate_collector.contacts.trace import Case, trace

_POLICY = ContactsPolicy(before_s=300, after_s=300)


def _case(one: Hall) -> Case:
    one.settle()
    case = trace(one.engine, "west-1f", "hold-1", _POLICY)
    assert case is not None
    return case


def _near(case: Case) -> dict[str, str]:
    return {near.person_ref: near.gate for near in case.contacts}


def test_who_passed_either_door_around_the_hold_is_near_and_nobody_else(one: Hall) -> None:
    one.west.passage(who="before", at=TEN - timedelta(seconds=120))
    one.central.passage(who="at the other door", at=TEN + timedelta(seconds=60))
    one.central.passage(who="staff", category=Category.STAFF, at=TEN)
    one.west.passage(who="an hour ago", at=TEN - timedelta(hours=1))
    one.west.passage(who="drill", at=TEN, drill=True)
    one.west.hold("hold-1")

    found = _near(_case(one))

    assert found == {
        ref("before"): "west-1f",
        ref("at the other door"): "central-2f",
        ref("staff"): "central-2f",
    }


def test_who_came_in_while_the_held_person_was_inside_is_near(one: Hall) -> None:
    one.central.passage(who="feverish", at=TEN - timedelta(minutes=50))
    one.west.passage(who="inside", at=TEN - timedelta(minutes=40))
    one.west.passage(who="earlier", at=TEN - timedelta(minutes=55))
    one.west.hold("hold-1")

    case = _case(one)

    assert [(near.person_ref, near.inside) for near in case.contacts] == [(ref("inside"), True)]
    assert case.entered == format_utc(TEN - timedelta(minutes=50))


def test_what_the_guard_listed_and_said_is_kept(one: Hall) -> None:
    one.west.hold("hold-1")
    entry = ContactEntry(
        contact_id="c1", passage_id="p", person_ref=ref("companion"), category=Category.VISITOR,
        passed=format_utc(TEN), apart_s=-30,
    )  # fmt: skip
    one.west.say(ContactListed(hold_id="hold-1", listed=format_utc(TEN), contacts=(entry,)))
    one.west.say(
        ContactUpdated(
            contact_id="c1", hold_id="hold-1", state=ContactState.CONFIRMED, by="guard",
            at=format_utc(TEN), reason=sealed_text("a" * 16, "Ym94"),
        )
    )  # fmt: skip

    (near,) = _case(one).contacts

    assert (near.person_ref, near.listed, near.state) == (
        ref("companion"), True, ContactState.CONFIRMED,
    )  # fmt: skip
    assert [near.reason(lang) for lang in LANGS] == [word("term.sealed", lang) for lang in LANGS]


def test_the_office_brings_each_contact_to_an_end_with_a_reason(one: Hall) -> None:
    one.west.passage(who="before", at=TEN - timedelta(seconds=10))
    one.west.hold("hold-1")

    def say(state: ContactState, reason: str = "") -> None:
        judge(one.engine, _case(one), ref("before"), state, by="王科长", at=TEN, reason=reason)

    with pytest.raises(Unjudgeable, match="confirmed or dismissed, got cleared"):
        say(ContactState.CLEARED)
    with pytest.raises(Unjudgeable, match="a reason"):
        say(ContactState.DISMISSED)
    say(ContactState.CONFIRMED)
    say(ContactState.TRANSFERRED, "送观察点")

    (near,) = _case(one).contacts
    assert (near.state, near.by) == (ContactState.TRANSFERRED, "王科长")
    assert near.reason("zh") == "送观察点"
    assert near.next == ()


def test_the_page_lists_and_takes_a_judgement(one: Hall) -> None:
    one.west.passage(who="before", at=TEN - timedelta(seconds=10))
    one.west.hold("hold-1")
    one.settle()
    with serving(app_of(centre_of(one))) as client:
        assert "/contacts/west-1f/hold-1" in client.get("/contacts").text
        page = client.get("/contacts/west-1f/hold-1").text
        people = [{"person_ref": ref("before"), "seen": 0}]
        body = {"by": "王科长", "people": people, "state": "confirmed"}
        answer = client.post("/contacts/west-1f/hold-1", json=body)
        after = client.get("/contacts/west-1f/hold-1").text
        nowhere = client.get("/contacts/west-1f/none")

    assert "待确认" in page
    assert answer.status_code == 201
    assert "王科长" in after
    assert nowhere.status_code == 404


def test_the_page_of_a_case_shows_all_that_its_steps_brought(one: Hall) -> None:
    brought = StepDetails(
        contact_centi_c=3790,
        to="发热门诊",
        note="家属同行",
        vehicle="负压救护车",
        office_reference="东疾控〔2026〕12号",
    )
    one.west.hold("hold-1")
    one.west.step("hold-1", HoldState.REPORTED, brought=brought)
    one.west.step("hold-2", HoldState.ACKNOWLEDGED)

    one.settle()
    with serving(app_of(centre_of(one))) as client:
        page = client.get("/cases/west-1f/hold-1").text

    assert "37.90 ℃" in page
    for field, value in brought.model_dump(exclude={"contact_centi_c"}).items():
        assert f"{WORDS.word(f'step_detail.{field}')} {value}" in page
    assert "已响应" not in page, "of another hold"


def test_who_is_held_before_a_card_has_a_name_at_the_centre_and_is_nobodys_contact(
    one: Hall,
) -> None:
    passage_id = one.west.passage(who="patient", at=TEN, decision=Decision.HOLD, hold_id="hold-1")
    opened = HoldOpened(
        hold_id="hold-1", passage_id=passage_id, person_ref=None, category=Category.UNKNOWN,
        reason="elevated", surface_centi_c=3790, opened=format_utc(TEN), deadline_s=15,
    )  # fmt: skip
    one.west.say(opened, at=TEN)
    listed = ContactEntry(
        contact_id="hold-1-c1", passage_id="p-0", person_ref=ref("patient"),
        category=Category.VISITOR, passed=format_utc(TEN), apart_s=-1,
    )  # fmt: skip
    one.west.say(ContactListed(hold_id="hold-1", listed=format_utc(TEN), contacts=(listed,)))
    known = HoldIdentified(
        hold_id="hold-1", passage_id=passage_id, person_ref=ref("patient"),
        category=Category.VISITOR, registered=True, phone=True, by="gate", at=format_utc(TEN),
    )  # fmt: skip
    one.west.say(known, at=TEN)

    case = _case(one)

    assert case.person_ref == ref("patient")
    assert case.contacts == ()
