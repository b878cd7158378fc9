"""Who is inside the hall (在馆人员): let in at any door, and not seen leaving at any."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import Decision, PersonLeft
from gate_collector.store.schema import NOTABLE, PASSAGE

STAYS = timedelta(hours=16)  # nobody stays longer: a departure that was not seen is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One person's time in the hall; `left` is null while they were not seen leaving."""

    person_ref: str
    gate: str
    category: str
    entered: str
    left: str | None
    is_seen: bool = False  # an exit saw them leave; else they came again, and must have left

    def overlaps(self, since: datetime, until: datetime) -> bool:
        """Whether this person was inside at some time between."""
        gone = None if self.left is None else parse_utc(self.left)
        return parse_utc(self.entered) <= until and (gone is None or gone >= since)


def stays(connection: Connection, since: datetime, until: datetime) -> list[Stay]:
    """Return the stays of named people that overlap this time, in the order they began.

    Who comes again without having been seen leaving has left in between: at the latest then.
    """
    departures: dict[str, list[str]] = {}
    for departure in _left(connection, since - STAYS, until + STAYS):
        if departure.person_ref is not None:
            departures.setdefault(departure.person_ref, []).append(departure.at)
    rows = connection.execute(
        select(PASSAGE.c.person_ref, PASSAGE.c.gate, PASSAGE.c.category, PASSAGE.c.decided)
        .where(
            PASSAGE.c.decided >= format_utc(since - STAYS),
            PASSAGE.c.decided <= format_utc(until + STAYS),
            PASSAGE.c.decision == Decision.ADMIT.value,
            PASSAGE.c.person_ref.is_not(None),
            PASSAGE.c.drill.is_(False),
        )
        .order_by(PASSAGE.c.decided)
    ).all()
    later: dict[str, str] = {}
    stays_made: list[Stay] = []
    for row in reversed(rows):
        again = later.get(row.person_ref)
        ends = [at for at in departures.get(row.person_ref, ()) if at >= row.decided]
        left = min([*ends, *([again] if again else [])], default=None)
        later[row.person_ref] = row.decided
        stay = Stay(
            person_ref=row.person_ref,
            gate=row.gate,
            category=row.category,
            entered=row.decided,
            left=left,
            is_seen=bool(ends) and left == min(ends),
        )
        if stay.overlaps(since, until):
            stays_made.append(stay)
    return stays_made[::-1]


def inside(connection: Connection, now: datetime) -> dict[str, Any]:
    """Return how many are inside now, and who of them is named; never a name."""
    here = [stay for stay in stays(connection, now, now) if stay.left is None]
    unnamed_in = _unnamed_in(connection, now)
    departures = _left(connection, now - STAYS, now)
    unnamed_left = sum(departure.count for departure in departures if departure.person_ref is None)
    by_means: Counter[str] = Counter()
    for departure in departures:
        by_means[departure.means.value] += departure.count
    by_category = Counter(stay.category for stay in here)
    return {
        "time": format_utc(now),
        "count": max(0, len(here) + unnamed_in - unnamed_left),
        "unnamed_in": unnamed_in,
        "unnamed_left": unnamed_left,
        "left_by": dict(sorted(by_means.items())),
        "by_category": dict(sorted(by_category.items())),
        "people": [
            {
                "person_ref": stay.person_ref,
                "gate": stay.gate,
                "category": stay.category,
                "entered": stay.entered,
                "inside_s": round((now - parse_utc(stay.entered)).total_seconds()),
            }
            for stay in here
        ],
    }


def _unnamed_in(connection: Connection, now: datetime) -> int:
    counted = connection.execute(
        select(func.count()).where(
            PASSAGE.c.decided >= format_utc(now - STAYS),
            PASSAGE.c.decision == Decision.ADMIT.value,
            PASSAGE.c.person_ref.is_(None),
            PASSAGE.c.drill.is_(False),
        )
    )
    return counted.scalar_one()


def _left(connection: Connection, since: datetime, until: datetime) -> list[PersonLeft]:
    rows = connection.execute(
        select(NOTABLE.c.data)
        .where(
            NOTABLE.c.type == PersonLeft.TYPE,
            NOTABLE.c.time >= format_utc(since),
            NOTABLE.c.time <= format_utc(until),
            NOTABLE.c.drill.is_(False),
        )
        .order_by(NOTABLE.c.time)
    ).scalars()
    return [PersonLeft.model_validate_json(data) for data in rows]
