"""A case with as many contacts as a morning brings: companions, a queue, a hall full of people."""

from __future__ import annotations

from datetime import datetime, timedelta

from collector.hall_of_doors import TEN, Door, Hall, ref
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    ExitMeans,
    HoldState,
    Outcome,
    PassageDecided,
    PersonLeft,
    Temperature,
)

COMPANIONS, QUEUE, STAFF = 2, 5, 8
_REF = 64


def came(
    door: Door, who: str, at: datetime, *, with_passage: str | None = None, passage_id: str,
    category: Category = Category.VISITOR,
) -> None:  # fmt: skip
    """Let somebody in, named or by reference, who may have come along with somebody."""
    person_ref = who if len(who) == _REF else ref(who)
    record = PassageDecided(
        passage_id=passage_id, category=category, person_ref=person_ref, decision=Decision.ADMIT,
        reasons=(), temperature=Temperature(outcome=Outcome.NORMAL, surface_centi_c=3480),
        started=format_utc(at - timedelta(seconds=4)), decided=format_utc(at), registered=True,
        hall_mode=HallMode.OPEN, with_passage=with_passage,
    )  # fmt: skip
    door.say(record, at=at)


def left(door: Door, who: str, at: datetime) -> None:
    """Let an exit see somebody leave."""
    record = PersonLeft(person_ref=ref(who), means=ExitMeans.CARD, at=format_utc(at))
    door.say(record, at=at)


def a_crowd(one: Hall, people: int) -> None:
    """Hold somebody at ten who was inside for 42 minutes; so many are their contacts.

    They passed the other door meanwhile, and are no contact of their own.
    """
    entered = TEN - timedelta(minutes=42)
    came(one.west, "feverish", entered, passage_id="patient")
    for number in range(COMPANIONS):
        at = entered + timedelta(seconds=90 * (number + 1))
        came(one.west, f"companion {number}", at, passage_id=f"c{number}", with_passage="patient")
    came(one.central, "feverish", TEN - timedelta(minutes=10), passage_id="patient-again")
    for number in range(STAFF):
        at = entered + timedelta(seconds=180 + number)
        came(one.central, f"staff {number}", at, passage_id=f"s{number}", category=Category.STAFF)
    rest = people - COMPANIONS - QUEUE - STAFF - 1
    for number in range(rest):
        at = entered + timedelta(minutes=4, seconds=5 * number)
        came(one.central, f"inside {number}", at, passage_id=f"i{number}")
    left(one.central, "inside 0", TEN - timedelta(minutes=8))
    for number in range(QUEUE):
        at = TEN - timedelta(seconds=10 * (number + 1))
        came(one.west, f"queue {number}", at, passage_id=f"q{number}")
    one.central.hold("hold-2", who="another", at=TEN - timedelta(seconds=100))
    one.west.hold("hold-1")
    for state in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED):
        one.west.step("hold-1", state)
    one.settle()
