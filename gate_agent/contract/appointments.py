"""Who is booked (预约), who is not any more, and how many may be: parts of the policy."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gate_agent.contract.hall_times import HallDay, HallMoment
from gate_agent.contract.setting import Later, StrictModel

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="a person_ref")]


class Appointment(StrictModel):
    """One booked visitor (预约), or a standing right of way (绿色通道)."""

    person_ref: Digest
    valid_from: HallMoment | None = None
    valid_until: HallMoment | None = None
    green_channel: bool = False
    code_sha256: Digest | None = Field(
        None, description="of the code the visitor shows (预约码); books whoever shows it"
    )


class CancelReason(StrEnum):
    """Why an appointment was cancelled (取消预约): told at the door to whoever comes by it."""

    BY_VISITOR = "by_visitor"  # 本人取消
    BY_HALL = "by_hall"  # 大厅调整
    EPIDEMIC = "epidemic"  # 疫情防控需要
    MISTAKE = "mistake"  # 登记有误
    MOVED = "moved"  # 已改期: it holds at another time


class CancelledAppointment(StrictModel):
    """An appointment that books nobody any more (已取消的预约), until its time is over."""

    person_ref: Digest
    valid_from: HallMoment | None = None
    valid_until: HallMoment | None = None
    code_sha256: Digest | None = Field(None, description="of the code that books nobody any more")
    reason: CancelReason


class DayQuota(StrictModel):
    """How many appointments one day takes."""

    day: HallDay
    most: int = Field(ge=0, le=100_000)


class QuotaPolicy(StrictModel):
    """How many may be booked (预约限额); checked where appointments are entered."""

    per_day: int | None = Field(None, ge=0, le=100_000, description="no limit if absent")
    days: tuple[DayQuota, ...] = Field((), description="days that differ")
    per_window: Annotated[int | None, Later()] = Field(
        None, ge=0, le=100_000, description="of those that begin at one time; no limit if absent"
    )

    def of(self, day: date) -> int | None:
        """Return how many `day` takes, None for no limit."""
        return next((quota.most for quota in self.days if quota.day == day), self.per_day)
