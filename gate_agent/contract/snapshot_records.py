"""What is recorded of the camera's pictures (抓拍): that one was taken, or looked at; never one."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gate_agent.contract.access_records import Look
from gate_agent.contract.numbers import Whole
from gate_agent.contract.record import Id, Record


class SnapshotTaken(Record):
    """A picture was taken when a hold opened; it lies encrypted at the gate, and goes first."""

    TYPE: ClassVar[str] = "gate.snapshot.taken.v1"
    hold_id: Id
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the picture, a JPEG")
    bytes: Whole = Field(ge=1)

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class SnapshotViewed(Look, Record):
    """Somebody looked at the picture of a hold: who, and why."""

    TYPE: ClassVar[str] = "gate.snapshot.viewed.v1"
    hold_id: Id

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id
