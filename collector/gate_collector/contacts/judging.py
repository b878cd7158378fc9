"""What the office says of close contacts: of one or of many at once, all or none of it kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ContactState
from gate_agent.errors import AskedInVain
from gate_collector.contacts.trace import Case, Near
from gate_collector.store.dialect import begin_writing
from gate_collector.store.schema import HOLD
from gate_collector.store.schema_office import JUDGED

_WITH_A_REASON = (ContactState.DISMISSED, ContactState.CLEARED)


class Unjudgeable(AskedInVain):
    """This cannot be said of these contacts now; `code` says why in a word, `people` of whom."""

    def __init__(self, code: str, text: str, people: tuple[Near, ...] = ()) -> None:
        super().__init__(code, text)
        self.people = people


def judge(
    engine: Engine, case: Case, person_ref: str, state: ContactState, *,
    by: str, at: datetime, reason: str,
) -> None:  # fmt: skip
    """Keep what the office says of one contact, as the case tells it now. Raises Unjudgeable."""
    seen = {one.person_ref: one.seen for one in case.contacts if one.person_ref == person_ref}
    judge_all(engine, case, seen or {person_ref: 0}, state, by=by, at=at, reason=reason)


def judge_all(
    engine: Engine, case: Case, seen: Mapping[str, int], state: ContactState, *,
    by: str, at: datetime, reason: str,
) -> None:  # fmt: skip
    """Keep what the office says of these contacts, of all or of none.

    `seen`: how often something had been said of each when the office looked. Raises Unjudgeable
    where somebody is none of the case, was judged meanwhile, or is past this.
    """
    known = {one.person_ref: one for one in case.contacts}
    if strangers := len(seen.keys() - known.keys()):
        raise Unjudgeable("out_of_turn", f"expected contacts of this hold, got {strangers} others")
    changed = tuple(known[ref] for ref, times in seen.items() if known[ref].seen != times)
    if changed:
        raise Unjudgeable("changed", "expected contacts as they are, got others", changed)
    past = tuple(known[ref] for ref in seen if state not in known[ref].next)
    if past:
        allowed = " or ".join(sorted({str(one) for near in past for one in near.next}))
        raise Unjudgeable("out_of_turn", f"expected {allowed or 'nothing more'}, got {state}", past)
    if state in _WITH_A_REASON and not reason.strip():
        raise Unjudgeable("reason", f"expected a reason with {state}, got none")
    rows = [
        {"gate": case.gate, "hold_id": case.hold_id, "person_ref": ref, "state": state.value,
         "by": by, "at": format_utc(at), "reason": reason.strip()}
        for ref in seen
    ]  # fmt: skip
    with engine.begin() as connection:
        begin_writing(connection)
        meanwhile = _judged_since(connection, case, seen)
        if meanwhile:
            raise Unjudgeable("changed", "expected contacts as they are, got others", meanwhile)
        connection.execute(JUDGED.insert(), rows)


def _judged_since(connection: Connection, case: Case, seen: Mapping[str, int]) -> tuple[Near, ...]:
    """Return who of these was judged since the case was read; nobody judges until this ends."""
    of_hold = HOLD.c.gate == case.gate, HOLD.c.hold_id == case.hold_id
    connection.execute(select(HOLD.c.hold_id).where(*of_hold).with_for_update())
    rows = connection.execute(
        select(JUDGED.c.person_ref, func.count())
        .where(JUDGED.c.gate == case.gate, JUDGED.c.hold_id == case.hold_id)
        .group_by(JUDGED.c.person_ref)
    )
    counts = {ref: count for ref, count in rows}  # noqa: C416 a row is no pair to the type checker
    return tuple(
        one
        for one in case.contacts
        if one.person_ref in seen and counts.get(one.person_ref, 0) != one.by_office
    )
