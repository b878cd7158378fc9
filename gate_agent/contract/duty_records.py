"""What is recorded of the duties at a door (消毒通风、物资): rounds done, supplies counted."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from gate_agent.contract.free_text import FREE
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.numbers import Whole
from gate_agent.contract.record import Record, Utc


class Round(StrEnum):
    """What was done to an area."""

    DISINFECTED = "disinfected"  # 消毒
    AIRED = "aired"  # 通风
    MASKS_SEALED = "masks_sealed"  # 废弃口罩封存


class Disinfectant(StrEnum):
    """What an area was disinfected with."""

    CHLORINE = "chlorine"  # 84 消毒液
    ALCOHOL = "alcohol"  # 75% 酒精
    OTHER = "other"


class DutyDone(Record):
    """A round was done (消毒通风登记): one area, one kind."""

    TYPE: ClassVar[str] = "gate.duty.disinfected.v1"
    area: str = Field(min_length=1, max_length=40)
    kind: Round
    method: Disinfectant | None = Field(None, description="null: the door does not ask")
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The area."""
        return self.area


class SuppliesCounted(Record):
    """Supplies were counted, used or received (物资盘点): `stock` is what is there after it."""

    TYPE: ClassVar[str] = "gate.supplies.counted.v1"
    item: str = Field(min_length=1, max_length=40)
    stock: Whole = Field(ge=0)
    change: Whole | None = Field(
        None, description="against the stock before: use is negative, null if unknown"
    )
    low: bool = Field(description="under the stock at which the policy calls it low")
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The item."""
        return self.item


class ShiftNoted(Record):
    """What one shift tells the next (交班记录); the newest stands on the guard screen."""

    TYPE: ClassVar[str] = "gate.shift.noted.v1"
    text: str = Field(min_length=1, json_schema_extra=FREE)
    by: str
    at: Utc


class RoundCount(FrozenModel):
    """How often one kind of round was done in one area in a day, of how many."""

    area: str
    kind: Round
    done: Whole = Field(ge=0)
    needed: Whole = Field(ge=0)


class Stock(FrozenModel):
    """What is there of one item, and what was used in the day."""

    item: str
    stock: Whole | None = Field(ge=0, description="null when it was never counted")
    used: Whole = Field(ge=0)
    low: bool
