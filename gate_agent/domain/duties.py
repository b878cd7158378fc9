"""The duties at a door (消毒通风、物资): what is done, what is due by now, what is low. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time

from gate_agent.contract.duty_records import (
    DutyDone,
    Round,
    RoundCount,
    ShiftNoted,
    Stock,
    SuppliesCounted,
)
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import Area, DutiesPolicy, SupplyItem
from gate_agent.domain.effects import StepRefused

Done = Mapping[tuple[str, Round], int]
"""How often each round was done in each area today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What the journal knows of one item: `used_today` counts what was taken."""

    stock: int
    used_today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyTold:
    """An item was `counted`, or its stock changed (物资): use is negative."""

    at: Moment
    item: str
    counted: int | None = None
    change: int | None = None
    by: str


DutyTap = DutyDone | SupplyTold | ShiftNoted
"""What a guard tells of the duties; a round and a note are recorded as they are told."""


def checked_round(done: DutyDone, policy: DutiesPolicy) -> DutyDone:
    """Return the round. Raises StepRefused where the policy knows none such."""
    known = next((area for area in policy.areas if area.name == done.area), None)
    if known is None:
        names = ", ".join(area.name for area in policy.areas)
        raise StepRefused("invalid", f"one of {names}", "another area")
    if done.kind is not Round.MASKS_SEALED and done.kind not in rounds_of(known):
        raise StepRefused("invalid", f"a round that {known.name} needs", done.kind)
    return done


def counted(
    supply: SupplyTold, items: tuple[SupplyItem, ...], stock_of: Callable[[str], int | None]
) -> SuppliesCounted:
    """Return the stock after it. Raises StepRefused where there cannot be one."""
    known = next((one for one in items if one.item == supply.item), None)
    if known is None:
        names = ", ".join(one.item for one in items)
        raise StepRefused("invalid", f"one of {names}", "another item")
    if (supply.counted is None) == (supply.change is None):
        raise StepRefused("invalid", "either counted or change", "both or none")
    stock = supply.counted
    if stock is None:
        before, moved = stock_of(supply.item), supply.change or 0
        if before is None:
            got = "a change of an unknown stock"
            raise StepRefused("invalid", "a first count of this item", got)
        stock = before + moved
        if stock < 0:
            raise StepRefused("invalid", f"at most the {before} that are there", str(-moved))
    return SuppliesCounted(
        item=supply.item,
        stock=stock,
        change=supply.change,
        low=is_low(known, stock),
        by=supply.by,
        at=format_utc(supply.at.utc),
    )


def rounds_of(area: Area) -> tuple[Round, ...]:
    """Return the kinds of round that an area needs."""
    kinds = ((area.disinfect, Round.DISINFECTED), (area.air, Round.AIRED))
    return tuple(kind for needed, kind in kinds if needed)


def needed_by(policy: DutiesPolicy, local: time) -> int:
    """Return how many rounds must be done by this local time."""
    return sum(due <= local for due in policy.due_at)


def day_rounds(policy: DutiesPolicy, done: Done, *, by: time | None = None) -> list[RoundCount]:
    """Return every round that the policy asks for, and of how many: the day's, or `by` a time."""
    needed = len(policy.due_at) if by is None else needed_by(policy, by)
    return [
        RoundCount(area=area.name, kind=kind, done=done.get((area.name, kind), 0), needed=needed)
        for area in policy.areas
        for kind in rounds_of(area)
    ]


def is_low(item: SupplyItem, stock: int | None) -> bool:
    """Whether it must be ordered: under the policy's stock, or never counted."""
    return stock is None or stock < item.low


def day_supplies(items: tuple[SupplyItem, ...], levels: Mapping[str, StockLevel]) -> list[Stock]:
    """Return the stock of every item that the policy lists."""
    stocks: list[Stock] = []
    for item in items:
        level = levels.get(item.item)
        stock = None if level is None else level.stock
        used = 0 if level is None else level.used_today
        stocks.append(Stock(item=item.item, stock=stock, used=used, low=is_low(item, stock)))
    return stocks
