"""The duties at a door (消毒通风、物资): what is done, what is due by now, what is low. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from gate_agent.contract.duty_records import Round, RoundCount, Stock
from gate_agent.contract.policy import Area, DutiesPolicy, SupplyItem

Done = Mapping[tuple[str, Round], int]
"""How often each round was done in each area today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What the journal knows of one item: `used_today` counts what was taken."""

    stock: int
    used_today: int


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
    found: list[Stock] = []
    for item in items:
        level = levels.get(item.item)
        stock = None if level is None else level.stock
        used = 0 if level is None else level.used_today
        found.append(Stock(item=item.item, stock=stock, used=used, low=is_low(item, stock)))
    return found
