"""What is recorded of what the centre asked of a door (指令)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from gate_agent.contract.record import Id, Record, Severity, Utc


class OrderRefusal(StrEnum):
    """Why a door did not do what it was asked."""

    EXPIRED = "expired"  # 已过时限
    HELD = "held"  # 此人已在暂留


class OrderAnswered(Record):
    """What a door made of an order (指令答复): recorded with the hold that it opened."""

    TYPE: ClassVar[str] = "gate.order.answered.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    order_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    hold_id: Id | None = Field(description="the hold it opened; null: it was refused")
    refusal: OrderRefusal | None = None
    by: str = Field(description="who at the centre asked for it")
    made: Utc
    at: Utc

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id
