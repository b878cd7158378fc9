"""What a guard says of who is let by (绿色通道, 现场补预约), as it is recorded."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gate_agent.contract.free_text import FREE
from gate_agent.contract.record import Id, Record, Ref, Utc


class PassageMarked(Record):
    """A guard gave somebody the mark of the green channel (绿色通道), or took it back."""

    TYPE: ClassVar[str] = "gate.passage.marked.v1"
    passage_id: Id
    green_channel: bool
    reason: str | None = Field(
        None, json_schema_extra=FREE, description="why it was given; null: it was taken back"
    )
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class AppointmentMade(Record):
    """A guard booked somebody who came without an appointment (现场补预约); it has no code."""

    TYPE: ClassVar[str] = "gate.appointment.made.v1"
    passage_id: Id
    person_ref: Ref
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id
