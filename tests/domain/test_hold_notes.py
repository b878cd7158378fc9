"""What is noted on a hold beside its steps, drills, and to whom a missed deadline goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.benches import FEVER, PHONE_OPTIONAL, Bench, hold_step
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.policy import CallEntry
from gate_agent.contract.records import HoldClosed, HoldOverdue, HoldState, NoteKind
from gate_agent.domain.door import DrillStarted, HoldStepped, NoteTaken, PolicyChanged
from gate_agent.domain.effects import CallGuard, StepRefused, WriteEvent
from gate_agent.domain.hold import MOST_NOTES, escalates_to

CALLS = (CallEntry(post="值班领导", phone="8001"), CallEntry(post="区疫情防控办", phone="8002"))


def held() -> Bench:
    bench = Bench()
    bench.steady(FEVER)
    bench.effects.clear()
    return bench


def note(bench: Bench, kind: NoteKind, **more: object) -> NoteTaken:
    hold_id = bench.door.holds[0].hold_id
    details = NoteDetails.model_validate(more)
    return NoteTaken(at=bench.now, hold_id=hold_id, kind=kind, by="guard-1", details=details)


def test_a_note_is_recorded_and_moves_no_step_and_no_deadline() -> None:
    bench = held()
    before = bench.door.holds[0]
    bench.wait(3)

    bench.take(note(bench, NoteKind.CALLED, to="值班领导", answered=False))
    bench.take(note(bench, NoteKind.CALLED, to="值班领导", answered=True))
    bench.take(note(bench, NoteKind.SYMPTOMS, symptoms=("咳嗽", "乏力")))
    bench.take(note(bench, NoteKind.COUNSELLED))

    after = bench.door.holds[0]
    assert (after.state, after.due_ns) == (before.state, before.due_ns)
    assert [record.kind for record in after.notes] == ["called", "called", "symptoms", "counselled"]
    assert tuple(bench.records) == after.notes
    assert [record.answered for record in after.notes] == [False, True, None, None]
    assert after.notes[2].symptoms == ("咳嗽", "乏力")


@pytest.mark.parametrize(
    "lacking", [{"to": None}, {"to": " "}, {"answered": None}, {"by": " "}], ids=str
)
def test_a_call_says_who_called_whom_and_how_it_went(lacking: dict[str, object]) -> None:
    bench = held()
    given = {"to": "120", "answered": True, "by": "guard-1"} | lacking
    by = str(given.pop("by"))

    with pytest.raises(StepRefused) as caught:
        bench.take(replace(note(bench, NoteKind.CALLED, **given), by=by))

    assert caught.value.code == "invalid"
    assert bench.records == []


def test_a_note_about_no_hold_is_refused_and_a_stuck_button_fills_no_journal() -> None:
    bench = held()
    for _ in range(MOST_NOTES):
        bench.take(note(bench, NoteKind.COUNSELLED))

    with pytest.raises(StepRefused, match="at most"):
        bench.take(note(bench, NoteKind.COUNSELLED))

    unknown = NoteTaken(at=bench.now, hold_id="h-0", kind=NoteKind.COUNSELLED, by="guard-1")
    with pytest.raises(StepRefused, match="no such hold"):
        bench.take(unknown)


def test_a_spot_noted_as_disinfected_lets_the_hold_be_closed() -> None:
    bench = held()
    bench.take(hold_step(bench, HoldState.LEFT))
    with pytest.raises(StepRefused, match="disinfected"):
        bench.take(hold_step(bench, HoldState.CLOSED))

    bench.take(note(bench, NoteKind.DISINFECTED))
    bench.take(hold_step(bench, HoldState.CLOSED))

    closed = bench.records[-1]
    assert isinstance(closed, HoldClosed)
    assert (closed.outcome, closed.disinfected) == ("left", True)


def test_the_vehicle_of_a_transfer_is_recorded() -> None:
    bench = held()
    for to in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED):
        bench.take(hold_step(bench, to))
    for to in (HoldState.REPORTED, HoldState.TRANSFERRED):
        bench.take(
            HoldStepped(
                at=bench.now,
                hold_id=bench.door.holds[0].hold_id,
                step=to,
                by="guard-1",
                details=StepDetails(to="发热门诊", vehicle="负压救护车"),
            )
        )

    assert bench.records[-1].model_dump()["vehicle"] == "负压救护车"


def test_each_missed_deadline_goes_to_the_next_on_the_list() -> None:
    bench = held()
    policy = PHONE_OPTIONAL.model_copy(update={"calls": CALLS})
    bench.take(PolicyChanged(at=bench.now, policy=policy))
    assert escalates_to(bench.door.holds[0], CALLS) is None

    for _ in range(3):
        bench.wait(15)

    late = [record for record in bench.records if isinstance(record, HoldOverdue)]
    assert [record.to for record in late] == ["值班领导", "区疫情防控办", "值班领导"]
    assert escalates_to(bench.door.holds[0], CALLS) == CALLS[0]
    assert escalates_to(bench.door.holds[0], ()) is None


def test_a_drill_runs_as_a_hold_does_marked_and_beside_who_stands_there() -> None:
    bench = Bench()
    bench.card()
    before = bench.door.passage

    bench.take(DrillStarted(at=bench.now, by="guard-1"))

    (hold,) = bench.door.holds
    assert (hold.drill, hold.reason, hold.person_ref) == (True, "drill", None)
    assert bench.door.passage == before
    assert CallGuard(hold.hold_id) in bench.effects
    bench.wait(15)
    bench.take(note(bench, NoteKind.COUNSELLED))
    bench.take(hold_step(bench, HoldState.ACKNOWLEDGED))
    writes = [effect for effect in bench.effects if isinstance(effect, WriteEvent)]
    assert all(write.drill for write in writes)
    assert len(writes) == 4
    with pytest.raises(StepRefused, match="one drill"):
        bench.take(DrillStarted(at=bench.now, by="guard-1"))
