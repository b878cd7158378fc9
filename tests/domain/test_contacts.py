"""Close contacts: who is proposed, how each is judged, and what a restart remembers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from domain.benches import FEVER, NOON, Bench, hold_step, later
from gate_agent.contract.contact_records import JudgementDetails
from gate_agent.contract.contact_states import next_states
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    ContactEntry,
    ContactListed,
    ContactState,
    ContactUpdated,
    Decision,
    HoldState,
    Outcome,
    PassageDecided,
    Temperature,
)
from gate_agent.domain.contact import Contact, judge, replayed
from gate_agent.domain.door import ContactJudged, ContactsFound
from gate_agent.domain.effects import FindContacts, Note, StepRefused, WriteEvent

S = ContactState
TABLE: dict[ContactState, set[ContactState]] = {
    S.PROPOSED: {S.CONFIRMED, S.DISMISSED},
    S.CONFIRMED: {S.TRANSFERRED, S.CLEARED, S.DISMISSED},
    S.DISMISSED: set(),
    S.TRANSFERRED: set(),
    S.CLEARED: set(),
}
UTC = format_utc(NOON.utc)


def passed(name: str, apart_s: float, ref: str | None = None) -> PassageDecided:
    at = format_utc(later(NOON, apart_s).utc)
    return PassageDecided(
        passage_id=name,
        category=Category.VISITOR if ref else Category.UNKNOWN,
        person_ref=None if ref is None else ref * 64,
        decision=Decision.ADMIT,
        reasons=(),
        temperature=Temperature(outcome=Outcome.NORMAL),
        started=at,
        decided=at,
        registered=True,
        hall_mode=HallMode.OPEN,
    )


def confirmed() -> Bench:
    """Return a door with a fever of person a, held at noon and half a second, and confirmed."""
    bench = Bench()
    bench.card("a")
    bench.steady(FEVER)
    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED):
        bench.take(hold_step(bench, to))
    return bench


def find(bench: Bench, *passages: PassageDecided) -> None:
    hold_id = bench.door.holds[0].hold_id
    bench.take(ContactsFound(at=bench.now, hold_id=hold_id, passages=passages))


def listed(bench: Bench) -> list[str]:
    return [contact.entry.passage_id for contact in bench.door.contacts]


def judged(bench: Bench, contact_id: str, to: ContactState, reason: str | None = None) -> None:
    event = ContactJudged(
        at=bench.now,
        contact_id=contact_id,
        state=to,
        by="guard-1",
        details=JudgementDetails(reason=reason),
    )
    bench.take(event)


def test_a_confirmed_fever_asks_who_passed_and_proposes_the_nearest_first() -> None:
    bench = confirmed()
    hold = bench.door.holds[0]
    assert FindContacts(hold.hold_id) in bench.effects
    bench.effects.clear()

    find(
        bench,
        passed("too-early", -301),
        passed("before", -200, "b"),
        passed("himself", -20, "a"),
        passed(hold.passage_id, 0, "a"),
        passed("after", 100, "c"),
        passed("nobody-knows", -150),
        passed("again", 150, "c"),
        passed("too-late", 302),
    )

    assert listed(bench) == ["after", "nobody-knows", "before"]
    (record,) = bench.records
    assert isinstance(record, ContactListed)
    assert [entry.contact_id for entry in record.contacts] == [
        f"{hold.hold_id}-c{n}" for n in (1, 2, 3)
    ]
    assert record.contacts[0].apart_s == pytest.approx(99.5)


def test_who_is_listed_already_is_not_listed_again_even_when_dismissed() -> None:
    bench = confirmed()
    find(bench, passed("before", -200, "b"))
    contact_id = bench.door.contacts[0].entry.contact_id
    judged(bench, contact_id, S.DISMISSED, "隔着玻璃")
    bench.effects.clear()

    find(bench, passed("before", -200, "b"), passed("b-again", 60, "b"))
    assert bench.records == []
    find(bench, passed("new", 61, "d"))

    assert listed(bench) == ["before", "new"]
    assert bench.door.contacts[1].entry.contact_id.endswith("-c2")


def test_no_more_than_the_policy_says_are_proposed() -> None:
    bench = confirmed()
    policy = bench.door.policy
    contacts = policy.contacts.model_copy(update={"most": 2})
    bench.set(policy=policy.model_copy(update={"contacts": contacts}))

    find(bench, *(passed(f"p{n}", n) for n in range(1, 9)))
    find(bench, passed("p9", 9))

    assert listed(bench) == ["p1", "p2"]


def test_a_hold_closed_meanwhile_proposes_nobody() -> None:
    bench = Bench()

    bench.take(ContactsFound(at=bench.now, hold_id="h-0", passages=(passed("p", 0),)))

    assert bench.effects == [Note("contacts_too_late")]


@pytest.mark.parametrize(("state", "to"), list(product(ContactState, ContactState)))
def test_every_judgement_in_every_state(state: ContactState, to: ContactState) -> None:
    entry = ContactEntry(
        contact_id="h-1-c1",
        passage_id="p",
        person_ref=None,
        category=Category.UNKNOWN,
        passed=UTC,
        apart_s=1,
    )
    contact = Contact(hold_id="h-1", entry=entry, state=state, drill=True)
    details = JudgementDetails(reason="同行")
    event = ContactJudged(at=NOON, contact_id="h-1-c1", state=to, by="guard-1", details=details)
    assert set(next_states(state)) == TABLE[state]

    if to not in TABLE[state]:
        with pytest.raises(StepRefused) as caught:
            judge(contact, event)
        assert caught.value.code == "out_of_turn"
        return
    after, effects = judge(contact, event)

    assert after.state is to
    record = ContactUpdated(
        contact_id="h-1-c1", hold_id="h-1", state=to, by="guard-1", at=UTC, reason="同行"
    )
    assert effects == (WriteEvent(record, drill=True),)


def test_a_dismissal_and_a_clearing_have_a_reason_and_a_judge_has_a_name() -> None:
    bench = confirmed()
    find(bench, passed("before", -200, "b"))
    contact_id = bench.door.contacts[0].entry.contact_id

    with pytest.raises(StepRefused, match="a reason"):
        judged(bench, contact_id, S.DISMISSED)
    judged(bench, contact_id, S.CONFIRMED)
    with pytest.raises(StepRefused, match="a reason"):
        judged(bench, contact_id, S.CLEARED, " ")
    with pytest.raises(StepRefused, match="no such contact"):
        judged(bench, "h-9-c9", S.CONFIRMED)


def test_a_contact_outlives_its_hold_until_it_is_at_an_end() -> None:
    bench = confirmed()
    find(bench, passed("before", -200, "b"), passed("after", 100, "c"))
    first, second = (contact.entry.contact_id for contact in bench.door.contacts)
    judged(bench, first, S.DISMISSED, "隔着玻璃")
    judged(bench, second, S.CONFIRMED)
    assert len(bench.door.contacts) == 2

    bench.take(hold_step(bench, HoldState.LEFT))
    bench.take(replace(hold_step(bench, HoldState.CLOSED), disinfected=True))
    assert [contact.state for contact in bench.door.contacts] == [S.CONFIRMED]

    judged(bench, second, S.TRANSFERRED)

    assert listed(bench) == []


def test_a_restart_finds_the_contacts_as_they_were() -> None:
    bench = confirmed()
    find(bench, passed("before", -200, "b"), passed("after", 100, "c"))
    judged(bench, bench.door.contacts[0].entry.contact_id, S.CONFIRMED)
    records = [
        (effect.record, effect.drill) for effect in bench.effects if isinstance(effect, WriteEvent)
    ]

    assert replayed(records, bench.door.holds) == bench.door.contacts
    assert len(replayed(records, ())) == 2
