"""The close contacts (密切接触者) that a report counts, as door and office judged them."""

from __future__ import annotations

from collections import defaultdict

from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ContactState
from gate_collector.centre import Centre
from gate_collector.contacts.follow_book import followed_cases, today_of
from gate_collector.day import ReportDay
from gate_collector.reports.content import ContactsDay, OpenContacts


def contacts_of(centre: Centre, day: ReportDay) -> ContactsDay:
    """Return the contacts of this day's cases by state, and of every case who is still open.

    Open is who is not judged, whom nobody asked after on a day until this one, and whose
    observation is over and was ended by nobody: for as long as that is so. One person near three
    cases is one person; the case of each is named beside it.
    """
    today = min(day.date, today_of(centre))
    people = defaultdict[str, set[str]](set)  # by what they are or lack
    still_open = []
    for followed in followed_cases(centre, format_utc(day.end), today):
        case = followed.case
        if case.opened >= format_utc(day.begin):
            for near in case.contacts:
                people[near.state.value].add(near.person_ref)
        lacks = {
            "count": {near.person_ref for near in case.contacts
                      if near.state is ContactState.PROPOSED},
            "unfollowed": {one.near.person_ref for one in followed.follow_ups if one.owed},
            "unended": {one.near.person_ref for one in followed.follow_ups if one.is_to_end},
        }  # fmt: skip
        if any(lacks.values()):
            counts = {name: len(refs) for name, refs in lacks.items()}
            still_open.append(
                OpenContacts(gate=case.gate, hold_id=case.hold_id, opened=case.opened, **counts)
            )
        for name, refs in lacks.items():
            people[name] |= refs
    return ContactsDay(
        contacts={
            state.value: len(people[state.value]) for state in ContactState if people[state.value]
        },
        contacts_open=tuple(still_open),
        unjudged=len(people["count"]),
        unfollowed=len(people["unfollowed"]),
        unended=len(people["unended"]),
    )
