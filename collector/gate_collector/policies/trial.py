"""Tries a threshold, a flag rate, a mode, hours and windows on people who came (试算): an estimate.

Nothing is stored and no reading is edited: each passage's own score is held against the draft's
limit, as its event has it. What a door would have done cannot be known where it depends on more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, select

from gate_agent.contract.appointments import Appointment
from gate_agent.contract.hall_times import is_between
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, on_clock, parse_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import Category, Decision, PassageDecided, Temperature
from gate_agent.errors import ContractError
from gate_collector.store.schema import EVENT, PASSAGE

MOST = 5000  # the newest: more tells no more
ENOUGH = 200  # people of a door: a margin rests on so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was, and what would have been with the draft; of `measured` passages."""

    measured: int
    unknown: int  # without a score or its limits: a camera's, or by the contact thermometer alone
    flagged: int
    would_flag: int
    refused: int
    would_refuse: int
    outside: int | None  # came before the hall opened or once it closed; None without hours
    is_part: bool  # there were more than are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrial:
    """What another wanted flag rate (期望报警率) would have flagged, where enough is known."""

    people: int  # healthy ones, of doors that had enough of them
    would_flag: int
    flagged: int  # of the same people, as it was
    unsure: int  # people of doors with too few


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when to when the hall would serve, by the clock of its zone, on every day."""

    opens: time
    closes: time
    zone: ZoneInfo

    def covers(self, utc: datetime) -> bool:
        """Whether it serves then; hours may pass midnight."""
        return is_between(self.opens, self.closes, on_clock(utc, self.zone).time())


def tried(
    passages: Iterable[PassageDecided],
    policy: Policy,
    *,
    alarm_centi_c: int | None,
    mode: HallMode,
    hours: Hours | None = None,
) -> Trial:
    """Return what a fixed threshold (None: the one each was held against), mode and hours give."""
    seen = list(passages)
    known = [one.temperature for one in seen if _is_known(one.temperature)]
    may_come = _may_come(policy, mode)
    return Trial(
        measured=len(seen),
        unknown=len(seen) - len(known),
        flagged=sum(_flags(one, None) for one in known),
        would_flag=sum(_flags(one, alarm_centi_c) for one in known),
        refused=sum(one.decision is Decision.DENY for one in seen),
        would_refuse=sum(not may_come(one) for one in seen),
        outside=None
        if hours is None
        else sum(not hours.covers(parse_utc(one.decided)) for one in seen),
        is_part=len(seen) >= MOST,
    )


def rate_tried(passages: Iterable[tuple[str, PassageDecided]], permille: int) -> RateTrial:
    """Return what a wanted flag rate gives: at each door the margin that leaves that share above.

    As a door learns it: who was not flagged is healthy, who was flagged by the contact thermometer
    alone. Here it is one margin for all the days; a door's own moves with its newest people.
    """
    doors: dict[str, list[Temperature]] = {}
    for gate, one in passages:
        if _is_healthy(one.temperature):
            doors.setdefault(gate, []).append(one.temperature)
    enough = {gate: people for gate, people in doors.items() if len(people) >= ENOUGH}
    would_flag = flagged = 0
    for people in enough.values():
        ranked = sorted((_above(one) for one in people), reverse=True)
        rank = (len(ranked) + 1) * permille // 1000
        margin = ranked[rank - 1] if rank else ranked[0] + 1
        would_flag += sum(_above(one) >= margin or _is_over(one) for one in people)
        flagged += sum(_flags(one, None) for one in people)
    known = sum(map(len, enough.values()))
    unsure = sum(map(len, doors.values())) - known
    return RateTrial(people=known, would_flag=would_flag, flagged=flagged, unsure=unsure)


def passages_since(connection: Connection, since: datetime) -> Iterator[tuple[str, PassageDecided]]:
    """Yield the newest passages since then with their doors, drills left out."""
    same = and_(*(EVENT.c[key] == PASSAGE.c[key] for key in ("gate", "epoch", "sequence")))
    bodies = connection.execute(
        select(EVENT.c.gate, EVENT.c.body)
        .select_from(PASSAGE.join(EVENT, same))
        .where(PASSAGE.c.decided >= format_utc(since), PASSAGE.c.drill.is_(False))
        .order_by(PASSAGE.c.decided.desc())
        .limit(MOST)
    )
    for gate, body in bodies:
        try:
            record = None if body is None else parse_body(bytes(body)).record()
        except ContractError:
            continue
        if isinstance(record, PassageDecided):
            yield gate, record


def _is_known(t: Temperature) -> bool:
    return None not in (t.score_centi_c, t.threshold_centi_c, t.rail_centi_c, t.surface_centi_c)


def _is_healthy(t: Temperature) -> bool:
    """Whether this is known of somebody who was held against a baseline."""
    if not _is_known(t) or t.baseline_centi_c is None:
        return False
    if not _flags(t, None):
        return True
    contact, line = t.contact_centi_c, t.contact_threshold_centi_c
    return contact is not None and line is not None and contact < line


def _above(t: Temperature) -> int:
    return (t.score_centi_c or 0) - (t.baseline_centi_c or 0)


def _is_over(t: Temperature) -> bool:
    """Whether it is flagged whatever the margin: beyond the ceiling or the rail."""
    highest = max(t.surface_centi_c or 0, t.body_centi_c or 0)
    over_ceiling = t.ceiling_centi_c is not None and (t.score_centi_c or 0) >= t.ceiling_centi_c
    return over_ceiling or highest >= (t.rail_centi_c or 0)


def _flags(t: Temperature, alarm_centi_c: int | None) -> bool:
    """Whether the forehead flags: by a fixed threshold, or by what this one was held against."""
    score, highest = t.score_centi_c or 0, max(t.surface_centi_c or 0, t.body_centi_c or 0)
    if highest > t.error_above_centi_c:
        return False
    if alarm_centi_c is not None:
        return score >= alarm_centi_c or highest >= (t.rail_centi_c or 0)
    return score >= (t.threshold_centi_c or 0) or _is_over(t)


def _may_come(policy: Policy, mode: HallMode) -> Callable[[PassageDecided], bool]:
    """Return whom the mode lets come; the lists are read once, whatever their length."""
    on_duty = {entry.person_ref for entry in policy.roster if entry.on_duty}
    booked: dict[str | None, list[Appointment]] = {}
    for entry in policy.appointments:
        booked.setdefault(entry.person_ref, []).append(entry)

    def is_booked(one: PassageDecided) -> bool:
        at = parse_utc(one.decided)
        return any(
            (entry.valid_from is None or entry.valid_from <= at)
            and (entry.valid_until is None or at < entry.valid_until)
            for entry in booked.get(one.person_ref, ())
        )

    def may_come(one: PassageDecided) -> bool:
        match mode:
            case HallMode.EMERGENCY:
                return False
            case HallMode.CLOSED:
                return one.person_ref in on_duty
            case HallMode.APPOINTMENT:
                return bool(
                    one.category is Category.STAFF
                    or one.green_channel
                    or (one.person_ref is not None and is_booked(one))
                )
            case HallMode.OPEN:
                return True

    return may_come
