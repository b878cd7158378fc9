"""What a sheet says beside the policy: names, sealed for the centre alone, and codes to print."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import Response

from gate_agent.contract.appointments import Appointment
from gate_collector.centre import Centre
from gate_collector.policies.booking_codes import keep_codes
from gate_collector.policies.sheet_change import SheetChange
from gate_collector.policies.sheets import NUMBERED
from gate_collector.roles.known_names import NamedBy, end_names, keep_names


def keep_people(
    centre: Centre, taken: SheetChange, private: bytes | None, answer: Response
) -> Response:
    """Keep the names and codes of a sheet that was issued; return the answer to it."""
    if answer.status_code != HTTPStatus.CREATED or taken.kind not in NUMBERED:
        return answer
    sheet, kind = taken.sheet, NamedBy(taken.kind)
    until: dict[str, datetime | None] = {}
    by_code: dict[str, datetime | None] = {}
    for entry in sheet.entries:
        ends = entry.valid_until if isinstance(entry, Appointment) else None
        until[entry.person_ref] = ends
        if isinstance(entry, Appointment) and entry.code_sha256 is not None:
            by_code[entry.code_sha256] = ends
    if private is not None:
        names = {ref: (name, until[ref]) for ref, name in sheet.names.items()}
        keep_names(centre.engine, kind, names, private)
    if kind is NamedBy.ROSTER and taken.replace:
        end_names(centre.engine, kind, until.keys(), centre.now)
    if taken.site_key is not None:
        codes = {digest: (code, by_code[digest]) for digest, code in sheet.codes.items()}
        keep_codes(centre.engine, codes, taken.site_key)
    return answer
