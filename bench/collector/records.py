"""What a door says on a working day, as records: nobody's data, the shapes of the real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from gate_agent.contract.duty_records import Round, RoundCount
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    AgentStarted,
    Category,
    ContactEntry,
    ContactListed,
    DailyReport,
    Decision,
    DutyDone,
    HoldClosed,
    HoldOpened,
    HoldState,
    HoldStep,
    Outcome,
    PassageCount,
    PassageDecided,
    Record,
    SuppliesCounted,
    Temperature,
    ThermometerChecked,
)

Counted = Counter[tuple[Category, Decision]]
_AREAS = ("出入口门", "自助终端")
_ROUNDS_H = (8.2, 12.5, 17.6)
_BY = "guard-1"


def started() -> AgentStarted:
    """Return what a journal begins with."""
    return AgentStarted(version="0.1.0", boot="b" * 32, config_sha256="c" * 64, policy_version=1)


def duties(at: Callable[[float], datetime]) -> Iterator[tuple[float, Record]]:
    """Yield the day's check, rounds and supplies, each with its hour."""
    yield 8.0, ThermometerChecked(
        reference="contact", reference_centi_c=3660, measured_centi_c=3672, surface_centi_c=3460,
        difference_centi_c=12, tolerance_centi_c=88, passed=True, by=_BY, at=format_utc(at(8.0)),
    )  # fmt: skip
    for hour in _ROUNDS_H:
        for area in _AREAS:
            done = DutyDone(area=area, kind=Round.DISINFECTED, by=_BY, at=format_utc(at(hour)))
            yield hour, done
    for item in ("医用口罩", "消毒酒精"):
        counted = SuppliesCounted(
            item=item, stock=400, change=-20, low=False, by=_BY, at=format_utc(at(17.8))
        )
        yield 17.8, counted


def passage_of(
    passage_id: str, ref: str, category: Category, decision: Decision, *,
    surface_centi_c: int, at: datetime,
) -> PassageDecided:  # fmt: skip
    """Return a passage with everything that its decision rests on."""
    held = decision is Decision.HOLD
    return PassageDecided(
        passage_id=passage_id,
        category=category,
        person_ref=ref,
        decision=decision,
        reasons=("elevated",) if held else (),
        temperature=Temperature(
            outcome=Outcome.ELEVATED if held else Outcome.NORMAL,
            surface_centi_c=surface_centi_c,
            ambient_centi_c=2410,
            score_centi_c=surface_centi_c,
            threshold_centi_c=3730,
            lowest_centi_c=surface_centi_c - 6,
            highest_centi_c=surface_centi_c + 4,
            samples=7,
            profile="spot-forehead/2",
            rule="adaptive/1",
            readings=9,
            baseline_centi_c=3461,
            baseline_people=30,
            baseline_source="people",
            margin_centi_c=269,
            ceiling_centi_c=3760,
            low_centi_c=3200,
            rail_centi_c=3800,
        ),
        started=format_utc(at - timedelta(seconds=6)),
        decided=format_utc(at),
        registered=category is Category.VISITOR,
        hall_mode=HallMode.OPEN,
        hold_id=f"h-{passage_id}" if held else None,
        registration_ms=5200 if category is Category.VISITOR else None,
    )


def hold_of(
    passage_id: str, ref: str, category: Category, at: datetime
) -> Iterator[tuple[float, Record]]:
    """Yield a hold from its opening to its end, each step with the seconds since."""
    hold_id = f"h-{passage_id}"
    yield 0.0, HoldOpened(
        hold_id=hold_id, passage_id=passage_id, person_ref=ref, category=category,
        reason="elevated", surface_centi_c=3790, opened=format_utc(at), deadline_s=15,
    )  # fmt: skip
    entry = ContactEntry(
        contact_id=f"c-{passage_id}", passage_id=passage_id, person_ref=ref[::-1],
        category=Category.VISITOR, passed=format_utc(at - timedelta(seconds=40)), apart_s=-40,
    )  # fmt: skip
    yield 0.1, ContactListed(hold_id=hold_id, listed=format_utc(at), contacts=(entry,))
    steps = (
        (8.0, HoldState.ACKNOWLEDGED),
        (240.0, HoldState.RECHECKED),
        (300.0, HoldState.RELEASED),
    )
    for after_s, step in steps:
        when = format_utc(at + timedelta(seconds=after_s))
        yield after_s, HoldStep(hold_id=hold_id, step=step, by=_BY, at=when, contact_centi_c=3680)
    closed = format_utc(at + timedelta(seconds=400))
    yield (
        400.0,
        HoldClosed(hold_id=hold_id, outcome="released", by=_BY, disinfected=True, closed=closed),
    )


def daily_report(day: str, at: datetime, counted: Counted, first: int, last: int) -> DailyReport:
    """Return the door's report of a day."""
    held = sum(count for (_, decision), count in counted.items() if decision is Decision.HOLD)
    passages = tuple(
        PassageCount(category=category, decision=decision, count=count)
        for (category, decision), count in sorted(counted.items())
    )
    rounds = tuple(
        RoundCount(area=area, kind=Round.DISINFECTED, done=3, needed=3) for area in _AREAS
    )
    return DailyReport(
        day=day,
        since=format_utc(at - timedelta(days=1)),
        until=format_utc(at),
        passages=passages,
        admitted=sum(
            count for (_, decision), count in counted.items() if decision is Decision.ADMIT
        ),
        holds_opened=held,
        holds_closed=held,
        holds_open=0,
        device_lost_s={"thermometer": 0, "id_reader": 0},
        rounds=rounds,
        first_sequence=first,
        last_sequence=last,
    )
