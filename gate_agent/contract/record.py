"""What every record is made of: its base, its lane, and the kinds a person, a device, a hold have.

The records themselves stand in `domain.records`, and beside it in files of their own subject.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from gate_agent.contract.frozen import FrozenModel

_DAY = r"(19[7-9]\d|2[0-2]\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"  # of a Linux clock
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}"


def _in_calendar(text: str) -> str:
    """Refuse 30 February: whoever reads it later must be able to count on it."""
    if text[8:10] > "28":
        date.fromisoformat(text[:10])
    return text


Utc = Annotated[str, Field(pattern=f"^{_DAY}T{_TIME}Z$"), AfterValidator(_in_calendar)]
Day = Annotated[str, Field(pattern=f"^{_DAY}$"), AfterValidator(_in_calendar)]
Ref = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, Field(pattern="^[0-9A-Za-z][0-9A-Za-z._-]{0,79}$")]  # can stand in an address
Life = Literal["online", "stopped", "lost"]  # what a door is, by its own word or by its will


class Severity(StrEnum):
    """Which lane an event takes: urgent overtakes any backlog (急事急报)."""

    ROUTINE = "routine"
    URGENT = "urgent"


class Category(StrEnum):
    """Who passes: one of the two kinds of person, or not known yet."""

    VISITOR = "visitor"
    STAFF = "staff"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """How a passage ended."""

    ADMIT = "admit"  # 放行
    DENY = "deny"  # 劝返
    RECHECK = "recheck"  # 复测: come again, measured anew
    HOLD = "hold"  # 暂留
    AMBIGUOUS = "ambiguous"  # two people in one window: both are measured again


class Outcome(StrEnum):
    """What a measurement says."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    LOW = "low"
    UNUSABLE = "unusable"


class DeviceState(StrEnum):
    """What the supervisor knows of a device."""

    OK = "ok"
    STALE = "stale"
    LOST = "lost"


class HoldState(StrEnum):
    """Where a hold stands (暂留处置)."""

    FLAGGED = "flagged"  # 待响应
    ACKNOWLEDGED = "acknowledged"  # 已响应
    RECHECKED = "rechecked"  # 已复测
    CONFIRMED = "confirmed"  # 已确认
    REPORTED = "reported"  # 已上报
    TRANSFERRED = "transferred"  # 已移送
    RELEASED = "released"  # 已解除
    LEFT = "left"  # 已离开
    CLOSED = "closed"  # 已结案


class ByHand(FrozenModel):
    """Who typed what no reader read, and why (人工录入)."""

    reason: str = Field(description="no_card | card_damaged | reader_broken | other_document | …")
    by: str


class Record(FrozenModel):
    """Base of every event's data. `TYPE` is its name; `SEVERITY` its lane."""

    model_config = ConfigDict(extra="ignore")
    TYPE: ClassVar[str]
    SEVERITY: ClassVar[Severity] = Severity.ROUTINE

    @property
    def severity(self) -> Severity:
        """The lane of this one; a type may decide by its content."""
        return self.SEVERITY

    @property
    def subject(self) -> str | None:
        """What the event is about, as CloudEvents `subject`."""
        return None
