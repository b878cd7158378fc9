"""What a report says beside the doors' own: staff, supplies, used masks, counselling. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class StaffDay(_Part):
    """The staff (工作人员) of one day."""

    roster: int | None = Field(description="how many the roster names; null: there is none")
    measured: int = Field(description="different people who were measured at a door")
    unseen: int | None = Field(description="of the roster, not measured; null: no roster")
    absent: int | None = Field(description="as entered; null: nobody entered it")
    held: int = Field(description="held at a door and not released")
    with_symptoms: int | None = Field(description="absent ones, as entered; null: not entered")

    @property
    def unexplained(self) -> int | None:
        """How many were neither measured nor are entered as absent; None where nobody knows."""
        if self.unseen is None:
            return None
        return max(0, self.unseen - (self.absent or 0))


class DoorStock(_Part):
    """What one door has of an item."""

    called: str
    stock: int | None = Field(description="null: never counted")
    is_counted: bool | None = Field(None, description="in the day; null: an earlier version")


class HallStock(_Part):
    """One item of supplies (物资) over all doors and the office's own store."""

    item: str
    unit: str
    doors: tuple[DoorStock, ...]
    office: int | None = Field(description="null: never counted")
    used: int | None = Field(description="taken at the doors in the day; null: nobody knows")
    is_used_more: bool = Field(default=False, description="some door did not tell: at least `used`")
    received: int = Field(description="by the office in the day")
    issued: int = Field(description="by the office in the day")
    low: bool

    @property
    def total(self) -> int | None:
        """What is there of it as far as it was counted; None: nobody ever did."""
        known = [one.stock for one in self.doors if one.stock is not None]
        known += [] if self.office is None else [self.office]
        return sum(known) if known else None

    @property
    def uncounted(self) -> list[str]:
        """The doors where nobody counted it in the day."""
        return [one.called for one in self.doors if one.stock is None or one.is_counted is False]


class SuppliesIssued(_Part):
    """Supplies that the office gave to people or windows (发放)."""

    item: str
    quantity: int
    to: str
    by: str


class MaskBags(_Part):
    """Used masks (废弃口罩) of the day, as one entry tells them."""

    bags: int
    place: str
    handed_to: str
    by: str


class Uncounselled(_Part):
    """A held person whose counselling nobody recorded."""

    gate: str
    hold_id: str
    opened: str


class OfficeDay(_Part):
    """All of it."""

    staff: StaffDay
    supplies: tuple[HallStock, ...] = ()
    issued: tuple[SuppliesIssued, ...] = ()
    masks: tuple[MaskBags, ...] | None = Field(None, description="null: nobody entered anything")
    masks_sealed: int = Field(0, description="废弃口罩封存: so often told at the doors")
    counselled: int = Field(0, description="people, as doors and clerks recorded")
    uncounselled: tuple[Uncounselled, ...] = ()

    @property
    def bags(self) -> int | None:
        """How many bags of used masks; None: nobody entered it."""
        return None if self.masks is None else sum(one.bags for one in self.masks)
