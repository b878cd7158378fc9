"""The names of a case's contacts, opened together: of the registered, of staff by the roster."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from gate_agent.contract.moment import format_utc, parse_utc
from gate_collector.contacts.trace import Case
from gate_collector.roles.reveal import Opened, names_of, reveal

_BEFORE, _AFTER = timedelta(hours=6), timedelta(hours=24)  # a door may send later than that


def open_names(engine: Engine, case: Case, private: bytes) -> dict[str, Opened]:
    """Return who the contacts are, by reference; who is neither registered nor named is not there.

    Most were registered around the hold, and are found at once; the others one by one.
    """
    refs = [near.person_ref for near in case.contacts]
    opened = parse_utc(case.opened)
    since, until = format_utc(opened - _BEFORE), format_utc(opened + _AFTER)
    names = names_of(engine, refs, private, since=since, until=until)
    for ref in refs:
        if ref not in names and (registrations := reveal(engine, ref, private)):
            names[ref] = registrations[0]
    return names
