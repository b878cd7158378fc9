"""What is recorded of a hold (暂留), from its opening to its end."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field

from gate_agent.contract.free_text import FREE, REFERENCE
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.numbers import Centi, Real, Small, Whole
from gate_agent.contract.record import Category, HoldState, Id, Record, Ref, Severity, Utc

BY_CARD = "gate"  # who told who is held, where a card did


class OfHold(Record):
    """Base of what is recorded of one hold: it overtakes any backlog (急事急报)."""

    SEVERITY: ClassVar[Severity] = Severity.URGENT
    hold_id: Id

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class HoldOpened(OfHold):
    """A person is asked to stay (暂留)."""

    TYPE: ClassVar[str] = "gate.hold.opened.v1"
    passage_id: Id
    person_ref: Ref | None
    category: Category
    reason: str = Field(
        description="elevated | declared_symptoms | guard | held_elsewhere | found_inside"
    )
    surface_centi_c: Centi | None
    over_centi_c: Centi | None = Field(
        None, description="how far the score lies over the threshold, where it does"
    )
    contact_centi_c: Centi | None = Field(
        None, description="contact thermometer, where it was what found the fever"
    )
    opened: Utc
    deadline_s: Real = Field(description="seconds in which it must be acknowledged")
    elsewhere: str | None = Field(
        None, description="door/hold: the hold of another door that this person walked away from"
    )
    beyond_rail: bool | None = Field(
        None, description="the forehead alone is beyond the rail; null: an older door told it"
    )
    place: str | None = Field(
        None, json_schema_extra=FREE, description="厅内发现: where inside the hall"
    )
    with_passage: Id | None = Field(
        None, description="随行: the passage of whom this companion came with"
    )
    unsure: bool = Field(
        default=False, description="named by time alone: the card may be another's (证件未核对)"
    )
    ordered_by: str | None = Field(
        None, description="厅内发现: who at the centre asked for it (中心平台发起)"
    )


class HoldIdentified(OfHold):
    """More is known of a held person (暂留人员信息): a document, a phone, companions."""

    TYPE: ClassVar[str] = "gate.hold.identified.v1"
    passage_id: Id
    person_ref: Ref | None
    category: Category
    registered: bool = Field(description="a registration is sealed for the centre")
    phone: bool = Field(description="with a phone number")
    companions: Whole = Field(0, ge=0, description="随行人员: registered with this person")
    unsure: bool = Field(
        default=False,
        description="named by time alone: the card may be another's (证件未核对); a later event "
        "of this type says that it is not, or names another, or nobody",
    )
    by: str
    at: Utc


class StepDetails(FrozenModel):
    """What a step of a hold may bring (处置内容), one definition for tap, event and record."""

    contact_centi_c: Centi | None = Field(None, description="contact thermometer (体温计)")
    to: str | None = Field(
        None, json_schema_extra=FREE, description="whom it was reported or handed over to"
    )
    note: str | None = Field(None, json_schema_extra=FREE)
    vehicle: str | None = Field(
        None, json_schema_extra=FREE, description="what took the person away (移送车辆)"
    )
    office_reference: str | None = Field(
        None,
        json_schema_extra=REFERENCE,
        description="受理编号: under which number the district's office took the report",
    )

    def brought(self) -> dict[str, object]:
        """Return what was given, by its field."""
        return _given(self, StepDetails)


class HoldStep(StepDetails, OfHold):
    """Somebody did the next step of a hold."""

    TYPE: ClassVar[str] = "gate.hold.step.v1"
    step: HoldState
    by: str
    at: Utc
    deadline_s: Real | None = Field(None, description="seconds in which the next step is due")
    contact_threshold_centi_c: Centi | None = Field(
        None, description="fever from here on: the line of the time when it was read"
    )


class NoteKind(StrEnum):
    """What is noted on a hold beside its steps."""

    CALLED = "called"  # 电话联系: somebody was rung up
    SYMPTOMS = "symptoms"  # 症状询问
    COUNSELLED = "counselled"  # 心理疏导
    DISINFECTED = "disinfected"  # 终末消毒


class NoteDetails(FrozenModel):
    """What a note on a hold may say, one definition for tap, event and record."""

    to: str | None = Field(None, json_schema_extra=FREE, description="which post was called")
    answered: bool | None = Field(None, description="whether that call was answered")
    symptoms: tuple[str, ...] = Field((), json_schema_extra=FREE)
    note: str | None = Field(None, json_schema_extra=FREE)
    office_reference: str | None = Field(
        None,
        json_schema_extra=REFERENCE,
        description="受理编号, where the office told it after it took the report",
    )

    def brought(self) -> dict[str, object]:
        """Return what was given, by its field."""
        return _given(self, NoteDetails)


class HoldNoted(NoteDetails, OfHold):
    """Something was done for a held person that moves no step and no deadline."""

    TYPE: ClassVar[str] = "gate.hold.noted.v1"
    kind: NoteKind
    by: str
    at: Utc


class HoldOverdue(OfHold):
    """A step of a hold was not done in its time; it escalates (升级)."""

    TYPE: ClassVar[str] = "gate.hold.overdue.v1"
    state: HoldState
    due_s: Real = Field(description="the deadline that was missed, in seconds")
    escalation: Small = Field(ge=1, description="how often this state was overdue")
    to: str | None = Field(None, description="the post it escalates to, from the policy's calls")


class HoldAnswered(Record):
    """A guard acknowledged a hold of another door for the colleague (代为响应).

    Recorded where the guard is; the step itself is recorded by the door of the hold.
    """

    TYPE: ClassVar[str] = "gate.hold.answered.v1"
    gate: str = Field(description="the door whose hold it is")
    hold_id: Id
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class HoldClosed(OfHold):
    """A hold came to its end (结案), with an outcome."""

    TYPE: ClassVar[str] = "gate.hold.closed.v1"
    outcome: str = Field(description="released | transferred | left | closed 并入另一暂留: `into`")
    into: str | None = Field(
        None, description="并案: the hold of the same person, which goes on instead"
    )
    by: str
    disinfected: bool = Field(description="the spot was disinfected (终末消毒)")
    closed: Utc
    note: str | None = Field(None, json_schema_extra=FREE)

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


def _given(part: BaseModel, details: type[BaseModel]) -> dict[str, object]:
    """Return the fields of `details` that somebody gave, with their values."""
    given = part.model_dump(include=set(details.model_fields))
    return {name: value for name, value in given.items() if value not in (None, ())}
