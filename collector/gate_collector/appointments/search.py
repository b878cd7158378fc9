"""Finds appointments by what somebody says of theirs: a code, a number, a reference, a name.

What was typed is in the body of a request, is hashed or compared here, and is kept nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Engine

from gate_agent.contract.appointments import Appointment, CancelledAppointment
from gate_agent.contract.codes import APPOINTMENT_CODE, code_digest
from gate_agent.contract.policy import Policy
from gate_collector.appointments.booked import shown_cancelled
from gate_collector.live.search import reference
from gate_collector.roles.known_names import NamedBy, known_names

_SHOWN_CODE = "GATE-A:"
_DIGIT = re.compile("[0-9]")
Entry = Appointment | CancelledAppointment


def matching(
    engine: Engine, policy: Policy, typed: str, *, site_key: bytes | None, private: bytes | None
) -> tuple[str, list[Entry]]:
    """Return by what was searched (code, who, name), and the appointments that fit.

    `private` opens names, where the role may know them. Raises Unsearchable.
    """
    code = typed.strip().upper().removeprefix(_SHOWN_CODE)
    if APPOINTMENT_CODE.fullmatch(code):
        digest = code_digest(code)
        by_code = [one for one in _entries(policy) if one.code_sha256 == digest]
        if by_code:
            return "code", by_code
    if private is not None and not _DIGIT.search(typed):
        wanted = _plain(typed)
        names = known_names(engine, private, kind=NamedBy.APPOINTMENTS)
        refs = {ref for ref, name in names.items() if _plain(name) == wanted}
        return "name", [one for one in _entries(policy) if one.person_ref in refs]
    ref = reference(typed, site_key)
    return "who", [one for one in _entries(policy) if one.person_ref == ref]


def _entries(policy: Policy) -> Iterator[Entry]:
    yield from policy.appointments
    yield from shown_cancelled(policy)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
