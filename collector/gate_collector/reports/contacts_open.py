"""The close contacts (密切接触者) that a report counts, as door and office judged them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import or_, select

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ContactState, HoldState
from gate_collector.centre import Centre
from gate_collector.contacts.trace import trace
from gate_collector.day import ReportDay
from gate_collector.reports.content import OpenContacts
from gate_collector.store.schema import HOLD, OLDEST_HOLDS

_OBSERVED = timedelta(days=14)
_SICK = (HoldState.CONFIRMED.value, HoldState.REPORTED.value, HoldState.TRANSFERRED.value)
_WENT = ("transferred", "left")


def contacts_of(centre: Centre, day: ReportDay) -> tuple[dict[str, int], tuple[OpenContacts, ...]]:
    """Return the contacts of this day's cases by state, and of two weeks whoever is not judged.

    A hold is a case once it is confirmed: nobody is the contact of who was released.
    """
    with centre.engine.connect() as connection:
        rows = connection.execute(
            select(HOLD.c.gate, HOLD.c.hold_id, HOLD.c.opened)
            .where(
                HOLD.c.drill.is_(False),
                HOLD.c.opened > format_utc(day.begin - _OBSERVED),
                HOLD.c.opened <= format_utc(day.end),
                or_(HOLD.c.state.in_(_SICK), HOLD.c.outcome.in_(_WENT)),
            )
            .order_by(*OLDEST_HOLDS)
        ).all()
    states: Counter[str] = Counter()
    still_open = []
    for row in rows:
        case = trace(centre.engine, row.gate, row.hold_id, centre.policy().contacts)
        by_state = Counter(near.state.value for near in (case.contacts if case else ()))
        if row.opened > format_utc(day.begin):
            states += by_state
        if count := by_state[ContactState.PROPOSED.value]:
            still_open.append(
                OpenContacts(gate=row.gate, hold_id=row.hold_id, opened=row.opened, count=count)
            )
    return dict(states), tuple(still_open)
