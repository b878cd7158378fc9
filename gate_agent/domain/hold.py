"""A hold (暂留): its steps, their deadlines, and what each of them must bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate_agent.contract.contact_reading import COLDEST_CENTI_C, HOTTEST_CENTI_C
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import CallEntry, HoldPolicy
from gate_agent.contract.records import (
    Category,
    HoldClosed,
    HoldNoted,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    NoteKind,
    Temperature,
)
from gate_agent.domain.changed import replace
from gate_agent.domain.effects import CallGuard, Effects, FindContacts, StepRefused, WriteEvent
from gate_agent.domain.events import HoldStepped, NoteTaken

NOT_DECIDED = (HoldState.FLAGGED, HoldState.ACKNOWLEDGED, HoldState.RECHECKED)
"""In these nobody has said yet whether it is a fever."""
FOUND_INSIDE = "found_inside"  # 厅内发现: no passage was stopped, and none goes on
DISAGREES_CENTI_C = 250  # a forehead is cooler than its body: warmer by more, one was badly read
OWN_LEADERS = ("带班领导", "值班领导")  # as call lists name the hall's own leader
MOST_NOTES = 100  # of one hold: a stuck button fills no journal
LOOKS_FOR_CONTACTS = (HoldState.CONFIRMED, HoldState.REPORTED, HoldState.TRANSFERRED)

_NEXT: dict[HoldState, tuple[HoldState, ...]] = {
    HoldState.FLAGGED: (HoldState.ACKNOWLEDGED, HoldState.LEFT),
    HoldState.ACKNOWLEDGED: (HoldState.RECHECKED, HoldState.LEFT),
    HoldState.RECHECKED: (HoldState.CONFIRMED, HoldState.RELEASED, HoldState.LEFT),
    HoldState.CONFIRMED: (HoldState.REPORTED, HoldState.RELEASED, HoldState.LEFT),
    HoldState.REPORTED: (HoldState.TRANSFERRED, HoldState.RELEASED, HoldState.LEFT),
    HoldState.TRANSFERRED: (HoldState.CLOSED,),
    HoldState.RELEASED: (HoldState.CLOSED,),
    HoldState.LEFT: (HoldState.CLOSED,),
    HoldState.CLOSED: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An open hold. `due_s` is the length of the running deadline, `due_ns` its boot time."""

    hold_id: str
    passage_id: str
    person_ref: str | None
    category: Category
    reason: str  # elevated | declared_symptoms | guard | held_elsewhere
    surface_centi_c: int | None
    contact_centi_c: int | None  # the newest contact reading
    opened: str
    state: HoldState
    due_s: float | None
    due_ns: int | None
    overdue: int
    drill: bool
    unsure: bool = False  # the card that named it may be another's
    place: str | None = None  # 厅内发现: where
    known_as: str | None = None  # and who a companion was before a document named them
    ordered_by: str | None = None  # 中心平台发起: who there
    line_centi_c: int | None = None  # which that reading was held against, when it was taken
    is_read_again: bool = False  # it is not the only reading
    notes: tuple[HoldNoted, ...] = ()
    steps: tuple[HoldStep, ...] = ()

    @property
    def disinfected(self) -> bool:
        """Whether the spot is noted as disinfected (终末消毒)."""
        return any(note.kind is NoteKind.DISINFECTED for note in self.notes)

    @property
    def asks_again(self) -> bool:
        """Whether one contact reading is too far below the forehead to let anybody go alone."""
        if self.contact_centi_c is None or self.surface_centi_c is None or self.is_read_again:
            return False
        return self.surface_centi_c - self.contact_centi_c > DISAGREES_CENTI_C

    def line(self, policy: HoldPolicy) -> int:
        """Return the line that judges: of the time of the reading, or the one in force."""
        return policy.contact_line_centi_c if self.line_centi_c is None else self.line_centi_c

    def read(self, contact_centi_c: int, line_centi_c: int) -> Hold:
        """Return the hold with one more contact reading, held against the line of its time."""
        return replace(
            self,
            contact_centi_c=contact_centi_c,
            line_centi_c=line_centi_c,
            is_read_again=self.contact_centi_c is not None,
        )


def next_steps(hold: Hold | HoldState) -> tuple[HoldState, ...]:
    """Return the steps that may come now, the usual one first."""
    return _NEXT[hold.state if isinstance(hold, Hold) else hold]


def due_after_s(state: HoldState, policy: HoldPolicy) -> float | None:
    """Return the seconds in which the step after `state` is due; None once closed."""
    return {
        HoldState.FLAGGED: policy.acknowledge_s,
        HoldState.ACKNOWLEDGED: policy.recheck_s,
        HoldState.RECHECKED: policy.decide_s,
        HoldState.CONFIRMED: policy.report_s,
        HoldState.REPORTED: policy.transfer_s,
        HoldState.TRANSFERRED: policy.close_s,
        HoldState.RELEASED: policy.close_s,
        HoldState.LEFT: policy.close_s,
    }.get(state)


def open_hold(
    *,
    hold_id: str,
    passage_id: str,
    person_ref: str | None,
    category: Category,
    reason: str,
    temperature: Temperature | None,
    at: Moment,
    policy: HoldPolicy,
    beyond_rail: bool = False,
    elsewhere: str | None = None,
    drill: bool = False,
    with_passage: str | None = None,
    place: str | None = None,
    unsure: bool = False,
    ordered_by: str | None = None,
) -> tuple[Hold, Effects]:
    """Ask a person to stay: the alarm at once, then the record."""
    opened, due_s = format_utc(at.utc), policy.acknowledge_s
    surface_centi_c = None if temperature is None else temperature.surface_centi_c
    hold = Hold(
        hold_id=hold_id,
        passage_id=passage_id,
        person_ref=person_ref,
        category=category,
        reason=reason,
        surface_centi_c=surface_centi_c,
        contact_centi_c=None,
        opened=opened,
        state=HoldState.FLAGGED,
        due_s=due_s,
        due_ns=at.plus_s(due_s),
        overdue=0,
        drill=drill,
        unsure=unsure,
        place=place,
        ordered_by=ordered_by,
    )
    record = HoldOpened(
        hold_id=hold_id,
        passage_id=passage_id,
        person_ref=person_ref,
        category=category,
        reason=reason,
        surface_centi_c=surface_centi_c,
        over_centi_c=None if temperature is None else _over(temperature),
        contact_centi_c=None if temperature is None else temperature.contact_centi_c,
        opened=opened,
        deadline_s=due_s,
        elsewhere=elsewhere,
        beyond_rail=beyond_rail,
        with_passage=with_passage,
        place=place,
        unsure=unsure,
        ordered_by=ordered_by,
    )
    return hold, (CallGuard(hold_id), WriteEvent(record, drill))


def _over(temperature: Temperature) -> int | None:
    """Return how far a score lies over the line; None where another limit was passed, or none."""
    score, line = temperature.score_centi_c, temperature.threshold_centi_c
    return score - line if score is not None and line is not None and score >= line else None


def step_hold(
    hold: Hold, event: HoldStepped, policy: HoldPolicy, calls: Sequence[CallEntry] = ()
) -> tuple[Hold | None, Effects]:
    """Return the hold after a step, None once closed.

    Raises StepRefused: out of turn, or without what the step must bring. A release needs a
    contact reading (体温计复测): its own, or the one taken at the recheck. One above the line
    confirms the fever first: it is released on other grounds only after that. A report (上报)
    goes to one of `calls` outside the hall, where there is one: telling one's own leader is a note.
    """
    if event.step not in next_steps(hold):
        turn = " or ".join(next_steps(hold)) or "nothing more"
        raise StepRefused("out_of_turn", turn, f"{event.step} while {hold.state}")
    details, contact = event.details, _required(hold, event)
    if details.contact_centi_c is not None:
        in_force = policy.contact_line_centi_c
        hold = hold.read(details.contact_centi_c, event.line_centi_c or in_force)
    line = hold.line(policy)
    is_let_go = event.step is HoldState.RELEASED and hold.state is HoldState.RECHECKED
    if is_let_go and contact is not None and contact >= line:
        expected = f"{HoldState.CONFIRMED}, or a contact reading below {line} centi °C"
        raise StepRefused("out_of_turn", expected, str(contact))
    if is_let_go and hold.asks_again:
        raise StepRefused("out_of_turn", "a second contact reading", "one far below the forehead")
    _check_report(event, calls)
    if _brings_contact(event):
        details = details.model_copy(update={"contact_centi_c": contact})
    due_s = due_after_s(event.step, policy)
    record = HoldStep(
        hold_id=hold.hold_id,
        step=event.step,
        by=event.by,
        at=format_utc(event.at.utc),
        deadline_s=due_s,
        contact_threshold_centi_c=None if details.contact_centi_c is None else line,
        **details.model_dump(),
    )
    done: Effects = (WriteEvent(record, hold.drill),)
    if event.step is HoldState.CLOSED:
        closed = HoldClosed(
            hold_id=hold.hold_id,
            outcome=hold.state,
            by=event.by,
            disinfected=True,
            closed=format_utc(event.at.utc),
            note=details.note,
        )
        return None, (*done, WriteEvent(closed, hold.drill))
    moved = replace(
        hold,
        state=event.step,
        due_s=due_s,
        due_ns=None if due_s is None else event.at.plus_s(due_s),
        overdue=0,
        steps=(*hold.steps, record),
    )
    if hold.drill or event.step not in LOOKS_FOR_CONTACTS:  # a drill touches no real person
        return moved, done
    return moved, (*done, FindContacts(hold.hold_id))


def note_hold(hold: Hold, event: NoteTaken) -> tuple[Hold, Effects]:
    """Return the hold with one more note; its step and its deadline stay.

    Raises StepRefused without what a note of its kind must bring.
    """
    if not event.by.strip():
        raise StepRefused("invalid", "who did it", "nobody")
    whom, answered = (event.details.to or "").strip(), event.details.answered
    if event.kind is NoteKind.CALLED and (not whom or answered is None):
        raise StepRefused("invalid", "whom, and whether it was answered", "less")
    is_told = event.kind is NoteKind.CALLED and answered and whom not in OWN_LEADERS
    if event.details.office_reference is not None and not is_told:
        raise StepRefused("invalid", "office_reference: an answered call to an office", "another")
    if len(hold.notes) >= MOST_NOTES:
        raise StepRefused("out_of_turn", f"at most {MOST_NOTES} notes", "one more")
    record = HoldNoted(
        hold_id=hold.hold_id,
        kind=event.kind,
        by=event.by,
        at=format_utc(event.at.utc),
        **event.details.model_dump(),
    )
    return replace(hold, notes=(*hold.notes, record)), (WriteEvent(record, hold.drill),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledDoor:
    """The guard of another door, called by what both screens show: no telephone."""

    post: str
    phone: str = ""


Called = CallEntry | CalledDoor


def escalates_to(hold: Hold, calls: Sequence[Called]) -> Called | None:
    """Return who is called for the missed deadline of this hold: at each miss the next one."""
    return calls[(hold.overdue - 1) % len(calls)] if calls and hold.overdue else None


def hold_overdue(hold: Hold, now: Moment, calls: Sequence[Called] = ()) -> tuple[Hold, Effects]:
    """Return the hold with its missed deadline recorded and armed anew, of the same length.

    However late this is asked, one miss is one record: a board that slept raises no storm.
    """
    if hold.due_s is None or hold.due_ns is None or now.boot_ns < hold.due_ns:
        return hold, ()
    count = hold.overdue + 1
    late = replace(hold, overdue=count, due_ns=now.plus_s(hold.due_s))
    next_one = escalates_to(late, calls)
    record = HoldOverdue(
        hold_id=hold.hold_id,
        state=hold.state,
        due_s=hold.due_s,
        escalation=count,
        to=None if next_one is None else next_one.post,
    )
    return late, (CallGuard(hold.hold_id), WriteEvent(record, hold.drill))


def check_reading(contact_centi_c: int | None) -> None:
    """Refuse what no contact thermometer shows of a person: it is to be measured again."""
    if contact_centi_c is None or COLDEST_CENTI_C <= contact_centi_c <= HOTTEST_CENTI_C:
        return
    expected = f"a contact reading of {COLDEST_CENTI_C} to {HOTTEST_CENTI_C} centi °C, taken again"
    raise StepRefused("invalid", expected, str(contact_centi_c))


def _check_report(event: HoldStepped, calls: Sequence[CallEntry]) -> None:
    """Refuse a report that stays in the hall, and a reference number that no office gave."""
    to = (event.details.to or "").strip()
    is_report, is_own = event.step is HoldState.REPORTED, to in OWN_LEADERS
    if is_report and is_own and any(call.post not in OWN_LEADERS for call in calls):
        raise StepRefused("invalid", "to: an office of the call list", "the hall's own leader")
    if event.details.office_reference is not None and (is_own or not is_report):
        raise StepRefused("invalid", "office_reference: with a report to an office", "another")


def _brings_contact(event: HoldStepped) -> bool:
    return event.step in (HoldState.RECHECKED, HoldState.RELEASED)


def _required(hold: Hold, event: HoldStepped) -> int | None:
    """Check what the step must bring; return the hold's newest contact reading."""
    if not event.by.strip():
        raise StepRefused("invalid", "who did it", "nobody")
    given = event.details.contact_centi_c
    check_reading(given)
    contact = hold.contact_centi_c if given is None else given
    if (event.step is HoldState.RECHECKED and given is None) or (
        event.step is HoldState.RELEASED and contact is None
    ):
        raise StepRefused("invalid", "a contact reading", "none")
    to = (event.details.to or "").strip()
    if event.step in (HoldState.REPORTED, HoldState.TRANSFERRED) and not to:
        raise StepRefused("invalid", "to whom", "nobody")
    if event.step is HoldState.CLOSED and not (event.disinfected or hold.disinfected):
        raise StepRefused("invalid", "the spot disinfected", "not disinfected")
    return contact
