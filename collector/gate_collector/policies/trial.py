"""Tries a threshold and a mode on people who were measured (试算): an estimate; nothing is stored.

No reading is edited: each passage's own score is held against the draft's limit, as its event has
it. What a door would have done cannot be known where it depends on more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import Category, Decision, PassageDecided, Temperature
from gate_agent.errors import ContractError
from gate_collector.store.schema import EVENT, PASSAGE

MOST = 5000  # the newest: more tells no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was, and what would have been with the draft; of `measured` passages."""

    measured: int
    unknown: int  # without a score or its limits: a camera's, or by the contact thermometer alone
    flagged: int
    would_flag: int
    refused: int
    would_refuse: int
    is_part: bool  # there were more than are looked at


def tried(
    passages: Iterable[PassageDecided], policy: Policy, *, alarm_centi_c: int | None, mode: HallMode
) -> Trial:
    """Return what a fixed threshold (None: the one that each was held against) and a mode give."""
    seen = list(passages)
    known = [one.temperature for one in seen if _is_known(one.temperature)]
    staff = {entry.person_ref for entry in policy.roster if entry.on_duty}
    return Trial(
        measured=len(seen),
        unknown=len(seen) - len(known),
        flagged=sum(_flags(one, None) for one in known),
        would_flag=sum(_flags(one, alarm_centi_c) for one in known),
        refused=sum(one.decision is Decision.DENY for one in seen),
        would_refuse=sum(_is_refused(one, policy, mode, staff) for one in seen),
        is_part=len(seen) >= MOST,
    )


def passages_since(connection: Connection, since: datetime) -> Iterator[PassageDecided]:
    """Yield the newest passages since then, drills left out."""
    same = and_(*(EVENT.c[key] == PASSAGE.c[key] for key in ("gate", "epoch", "sequence")))
    bodies = connection.execute(
        select(EVENT.c.body)
        .select_from(PASSAGE.join(EVENT, same))
        .where(PASSAGE.c.decided >= format_utc(since), PASSAGE.c.drill.is_(False))
        .order_by(PASSAGE.c.decided.desc())
        .limit(MOST)
    ).scalars()
    for body in bodies:
        try:
            record = None if body is None else parse_body(bytes(body)).record()
        except ContractError:
            continue
        if isinstance(record, PassageDecided):
            yield record


def _is_known(t: Temperature) -> bool:
    return None not in (t.score_centi_c, t.threshold_centi_c, t.rail_centi_c, t.surface_centi_c)


def _flags(t: Temperature, alarm_centi_c: int | None) -> bool:
    """Whether the forehead flags: by a fixed threshold, or by what this one was held against."""
    score, highest = t.score_centi_c or 0, max(t.surface_centi_c or 0, t.body_centi_c or 0)
    if highest > t.error_above_centi_c:
        return False
    over_rail = highest >= (t.rail_centi_c or 0)
    if alarm_centi_c is not None:
        return score >= alarm_centi_c or over_rail
    over_ceiling = t.ceiling_centi_c is not None and score >= t.ceiling_centi_c
    return score >= (t.threshold_centi_c or 0) or over_ceiling or over_rail


def _is_refused(
    one: PassageDecided, policy: Policy, mode: HallMode, staff: set[str]
) -> bool:  # fmt: skip
    match mode:
        case HallMode.EMERGENCY:
            return True
        case HallMode.CLOSED:
            return one.person_ref not in staff
        case HallMode.APPOINTMENT:
            at = parse_utc(one.decided)
            return not (
                one.category is Category.STAFF
                or one.green_channel
                or any(
                    entry.person_ref == one.person_ref
                    and (entry.valid_from is None or entry.valid_from <= at)
                    and (entry.valid_until is None or at < entry.valid_until)
                    for entry in policy.appointments
                )
            )
        case HallMode.OPEN:
            return False
