"""What is recorded of the close contacts (密切接触者) of a held person."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from gate_agent.contract.free_text import FREE
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.hold_records import OfHold
from gate_agent.contract.numbers import Real
from gate_agent.contract.record import Category, Id, Record, Ref, Severity, Utc


class ContactState(StrEnum):
    """Where a close contact (密切接触者) stands."""

    PROPOSED = "proposed"  # 待确认
    CONFIRMED = "confirmed"  # 已确认
    DISMISSED = "dismissed"  # 已排除
    TRANSFERRED = "transferred"  # 已移送观察
    CLEARED = "cleared"  # 已解除


class ContactEntry(FrozenModel):
    """One passage near that of the held person."""

    contact_id: Id
    passage_id: Id
    person_ref: Ref | None
    category: Category
    passed: Utc
    apart_s: Real = Field(description="seconds after the hold was opened; negative is before")


class ContactListed(OfHold):
    """Who passed this door shortly before or after a held person: proposed, not yet judged."""

    TYPE: ClassVar[str] = "gate.contact.listed.v1"
    listed: Utc
    contacts: tuple[ContactEntry, ...]


class JudgementDetails(FrozenModel):
    """What a judgement of a contact may say, one definition for tap, event and record."""

    reason: str | None = Field(None, json_schema_extra=FREE)


class ContactUpdated(JudgementDetails, Record):
    """A close contact was confirmed, dismissed with a reason, or brought to an end."""

    TYPE: ClassVar[str] = "gate.contact.updated.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    contact_id: Id
    hold_id: Id
    state: ContactState
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The contact."""
        return self.contact_id
