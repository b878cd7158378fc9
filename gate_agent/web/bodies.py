"""What the HTTP interface takes and gives, as models; they are the OpenAPI document.

A field that cannot be used is told by its name and what was expected, never by its value.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.measurement_records import Reference
from gate_agent.contract.records import ContactState, Decision, HoldState, NoteKind, Round
from gate_agent.contract.signals import CardType

Post = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        description="who acts: a post or a staff code, such as guard-1; never a name",
    ),
]
Note = Annotated[str, Field(min_length=1, max_length=200, description="no personal data")]


_Name = Annotated[str, Field(min_length=1, max_length=60, description="as on the document")]
_Number = Annotated[str, Field(min_length=3, max_length=30, description="as on the document")]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CompanionBody(_Request):
    """Who comes along with a registered visitor (随行人员), a child say."""

    name: _Name
    number: _Number | None = None


class ManualRequest(_Request):
    """A person whose document no reader read (人工录入): as if the card had been laid."""

    document: CardType = CardType.RESIDENT
    name: _Name
    number: _Number
    reason: Literal["no_card", "card_damaged", "reader_broken", "other_document"]
    by: Post


class RegistrationRequest(_Request):
    """What the guard typed for a visitor (实名登记)."""

    phone: str | None = Field(
        None, max_length=24, description="mobile number, digits; may be left out where optional"
    )
    purpose: str | None = Field(None, max_length=40, description="one of the state's `purposes`")
    companions: tuple[CompanionBody, ...] = Field((), max_length=8)
    by: Post | None = None


class DismissalRequest(_Request):
    """The person went away."""

    by: Post | None = None


class OverrideRequest(_Request):
    """A guard overrules: freely towards caution, towards admission with a reason."""

    decision: Literal[Decision.ADMIT, Decision.DENY, Decision.RECHECK, Decision.HOLD]
    by: Post
    reason: Note


class HoldStepRequest(_Request):
    """The next step of a hold (暂留处置); `next_steps` in the state says which may come."""

    step: HoldState
    by: Post
    contact_centi_c: int | None = Field(
        None,
        strict=True,
        ge=2500,
        le=4500,
        description="contact thermometer, hundredths of °C; rechecked and released need it",
    )
    to: Note | None = Field(None, description="whom it is reported or handed over to")
    note: Note | None = None
    disinfected: bool = Field(
        default=False,
        description="the spot was disinfected; closed needs true, here or in a note before",
    )
    vehicle: Note | None = Field(None, description="what takes the person away (移送车辆)")


class HoldNoteRequest(_Request):
    """What was done for a held person beside the steps: a call, symptoms, counselling."""

    kind: NoteKind
    by: Post
    to: Post | None = Field(None, description="the post that was called; called needs it")
    answered: bool | None = Field(None, strict=True, description="called needs it")
    symptoms: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(
        (), max_length=12
    )
    note: Note | None = None


class ContactRequest(_Request):
    """A close contact (密切接触者) is judged; `next_states` in the state says how it may be."""

    state: ContactState
    by: Post
    reason: Note | None = Field(None, description="dismissed and cleared need it")


class DrillRequest(_Request):
    """A hold is practised (演练)."""

    by: Post


class HandRequest(_Request):
    """The person was measured with the contact thermometer (手测)."""

    contact_centi_c: int = Field(strict=True, ge=3400, le=4500, description="hundredths of °C")
    by: Post


class CheckRequest(_Request):
    """The thermometer is held against a reference (每日校验)."""

    reference: Reference
    reference_centi_c: int = Field(
        strict=True, ge=3400, le=4200, description="what the reference says, hundredths of °C"
    )
    by: Post


class RoundRequest(_Request):
    """A round of an area is done (消毒通风)."""

    area: str = Field(min_length=1, max_length=40, description="as in the policy")
    kind: Round
    by: Post


class ShiftNoteRequest(_Request):
    """What one shift tells the next (交班记录)."""

    text: Note
    by: Post


class SupplyRequest(_Request):
    """An item was counted, or its stock changed (物资); one of both."""

    item: str = Field(min_length=1, max_length=40, description="as in the policy")
    counted: int | None = Field(None, strict=True, ge=0, le=1_000_000)
    change: int | None = Field(
        None,
        strict=True,
        ge=-100_000,
        le=100_000,
        description="use is negative, a delivery positive",
    )
    by: Post


class SymptomsRequest(_Request):
    """The person at the door declares symptoms (申报症状): a hold at any temperature."""

    by: Post
    note: Note | None = None


class TouchRequest(_Request):
    """Somebody touched the guard screen."""


class Accepted(BaseModel):
    """The request is done and durable."""

    sequence: int = Field(description="last journal sequence at the time of the answer")


class Health(BaseModel):
    """The body of /healthz."""

    status: Literal["ok", "failing"]
    cause: str = ""


class JournalMark(BaseModel):
    """The data of a `journal` event in the stream: that something was recorded, not what."""

    model_config = ConfigDict(extra="ignore")
    sequence: int
    type: str
    severity: str
    time: str
