"""What is recorded of people at the screen (值守人员): who signed on, who was let in, who looked.

Staff stand there by their code, never by a name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from gate_agent.contract.free_text import FREE
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.record import Id, Record, Ref


class GuardRole(StrEnum):
    """What somebody at the screen may do."""

    GUARD = "guard"  # 值守人员
    SUPERVISOR = "supervisor"  # 值班主管: and sees a masked field, and manages guards
    MAINTAINER = "maintainer"  # 维护人员: manages everybody, and sees no names


class ShiftChange(StrEnum):
    """How a shift at a screen changed."""

    STARTED = "started"  # 上岗
    ENDED = "ended"  # 离岗
    EXPIRED = "expired"  # 超时自动退出
    REVOKED = "revoked"  # 账号停用


class ShiftChanged(Record):
    """Somebody signed on at the guard screen, or is not signed on any more (值守交接)."""

    TYPE: ClassVar[str] = "gate.shift.changed.v1"
    change: ShiftChange
    by: str = Field(description="the staff code")
    role: GuardRole
    on_duty: tuple[str, ...] = Field((), description="the codes that are signed on now")

    @property
    def subject(self) -> str:
        """The staff code."""
        return self.by


class StaffChange(StrEnum):
    """What was changed of an account."""

    ADDED = "added"
    DISABLED = "disabled"
    PIN = "pin"


class StaffChanged(Record):
    """An account at this door was changed (账号变更)."""

    TYPE: ClassVar[str] = "gate.staff.changed.v1"
    change: StaffChange
    code: str
    role: GuardRole
    by: str = Field(description="the staff code of who did it; setup: the one-time code")

    @property
    def subject(self) -> str:
        """The account."""
        return self.code


class Look(FrozenModel):
    """Who looks at what a screen masks, and why: one definition for the request and its records."""

    by: str
    role: GuardRole
    reason: str = Field(json_schema_extra=FREE)


class PersonRevealed(Look, Record):
    """Somebody looked at what a screen masks (查看未脱敏信息): who, of whom, and why."""

    TYPE: ClassVar[str] = "gate.person.revealed.v1"
    passage_id: Id
    person_ref: Ref

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id
