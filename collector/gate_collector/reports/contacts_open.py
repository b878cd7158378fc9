"""The close contacts (密切接触者) that a report counts, as door and office judged them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ContactState
from gate_collector.centre import Centre
from gate_collector.contacts.follow_book import cases_before, follow_ups_of, today_of
from gate_collector.contacts.trace import trace
from gate_collector.day import ReportDay
from gate_collector.reports.content import OpenContacts


def contacts_of(centre: Centre, day: ReportDay) -> tuple[dict[str, int], tuple[OpenContacts, ...]]:
    """Return the contacts of this day's cases by state, and of each case who is still open.

    Open is who is not judged, and whom nobody asked after on a day until this one.
    """
    policy = centre.policy().contacts
    since = day.begin - timedelta(days=policy.observe_days)
    with centre.engine.connect() as connection:
        cases = cases_before(connection, format_utc(day.end), format_utc(since))
    today = min(day.date, today_of(centre))
    states: Counter[str] = Counter()
    still_open = []
    for gate, hold_id, opened in cases:
        case = trace(centre.engine, gate, hold_id, policy)
        by_state = Counter(near.state.value for near in (case.contacts if case else ()))
        if opened > format_utc(day.begin):
            states += by_state
        followed = follow_ups_of(centre, case, today).follow_ups if case else ()
        count = by_state[ContactState.PROPOSED.value]
        unfollowed = sum(bool(one.owed) for one in followed)
        if count or unfollowed:
            still_open.append(
                OpenContacts(
                    gate=gate, hold_id=hold_id, opened=opened, count=count, unfollowed=unfollowed
                )
            )
    return dict(states), tuple(still_open)
