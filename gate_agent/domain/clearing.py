"""Who was proven healthy by the contact thermometer of late (已用体温计核对).

Told by the journal's decisions, as the baseline is: a restart reads them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gate_agent.contract.contact_reading import COLDEST_CENTI_C
from gate_agent.contract.records import Decision, Outcome, PassageDecided, Record, Temperature

BY_CONTACT = "cleared_by_contact"
_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """One person, found healthy by a contact reading."""

    person_ref: str
    contact_centi_c: int
    threshold_centi_c: int
    by: str
    at: str
    at_ns: int


def cleared_after(cleared: tuple[Cleared, ...], record: Record, at_ns: int) -> tuple[Cleared, ...]:
    """Return who is cleared after one more record of the journal; most change nothing."""
    if not isinstance(record, PassageDecided) or record.person_ref is None:
        return cleared
    others = tuple(one for one in cleared if one.person_ref != record.person_ref)
    if record.decision is Decision.HOLD and not record.unsure:  # whatever was known, stopped now
        return others if len(others) < len(cleared) else cleared
    contact, by = record.temperature.contact_centi_c, record.temperature.contact_by
    fresh = contact is not None and record.temperature.contact_at is None
    if record.unsure or not fresh or contact is None or by is None or not _stands(record):
        return cleared
    if contact < COLDEST_CENTI_C:  # an older version let somebody in with it
        return cleared
    new = Cleared(
        person_ref=record.person_ref,
        contact_centi_c=contact,
        threshold_centi_c=record.temperature.contact_threshold_centi_c or contact + 1,
        by=by,
        at=record.decided,
        at_ns=at_ns,
    )
    return (*others, new)[-_KEPT:]


def _stands(record: PassageDecided) -> bool:
    """Whether the reading of this verdict counts: they went in, or the door alone let them wait.

    Whose registration came too late, or whose group, is as well as before, and comes again.
    """
    well = record.temperature.outcome is Outcome.NORMAL
    return record.decision is Decision.ADMIT or (well and record.by is None)


def remembered(records: Iterable[tuple[Record, int]]) -> tuple[Cleared, ...]:
    """Return who is cleared by these records, oldest first, each with its time."""
    cleared: tuple[Cleared, ...] = ()
    for record, at_ns in records:
        cleared = cleared_after(cleared, record, at_ns)
    return cleared


def vouched(measured: Temperature, one: Cleared) -> Temperature:
    """Return the measurement as normal, by the contact reading that cleared this person lately."""
    return measured.model_copy(
        update={
            "outcome": Outcome.NORMAL,
            "reason": None,
            "contact_centi_c": one.contact_centi_c,
            "contact_threshold_centi_c": one.threshold_centi_c,
            "contact_by": one.by,
            "contact_at": one.at,
        }
    )


def beyond_rail(measured: Temperature | None) -> bool:
    """Whether the forehead alone is beyond the rail: no earlier reading vouches for that."""
    if measured is None or measured.rail_centi_c is None:
        return False
    values = (measured.surface_centi_c, measured.body_centi_c)
    return any(value is not None and value >= measured.rail_centi_c for value in values)
