"""Holds, their notes and contacts, and the alarms that follow, as a screen sees them."""

from __future__ import annotations

from collections.abc import Iterator

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.hold_records import StepDetails
from gate_agent.contract.records import (
    Category,
    ContactState,
    Decision,
    DeviceState,
    HoldState,
    NoteKind,
)
from gate_agent.contract.thermometer import Trust
from gate_agent.domain.hold import next_steps
from gate_agent.gate.alarms import Matter, Priority, of_the_gate
from gate_agent.gate.screen_state import (
    CallView,
    ContactView,
    HoldView,
    NoteView,
    OtherHoldView,
    PersonView,
    ScreenState,
    StepView,
)
from web import scenes

CALLS = (
    CallView(post="带班领导", phone="010-8900 1201"),
    CallView(post="区疫情防控办", phone="010-8900 1202"),
    CallView(post="疾控中心", phone="12320"),
    CallView(post="急救", phone="120"),
)


def hold(
    hold_id: str = "ab12-902",
    state: HoldState = HoldState.FLAGGED,
    *,
    due_s: float | None = 15.0,
    overdue: int = 0,
    contact_centi_c: int | None = None,
    person: PersonView | None = scenes.ZHANG,
    drill: bool = False,
) -> HoldView:
    return HoldView(
        hold_id=hold_id,
        passage_id="ab12-901",
        state=state,
        category=Category.VISITOR,
        reason="elevated",
        person=person,
        surface_centi_c=3762,
        contact_centi_c=contact_centi_c,
        contact_line_centi_c=3730,
        opened="2026-11-24T06:51:05.000Z",
        due_s=due_s,
        overdue=overdue,
        next_steps=next_steps(state),
        drill=drill,
    )


def hold_elsewhere(*, overdue: int = 0, answered: bool = False) -> OtherHoldView:
    return OtherHoldView(
        gate="central-2f",
        name="二层中央出入口",
        hold_id="cd34-77",
        person=scenes.OUYANG,
        category=Category.VISITOR,
        reason="elevated",
        state=HoldState.ACKNOWLEDGED if answered else HoldState.FLAGGED,
        surface_centi_c=3790,
        contact_centi_c=None,
        opened="2026-11-24T06:50:40.000Z",
        overdue=overdue,
        can_answer=not answered,
        answered_here=answered,
    )


def held(*holds: HoldView) -> ScreenState:
    first = holds[0] if holds else hold()
    snapshot = scenes.settled(
        Decision.HOLD, reasons=("elevated",), surface_centi_c=3762, hold_id=first.hold_id
    )
    return snapshot.model_copy(update={"holds": holds or (first,)})


def with_holds(snapshot: ScreenState, *holds: HoldView) -> ScreenState:
    return snapshot.model_copy(update={"holds": holds})


def two_holds() -> tuple[HoldView, HoldView]:
    return (
        hold(
            "ab12-880",
            HoldState.RECHECKED,
            due_s=412,
            contact_centi_c=3781,
            person=scenes.OUYANG,
        ),
        hold("ab12-902", HoldState.FLAGGED, due_s=-8, overdue=1),
    )


def stepped(held: HoldView, step: HoldState, details: StepDetails) -> HoldView:
    done = StepView(step=step, at="2026-11-24T06:58:31.000Z", by="guard-1", **details.model_dump())
    changes = {
        "steps": (*held.steps, done),
        "state": step,
        "due_s": 600.0,
        "overdue": 0,
        "escalates_to": None,
        "contact_centi_c": details.contact_centi_c or held.contact_centi_c,
        "next_steps": next_steps(step),
    }
    return held.model_copy(update=changes)


def note(
    kind: NoteKind,
    *,
    by: str = "guard-1",
    to: str | None = None,
    answered: bool | None = None,
    symptoms: tuple[str, ...] = (),
    office_reference: str | None = None,
) -> NoteView:
    return NoteView(
        kind=kind,
        at="2026-11-24T06:58:32.000Z",
        by=by,
        to=to,
        answered=answered,
        symptoms=symptoms,
        office_reference=office_reference,
    )


def noted(held: HoldView, *notes: NoteView) -> HoldView:
    taken = (*held.notes, *notes)
    disinfected = any(one.kind is NoteKind.DISINFECTED for one in taken)
    return held.model_copy(update={"notes": taken, "disinfected": disinfected})


def course() -> dict[str, ScreenState]:
    """Return a hold at each of its steps, with what was done by then."""
    asked = note(NoteKind.SYMPTOMS, symptoms=("干咳", "乏力"))
    calls = (
        note(NoteKind.CALLED, to="带班领导", answered=False),
        note(NoteKind.CALLED, to="区疫情防控办", answered=True),
    )
    after = (asked, *calls, note(NoteKind.COUNSELLED))
    states: dict[str, tuple[HoldState, float, tuple[NoteView, ...]]] = {
        "contact": (HoldState.ACKNOWLEDGED, 588, ()),
        "decide": (HoldState.RECHECKED, 571, (asked,)),
        "report": (HoldState.CONFIRMED, 250, (asked, *calls)),
        "transfer": (HoldState.REPORTED, 6840, after),
        "close": (HoldState.TRANSFERRED, 7020, (*after, note(NoteKind.DISINFECTED))),
        "released": (HoldState.RELEASED, 7100, (asked,)),
    }
    far_below = hold(state=HoldState.RECHECKED, due_s=571, contact_centi_c=3550)
    again = far_below.model_copy(update={"surface_centi_c": 3990, "asks_again": True})
    steps = {
        name: held(
            noted(hold(state=state, due_s=due_s, contact_centi_c=contact_centi_c), *notes)
        ).model_copy(update={"calls": CALLS, "contacts": contacts()})
        for name, (state, due_s, notes) in states.items()
        for contact_centi_c in (None if name == "contact" else 3781,)
    }
    return {**steps, "contact-again": held(again)}


def late_hold() -> HoldView:
    late = hold(due_s=9, overdue=2)
    return late.model_copy(update={"escalates_to": CALLS[1]})


def contacts(hold_id: str = "ab12-902", count: int = 3) -> tuple[ContactView, ...]:
    people = (scenes.OUYANG, None, PersonView(name="李*", number="320***********0017"))
    return tuple(
        judged(
            ContactView(
                contact_id=f"{hold_id}-c{n + 1}",
                hold_id=hold_id,
                person=people[n % 3],
                category=Category.UNKNOWN if people[n % 3] is None else Category.VISITOR,
                passed=f"2026-11-24T06:{50 + n}:13.000Z",
                apart_s=(-52.0, 68.0, 128.0)[n % 3],
                state=ContactState.PROPOSED,
                next_states=(),
            ),
            ContactState.PROPOSED,
        )
        for n in range(count)
    )


def judged(contact: ContactView, state: ContactState) -> ContactView:
    return contact.model_copy(update={"state": state, "next_states": next_states(state)})


def standing(snapshot: ScreenState) -> Iterator[Matter]:
    """Yield what is the matter in a snapshot, as the gate finds it at its door."""
    for one in snapshot.holds:
        flagged = one.state is HoldState.FLAGGED
        if flagged or one.overdue:
            yield Matter(
                priority=Priority.HIGH,
                technical=False,
                what="flagged" if flagged else "overdue",
                about=one.hold_id,
                level=one.overdue,
            )
    for hold_id in {c.hold_id for c in snapshot.contacts if c.state is ContactState.PROPOSED}:
        yield Matter(priority=Priority.LOW, technical=False, what="contacts", about=hold_id)
    yield from of_the_gate(
        devices=((name, DeviceState(view.state)) for name, view in snapshot.devices.items()),
        thermometer_trusted=snapshot.thermometer is None
        or snapshot.thermometer.trust is not Trust.NOT_TRUSTED,
        journal_writable=snapshot.journal.writable,
        uplink_state=snapshot.uplink.state,
        oldest_pending_s=snapshot.uplink.oldest_pending_s,
        clock=snapshot.clock,
        policy_read=True,
    )
