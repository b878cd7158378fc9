"""The whole table of a hold: every step in every state, its deadline, and what it must bring."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from domain.benches import NOON, Bench, later
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.policy import CallEntry, HoldPolicy, Policy
from gate_agent.contract.records import (
    Category,
    HoldClosed,
    HoldOverdue,
    HoldState,
    HoldStep,
    NoteKind,
)
from gate_agent.domain.door import HoldStepped, PolicyChanged
from gate_agent.domain.effects import CallGuard, FindContacts, StepRefused, WriteEvent
from gate_agent.domain.events import NoteTaken
from gate_agent.domain.hold import Hold, hold_overdue, next_steps, note_hold, open_hold, step_hold

S = HoldState
POLICY = HoldPolicy(
    acknowledge_s=11, recheck_s=22, decide_s=33, report_s=44, transfer_s=55, close_s=66
)
TABLE: dict[HoldState, set[HoldState]] = {
    S.FLAGGED: {S.ACKNOWLEDGED, S.LEFT},
    S.ACKNOWLEDGED: {S.RECHECKED, S.LEFT},
    S.RECHECKED: {S.CONFIRMED, S.RELEASED, S.LEFT},
    S.CONFIRMED: {S.REPORTED, S.RELEASED, S.LEFT},
    S.REPORTED: {S.TRANSFERRED, S.RELEASED, S.LEFT},
    S.TRANSFERRED: {S.CLOSED},
    S.RELEASED: {S.CLOSED},
    S.LEFT: {S.CLOSED},
    S.CLOSED: set(),
}
DUE_S = {
    S.FLAGGED: 11, S.ACKNOWLEDGED: 22, S.RECHECKED: 33, S.CONFIRMED: 44, S.REPORTED: 55,
    S.TRANSFERRED: 66, S.RELEASED: 66, S.LEFT: 66,
}  # fmt: skip


def a_hold(state: HoldState = S.FLAGGED, *, drill: bool = False) -> Hold:
    hold, _ = open_hold(
        hold_id="h-1",
        passage_id="p-1",
        person_ref=None,
        category=Category.UNKNOWN,
        reason="elevated",
        temperature=None,
        at=NOON,
        policy=POLICY,
        drill=drill,
    )
    return replace(hold, state=state)


def a_step(to: HoldState) -> HoldStepped:
    return HoldStepped(
        at=later(NOON, 5),
        hold_id="h-1",
        step=to,
        by="guard-1",
        details=StepDetails(contact_centi_c=3650, to="疾控中心", note="a note"),
        disinfected=True,
    )


def lacking(event: HoldStepped, missing: dict[str, object]) -> HoldStepped:
    """Return the step with these fields of it, or of its details, changed."""
    of_details = {name: missing[name] for name in missing.keys() & StepDetails.model_fields}
    rest = {name: missing[name] for name in missing.keys() - of_details.keys()}
    details = event.details.model_copy(update=of_details)
    return replace(event, details=details, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "to"), list(product(HoldState, HoldState)))
def test_every_step_in_every_state_is_done_or_refused(state: HoldState, to: HoldState) -> None:
    hold = replace(a_hold(state), overdue=2)

    if to not in TABLE[state]:
        with pytest.raises(StepRefused) as caught:
            step_hold(hold, a_step(to), POLICY)
        assert caught.value.code == "out_of_turn"
        return
    moved, effects = step_hold(hold, a_step(to), POLICY)

    written = effects[0]
    assert isinstance(written, WriteEvent)
    assert isinstance(written.record, HoldStep)
    assert (written.record.step, written.record.by) == (to, "guard-1")
    assert written.record.deadline_s == DUE_S.get(to)
    if to is S.CLOSED:
        assert moved is None
        assert isinstance(effects[1], WriteEvent)
        closed = effects[1].record
        assert isinstance(closed, HoldClosed)
        assert closed.outcome == state
        assert closed.disinfected
    else:
        assert moved is not None
        assert (moved.state, moved.due_s, moved.overdue) == (to, DUE_S[to], 0)
        assert moved.due_ns == later(NOON, 5 + DUE_S[to]).boot_ns
        looks = to in (S.CONFIRMED, S.REPORTED, S.TRANSFERRED)
        assert effects[1:] == ((FindContacts("h-1"),) if looks else ())


def test_the_next_steps_are_those_of_the_table() -> None:
    for state in HoldState:
        assert set(next_steps(state)) == TABLE[state]
        assert next_steps(a_hold(state)) == next_steps(state)


@pytest.mark.parametrize(
    ("state", "to", "missing"),
    [
        (S.ACKNOWLEDGED, S.RECHECKED, {"contact_centi_c": None}),
        (S.ACKNOWLEDGED, S.RECHECKED, {"contact_centi_c": 2499}),
        (S.ACKNOWLEDGED, S.RECHECKED, {"contact_centi_c": 4501}),
        (S.RECHECKED, S.RELEASED, {"contact_centi_c": None}),
        (S.CONFIRMED, S.RELEASED, {"contact_centi_c": None}),
        (S.CONFIRMED, S.REPORTED, {"to": None}),
        (S.CONFIRMED, S.REPORTED, {"to": "  "}),
        (S.REPORTED, S.TRANSFERRED, {"to": None}),
        (S.RELEASED, S.CLOSED, {"disinfected": False}),
        (S.TRANSFERRED, S.CLOSED, {"disinfected": False}),
        (S.LEFT, S.CLOSED, {"disinfected": False}),
        (S.FLAGGED, S.ACKNOWLEDGED, {"by": ""}),
        (S.RECHECKED, S.RELEASED, {"by": " "}),
    ],
)
def test_a_step_without_what_it_must_bring_is_refused(
    state: HoldState, to: HoldState, missing: dict[str, object]
) -> None:
    with pytest.raises(StepRefused) as caught:
        step_hold(a_hold(state), lacking(a_step(to), missing), POLICY)

    assert caught.value.code == "invalid"


def test_a_release_may_stand_on_the_contact_reading_of_the_recheck() -> None:
    rechecked, _ = step_hold(a_hold(S.ACKNOWLEDGED), a_step(S.RECHECKED), POLICY)
    assert rechecked is not None

    release = lacking(a_step(S.RELEASED), {"contact_centi_c": None})
    released, effects = step_hold(rechecked, release, POLICY)

    assert released is not None
    assert released.contact_centi_c == 3650
    assert isinstance(effects[0], WriteEvent)
    assert isinstance(effects[0].record, HoldStep)
    assert effects[0].record.contact_centi_c == 3650


@pytest.mark.parametrize("own", [None, 3730, 3900])
def test_a_reading_above_the_line_is_confirmed_before_anything_releases(own: int | None) -> None:
    fever = replace(a_step(S.RECHECKED), details=StepDetails(contact_centi_c=3850))
    rechecked, _ = step_hold(a_hold(S.ACKNOWLEDGED), fever, POLICY)
    assert rechecked is not None
    release = replace(a_step(S.RELEASED), details=StepDetails(contact_centi_c=own))

    with pytest.raises(StepRefused, match="confirmed, or a contact reading below 3730"):
        step_hold(rechecked, release, POLICY)

    well = replace(a_step(S.RELEASED), details=StepDetails(contact_centi_c=3729))
    assert step_hold(rechecked, well, POLICY)[0] is not None
    confirmed, _ = step_hold(rechecked, a_step(S.CONFIRMED), POLICY)
    assert confirmed is not None
    assert step_hold(confirmed, release, POLICY)[0] is not None  # on other grounds


def test_a_missed_deadline_escalates_and_is_armed_anew() -> None:
    hold = a_hold()
    assert hold_overdue(hold, later(NOON, 10.9)) == (hold, ())

    first, effects = hold_overdue(hold, later(NOON, 11))
    second, again = hold_overdue(first, later(NOON, 500))

    assert isinstance(effects[0], CallGuard)
    assert isinstance(effects[1], WriteEvent)
    assert effects[1].record == HoldOverdue(hold_id="h-1", state=S.FLAGGED, due_s=11, escalation=1)
    assert first.due_ns == later(NOON, 22).boot_ns
    assert second.overdue == 2
    assert second.due_ns == later(NOON, 511).boot_ns
    assert len(again) == 2


def test_everything_of_a_drill_is_marked_as_one() -> None:
    hold = a_hold(S.LEFT, drill=True)
    _, late = hold_overdue(hold, later(NOON, 100))
    _, closed = step_hold(hold, a_step(S.CLOSED), POLICY)

    writes = [effect for effect in (*late, *closed) if isinstance(effect, WriteEvent)]

    assert len(writes) == 3
    assert all(write.drill for write in writes)


def test_a_drill_looks_for_no_contacts() -> None:
    for state, to in ((S.RECHECKED, S.CONFIRMED), (S.CONFIRMED, S.REPORTED)):
        _, effects = step_hold(a_hold(state, drill=True), a_step(to), POLICY)

        assert not any(isinstance(effect, FindContacts) for effect in effects)


def test_a_hold_is_carried_through_at_the_door_and_then_is_gone() -> None:
    bench = Bench()
    bench.steady(3850)
    (hold,) = bench.door.holds
    for to in (S.ACKNOWLEDGED, S.RECHECKED, S.CONFIRMED, S.REPORTED, S.TRANSFERRED, S.CLOSED):
        bench.wait(5)
        bench.take(replace(a_step(to), at=bench.now, hold_id=hold.hold_id))

    assert bench.door.holds == ()
    assert [type(record) for record in bench.records[-7:]] == [*[HoldStep] * 6, HoldClosed]


def test_a_new_policy_leaves_a_running_deadline_and_sets_the_next() -> None:
    bench = Bench()
    bench.steady(3850)
    running = bench.door.holds[0].due_ns
    bench.take(PolicyChanged(at=bench.now, policy=Policy(version=2, hold=POLICY)))
    assert bench.door.holds[0].due_ns == running

    hold_id = bench.door.holds[0].hold_id
    bench.take(replace(a_step(S.ACKNOWLEDGED), at=bench.now, hold_id=hold_id))

    assert bench.door.holds[0].due_s == 22


def test_only_the_hold_that_is_late_escalates() -> None:
    bench = Bench()
    bench.steady(3850)
    bench.nobody_for(1.2)
    bench.wait(5)
    bench.steady(3850)
    assert len(bench.door.holds) == 2

    bench.effects.clear()
    bench.wait_for_deadline()

    late = [record for record in bench.records if isinstance(record, HoldOverdue)]
    assert [record.hold_id for record in late] == [bench.door.holds[0].hold_id]
    assert [hold.overdue for hold in bench.door.holds] == [1, 0]


_CALLS = (CallEntry(post="带班领导", phone="12"), CallEntry(post="区疫情防控办", phone="12"))
_NUMBER = "东疾控〔2026〕12号"


@pytest.mark.parametrize(
    ("to", "calls", "number", "done"),
    [
        ("带班领导", _CALLS, None, False),
        ("带班领导", _CALLS, _NUMBER, False),
        ("带班领导", _CALLS[:1], None, True),  # nobody else is on the list
        ("带班领导", _CALLS[:1], _NUMBER, False),
        ("区疫情防控办", _CALLS, None, True),
        ("区疫情防控办", _CALLS, _NUMBER, True),
        ("街道社区", (), _NUMBER, True),
    ],
)
def test_a_report_leaves_the_hall_and_an_offices_number_comes_from_an_office(
    to: str, calls: tuple[CallEntry, ...], number: str | None, *, done: bool
) -> None:
    event = lacking(a_step(S.REPORTED), {"to": to, "office_reference": number})
    if done:
        moved, _ = step_hold(a_hold(S.CONFIRMED), event, POLICY, calls)
        assert moved is not None
        assert moved.steps[-1].office_reference == number
    else:
        with pytest.raises(StepRefused):
            step_hold(a_hold(S.CONFIRMED), event, POLICY, calls)


@pytest.mark.parametrize(("state", "to"), [
    (state, to) for state, steps in TABLE.items() for to in sorted(steps - {S.REPORTED})
])  # fmt: skip
def test_an_offices_number_goes_with_no_other_step(state: HoldState, to: HoldState) -> None:
    with pytest.raises(StepRefused, match="office_reference"):
        step_hold(a_hold(state), lacking(a_step(to), {"office_reference": _NUMBER}), POLICY)


def test_an_offices_number_may_come_later_in_an_answered_call_to_it() -> None:
    def call(kind: NoteKind = NoteKind.CALLED, **more: object) -> NoteTaken:
        told = {"to": "区疫情防控办", "answered": True, "office_reference": _NUMBER} | more
        details = NoteDetails.model_validate(told)
        return NoteTaken(at=NOON, hold_id="h-1", kind=kind, by="guard-1", details=details)

    for state in (S.CONFIRMED, S.REPORTED, S.TRANSFERRED, S.RELEASED, S.LEFT):
        noted, _ = note_hold(a_hold(state), call())
        assert noted.notes[-1].office_reference == _NUMBER
    for wrong in (call(answered=False), call(to="带班领导"), call(NoteKind.COUNSELLED)):
        with pytest.raises(StepRefused, match="office_reference"):
            note_hold(a_hold(S.REPORTED), wrong)
