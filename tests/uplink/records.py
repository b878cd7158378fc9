"""Records to journal: what happens at a door all day."""

from __future__ import annotations

from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldOpened,
    Outcome,
    PassageDecided,
    Temperature,
)

_AT = "2026-11-24T02:00:00.000Z"


def passage(number: int) -> PassageDecided:
    """Return a decided passage."""
    return PassageDecided(
        passage_id=f"p{number}",
        category=Category.VISITOR,
        person_ref=None,
        decision=Decision.ADMIT,
        reasons=(),
        temperature=Temperature(outcome=Outcome.NORMAL, surface_centi_c=3642),
        started=_AT,
        decided=_AT,
        registered=True,
        hall_mode=HallMode.OPEN,
    )


def passages(count: int, first: int = 1) -> list[PassageDecided]:
    """Return so many."""
    return [passage(number) for number in range(first, first + count)]


def hold(number: int) -> HoldOpened:
    """Return a hold that was opened: urgent."""
    return HoldOpened(
        hold_id=f"h{number}",
        passage_id=f"p{number}",
        person_ref=None,
        category=Category.VISITOR,
        reason="elevated",
        surface_centi_c=3790,
        opened=_AT,
        deadline_s=15,
    )
