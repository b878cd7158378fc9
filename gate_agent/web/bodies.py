"""What the HTTP interface takes and gives, as models; they are the OpenAPI document.

A tap's body builds the event that it is at the door. What a step, a note or a judgement may say is
defined in the contract; here stands how long it may be. A field that cannot be used is told by its
name and what was expected, never by its value.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gate_agent.contract.contact_reading import COLDEST_CENTI_C, HOTTEST_CENTI_C
from gate_agent.contract.contact_records import JudgementDetails
from gate_agent.contract.free_text import file_reference, without_number
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.measurement_records import CheckDetails, Reference
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import ByHand, ContactState, Decision, HoldState, NoteKind
from gate_agent.contract.registration import LandlineReason, RegistrationDetails
from gate_agent.contract.signals import Card, CardType
from gate_agent.domain.events import (
    CardJudged,
    ContactJudged,
    DeparturesTold,
    DrillStarted,
    FoundInside,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    NoteTaken,
    OtherHoldAnswered,
    PassageDismissed,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.domain.thermometer_check import ReferenceHeld
from gate_agent.gate.ports import DocumentTyped

_Details = TypeVar("_Details", bound=BaseModel)

Post = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        description="who acts: a post or a staff code, such as guard-1; never a name",
    ),
    AfterValidator(without_number),
]
Note = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="leaves the door sealed, but for a word that the screen offers",
    ),
]


_Reference = Annotated[
    Annotated[
        str,
        Field(
            max_length=40,
            pattern=r"^[0-9A-Za-z\u3007\u4e00-\u9fff〔〕【】()\[\]/.:#_ -]+$",
            description="letters, digits, 字号 and brackets of either width; no personal data",
        ),
    ]
    | None,
    BeforeValidator(file_reference),
]
_Name = Annotated[str, Field(min_length=1, max_length=60, description="as on the document")]
_Number = Annotated[str, Field(min_length=3, max_length=30, description="as on the document")]
_PassageId = Annotated[str, Field(max_length=80, pattern="^[0-9A-Za-z-]+$")]


class TapBody(FrozenModel):
    """What every tap's body is made of: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid")

    def only(self, details: type[_Details]) -> _Details:
        """Return the part of this body that the contract defines."""
        return details.model_validate(self.model_dump(include=set(details.model_fields)))


class CompanionBody(TapBody):
    """Who comes along with a registered visitor (随行人员), a child say."""

    name: _Name
    number: _Number | None = None

    def companion(self) -> Companion:
        """Return who it is, unchecked yet."""
        return Companion(name=Secret(self.name), number=_secret(self.number))


class ManualRequest(TapBody):
    """A person whose document no reader read (人工录入): as if the card had been laid."""

    document: CardType = CardType.RESIDENT
    country: str | None = Field(
        None,
        pattern="^[A-Za-z]{3}$",
        description="who issued it, ISO 3166-1 alpha-3; passport and other need it",
    )
    name: _Name
    number: _Number
    reason: Literal["no_card", "card_damaged", "reader_broken", "other_document"]
    by: Post
    passage_id: _PassageId | None = Field(
        None, description="of somebody who waits, or is held; absent: as if the card had been laid"
    )

    def event(self, at: Moment) -> DocumentTyped:
        """Return the document as if a reader had read it."""
        card = Card(
            card_type=self.document,
            name=self.name,
            number=self.number,
            country=self.country or "",
        )
        by_hand = ByHand(reason=self.reason, by=self.by)
        return DocumentTyped(at=at, card=card, by_hand=by_hand, passage_id=self.passage_id)


class RegistrationRequest(TapBody):
    """What the guard typed for a visitor (实名登记)."""

    phone: str | None = Field(
        None,
        max_length=24,
        description="mobile number: 11 digits, or another country's after a +; "
        "may be left out where optional",
    )
    landline_because: LandlineReason | None = Field(
        None, description="why `phone` is a landline (座机), where it is one"
    )
    purpose: str | None = Field(None, max_length=40, description="one of the state's `purposes`")
    companions: tuple[CompanionBody, ...] = Field((), max_length=8)
    by: Post | None = None

    def event(self, at: Moment, passage_id: str) -> RegistrationGiven:
        """Return the registration of this passage."""
        details = RegistrationDetails(
            phone=_secret(self.phone),
            landline_because=self.landline_because,
            purpose=self.purpose,
            companions=tuple(one.companion() for one in self.companions),
        )
        return RegistrationGiven(at=at, passage_id=passage_id, details=details, by=self.by)


class DismissalRequest(TapBody):
    """The person went away."""

    by: Post | None = None

    def event(self, at: Moment, passage_id: str) -> PassageDismissed:
        """Return the end of this passage."""
        return PassageDismissed(at=at, passage_id=passage_id, by=self.by)


class CardRequest(TapBody):
    """Whether the card that named this person is theirs (这是他的证件吗)."""

    theirs: bool = Field(strict=True)
    by: Post

    def event(self, at: Moment, passage_id: str) -> CardJudged:
        """Return whose the card is."""
        return CardJudged(at=at, passage_id=passage_id, theirs=self.theirs, by=self.by)


class OverrideRequest(TapBody):
    """A guard overrules: freely towards caution, towards admission with a reason."""

    decision: Literal[Decision.ADMIT, Decision.DENY, Decision.RECHECK, Decision.HOLD]
    by: Post
    reason: Note

    def event(self, at: Moment, passage_id: str) -> GuardOverrode:
        """Return the other decision on this passage."""
        return GuardOverrode(
            at=at, passage_id=passage_id, decision=self.decision, by=self.by, reason=self.reason
        )


class AnswerRequest(TapBody):
    """The guard here is with the held person of another door (代为响应)."""

    by: Post

    def event(self, at: Moment, gate: str, hold_id: str) -> OtherHoldAnswered:
        """Return the answer to this hold of that door."""
        return OtherHoldAnswered(at=at, gate=gate, hold_id=hold_id, by=self.by)


class HoldStepRequest(StepDetails, TapBody):
    """The next step of a hold (暂留处置); `next_steps` in the state says which may come."""

    step: HoldState
    by: Post
    contact_centi_c: int | None = Field(
        None,
        strict=True,
        ge=COLDEST_CENTI_C,
        le=HOTTEST_CENTI_C,
        description="contact thermometer, hundredths of °C; rechecked and released need it",
    )
    to: Note | None = Field(None, description="whom it is reported or handed over to")
    note: Note | None = None
    disinfected: bool = Field(
        default=False,
        description="the spot was disinfected; closed needs true, here or in a note before",
    )
    vehicle: Note | None = Field(None, description="what takes the person away (移送车辆)")
    office_reference: _Reference = Field(
        None, description="受理编号 of the office; with `reported` alone, or in a note later"
    )

    def event(self, at: Moment, hold_id: str) -> HoldStepped:
        """Return the step of this hold."""
        return HoldStepped(
            at=at,
            hold_id=hold_id,
            step=self.step,
            by=self.by,
            details=self.only(StepDetails),
            disinfected=self.disinfected,
        )


class HoldNoteRequest(NoteDetails, TapBody):
    """What was done for a held person beside the steps: a call, symptoms, counselling."""

    kind: NoteKind
    by: Post
    to: Post | None = Field(None, description="the post that was called; called needs it")
    answered: bool | None = Field(None, strict=True, description="called needs it")
    symptoms: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(
        (), max_length=12
    )
    note: Note | None = None
    office_reference: _Reference = Field(
        None,
        description="受理编号, told in an answered call to the office that took the report",
    )

    def event(self, at: Moment, hold_id: str) -> NoteTaken:
        """Return the note on this hold."""
        details = self.only(NoteDetails)
        return NoteTaken(at=at, hold_id=hold_id, kind=self.kind, by=self.by, details=details)


class ContactRequest(JudgementDetails, TapBody):
    """A close contact (密切接触者) is judged; `next_states` in the state says how it may be."""

    state: ContactState
    by: Post
    reason: Note | None = Field(None, description="dismissed and cleared need it")

    def event(self, at: Moment, contact_id: str) -> ContactJudged:
        """Return the judgement of this contact."""
        details = self.only(JudgementDetails)
        return ContactJudged(
            at=at, contact_id=contact_id, state=self.state, by=self.by, details=details
        )


class FoundRequest(TapBody):
    """Somebody inside the hall is ill (厅内发现): a hold without a door."""

    passage_id: _PassageId | None = Field(
        None,
        description="of the entry, as /api/v1/inside tells; absent: nobody knows yet who it is",
    )
    entry: str | None = Field(
        None, pattern="^[0-9a-f]{16}$", description="or of whom another door let in, by its list"
    )
    place: Annotated[str, Field(min_length=1, max_length=40)]
    by: Post

    def event(self, at: Moment) -> FoundInside:
        """Return who was found, and where."""
        return FoundInside(
            at=at, place=self.place, by=self.by, passage_id=self.passage_id, entry=self.entry
        )


class DepartureRequest(TapBody):
    """So many left the hall (离场), whoever they were."""

    count: int = Field(1, strict=True, ge=1, le=50)
    by: Post

    def event(self, at: Moment) -> DeparturesTold:
        """Return the departures."""
        return DeparturesTold(at=at, count=self.count, by=self.by)


class DrillRequest(TapBody):
    """A hold is practised (演练)."""

    by: Post

    def event(self, at: Moment) -> DrillStarted:
        """Return the drill's beginning."""
        return DrillStarted(at=at, by=self.by)


class HandRequest(TapBody):
    """The person was measured with the contact thermometer (人工测温)."""

    contact_centi_c: int = Field(
        strict=True, ge=COLDEST_CENTI_C, le=HOTTEST_CENTI_C, description="hundredths of °C"
    )
    by: Post

    def event(self, at: Moment, passage_id: str) -> HandMeasured:
        """Return the reading of this passage."""
        reading = self.contact_centi_c
        return HandMeasured(at=at, passage_id=passage_id, contact_centi_c=reading, by=self.by)


class CheckRequest(CheckDetails, TapBody):
    """The thermometer is held against a reference (每日校验)."""

    reference: Reference
    reference_centi_c: int = Field(
        strict=True, ge=3400, le=4200, description="what the reference says, hundredths of °C"
    )
    by: Post

    def event(self, at: Moment) -> ReferenceHeld:
        """Return the reference as it is held."""
        return ReferenceHeld(at=at, by=self.by, details=self.only(CheckDetails))


class SymptomsRequest(TapBody):
    """Somebody at the door declares symptoms (申报症状): a hold at any temperature."""

    passage_id: _PassageId | None = Field(
        description="of whom the screen shows; null: somebody stands there, and none is shown"
    )
    by: Post
    note: Note | None = None

    def event(self, at: Moment) -> SymptomsDeclared:
        """Return what this person declared."""
        return SymptomsDeclared(at=at, passage_id=self.passage_id, by=self.by, note=self.note)


class TouchRequest(TapBody):
    """Somebody touched the guard screen."""


class Accepted(BaseModel):
    """The request is done and durable."""

    sequence: int = Field(description="last journal sequence at the time of the answer")


class DoorHealth(BaseModel):
    """The body of /healthz."""

    status: Literal["ok", "failing"]
    cause: str = ""


class JournalMark(BaseModel):
    """The data of a `journal` event in the stream: that something was recorded, not what."""

    model_config = ConfigDict(defer_build=True, extra="ignore")
    sequence: int
    type: str
    severity: str
    time: str


def _secret(typed: str | None) -> Secret | None:
    return Secret(typed) if typed else None
