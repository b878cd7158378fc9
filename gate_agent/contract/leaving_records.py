"""What is recorded of who leaves the hall (离场)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from gate_agent.contract.numbers import Real, Whole
from gate_agent.contract.record import Id, Record, Ref, Severity, Utc


class ExitMeans(StrEnum):
    """What saw somebody leave."""

    CARD = "card"  # 身份证阅读器
    BADGE = "badge"  # 工作证
    SCAN = "scan"  # 扫码
    BEAM = "beam"  # 红外计数: counts, and names nobody
    GUARD = "guard"  # 值守员


class PersonLeft(Record):
    """Somebody left the hall (离场)."""

    TYPE: ClassVar[str] = "gate.person.left.v1"
    person_ref: Ref | None = Field(description="who; null: they were only counted")
    count: Whole = Field(1, ge=1, description="how many; more than one only where nobody is named")
    means: ExitMeans
    at: Utc
    entered: Utc | None = Field(None, description="when this person was let in at this door")
    inside_s: Real | None = Field(None, ge=0, description="for how long they were inside")
    hold_id: Id | None = Field(None, description="an open hold of who left: they were to stay")
    by: str | None = Field(None, description="who said so, where a guard did")

    @property
    def subject(self) -> str | None:
        """The person, where known."""
        return self.person_ref

    @property
    def severity(self) -> Severity:
        """Who was to stay, and leaves, is urgent."""
        return Severity.ROUTINE if self.hold_id is None else Severity.URGENT
