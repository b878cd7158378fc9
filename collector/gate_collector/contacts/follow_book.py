"""The book of follow-ups (随访登记): what the office found out day by day, and who waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from gate_agent.contract.moment import format_utc, on_clock
from gate_agent.contract.records import HoldState
from gate_agent.errors import AskedInVain
from gate_collector.centre import Centre
from gate_collector.contacts.follow import (
    FollowHealth,
    FollowPlace,
    FollowUp,
    FollowUpEntry,
    follow_up,
)
from gate_collector.contacts.trace import Case, trace
from gate_collector.contacts.traced_cases import traced_cases
from gate_collector.store.schema import HOLD, OLDEST_HOLDS
from gate_collector.store.schema_office import FOLLOWED

_SICK = (HoldState.CONFIRMED.value, HoldState.REPORTED.value, HoldState.TRANSFERRED.value)
_WENT = ("transferred", "left")
_SOON = timedelta(milliseconds=1)  # also what begins right now
Entries = dict[tuple[str, str, str], list[FollowUpEntry]]


class Unfollowed(AskedInVain):
    """This cannot be entered of these people; `code` says why in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFollowUps:
    """The observed contacts of one case, as they stand on a day."""

    case: Case
    follow_ups: tuple[FollowUp, ...]

    @property
    def waiting(self) -> tuple[FollowUp, ...]:
        """Who waits for the office: who is ill first, then the longest overdue."""
        waiting = [one for one in self.follow_ups if one.waits]
        return tuple(sorted(waiting, key=lambda one: (not one.is_ill, not one.overdue, one.owed)))


def cases_before(connection: Connection, until: str) -> list[tuple[str, str]]:
    """Return door and id of each case that began until then, the oldest first.

    A hold is a case once it is confirmed: nobody is the contact of who was released.
    """
    rows = connection.execute(
        select(HOLD.c.gate, HOLD.c.hold_id)
        .where(
            HOLD.c.drill.is_(False),
            HOLD.c.opened < until,
            or_(HOLD.c.state.in_(_SICK), HOLD.c.outcome.in_(_WENT)),
        )
        .order_by(*OLDEST_HOLDS)
    )
    return [(row.gate, row.hold_id) for row in rows]


def today_of(centre: Centre) -> date:
    """Return the date by the hall's clock."""
    return on_clock(centre.now, centre.zone).date()


def follow_ups_of(centre: Centre, case: Case, today: date) -> CaseFollowUps:
    """Return the observed contacts of a case as they stand on `today`."""
    of_case = FOLLOWED.c.gate == case.gate, FOLLOWED.c.hold_id == case.hold_id
    with centre.engine.connect() as connection:
        entries = _entries(connection, *of_case)
    days = centre.policy().contacts.observe_days
    return _followed(centre, case, entries, today, days)


def followed_cases(centre: Centre, until: str, today: date) -> list[CaseFollowUps]:
    """Return every case that began until then, its observed contacts as they stand on `today`."""
    with centre.engine.connect() as connection:
        keys = cases_before(connection, until)
        entries = _entries(connection)
    policy = centre.policy().contacts
    cases = traced_cases(centre.engine).of(centre.engine, keys, policy, centre.now)
    return [_followed(centre, case, entries, today, policy.observe_days) for case in cases]


def _entries(connection: Connection, *where: Any) -> Entries:
    """Return what was entered, by door, hold and reference, in order."""
    entries: Entries = {}
    for row in connection.execute(select(FOLLOWED).where(*where).order_by(FOLLOWED.c.id)):
        entry = FollowUpEntry(
            day=date.fromisoformat(row.day),
            place=FollowPlace(row.place),
            health=FollowHealth(row.health),
            note=row.note,
            by=row.by,
            at=row.at,
        )
        entries.setdefault((row.gate, row.hold_id, row.person_ref), []).append(entry)
    return entries


def _followed(
    centre: Centre, case: Case, entries: Entries, today: date, days: int
) -> CaseFollowUps:
    made = (
        follow_up(
            near, entries.get((case.gate, case.hold_id, near.person_ref), ()),
            today=today, days=days, zone=centre.zone,
        )
        for near in case.contacts
    )  # fmt: skip
    return CaseFollowUps(case=case, follow_ups=tuple(one for one in made if one is not None))


def followed_of(centre: Centre, case: Case) -> dict[str, FollowUp]:
    """Return the observed contacts of a case as they stand today, by reference."""
    made = follow_ups_of(centre, case, today_of(centre)).follow_ups
    return {one.near.person_ref: one for one in made}


def all_follow_ups(centre: Centre, today: date | None = None) -> list[CaseFollowUps]:
    """Return every case with its follow-ups: what nobody entered or ended waits for ever."""
    until = format_utc(centre.now + _SOON)
    return followed_cases(centre, until, today or today_of(centre))


def waiting_counts(centre: Centre, today: date | None = None) -> dict[str, int]:
    """Return how many are due on a day, how many are overdue, how many are to be cleared."""
    waiting = [one for case in all_follow_ups(centre, today) for one in case.waiting]
    return {
        "due": sum(one.is_due for one in waiting),
        "overdue": sum(bool(one.overdue) for one in waiting),
        "ended": sum(one.is_over for one in waiting),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAfter:
    """What was found out, the same of everybody that it is entered for."""

    day: date
    place: FollowPlace
    health: FollowHealth
    note: str
    by: str
    role: str


def enter(centre: Centre, people: Iterable[tuple[str, str, str]], asked: AskedAfter) -> int:
    """Keep what was found out of these people (door, hold, reference), of all or of none.

    Raises Unfollowed where somebody is not observed, or not on that day.
    """
    by_case: dict[tuple[str, str], list[str]] = {}
    for gate, hold_id, ref in dict.fromkeys(people):
        by_case.setdefault((gate, hold_id), []).append(ref)
    today, rows = today_of(centre), []
    if asked.day > today:
        raise Unfollowed("follow_later", "expected a day that has come, got a later one")
    for (gate, hold_id), refs in by_case.items():
        case = trace(centre.engine, gate, hold_id, centre.policy().contacts)
        observed = (
            {one.near.person_ref: one for one in follow_ups_of(centre, case, today).follow_ups}
            if case is not None
            else {}
        )
        for ref in refs:
            one = observed.get(ref)
            if one is None:
                raise Unfollowed("not_observed", "expected people who are observed, got another")
            if not one.last < asked.day <= one.end:
                raise Unfollowed(
                    "follow_day", f"expected a day after {one.last} to {one.end}, got {asked.day}"
                )
            rows.append(
                {
                    "gate": gate, "hold_id": hold_id, "person_ref": ref,
                    "day": asked.day.isoformat(), "place": asked.place.value,
                    "health": asked.health.value, "note": asked.note, "by": asked.by,
                    "role": asked.role, "at": format_utc(centre.now),
                }
            )  # fmt: skip
    with centre.engine.begin() as connection:
        connection.execute(FOLLOWED.insert(), rows)
    return len(rows)
