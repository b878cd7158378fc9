"""What a visitor's code says (登记码、预约码): text from any scanner or camera. Pure.

Two forms, short so that a phone shows few and large modules:

    GATE-R:13800138000     the mobile number to register, from the hall's own page
    GATE-A:7F3K9Q2MX4      the code of an appointment, at least 8 letters and digits
"""

from __future__ import annotations

import re

from gate_agent.contract.codes import APPOINTMENT_CODE, code_digest
from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import Moment
from gate_agent.contract.phone import PhoneFault, check_phone
from gate_agent.domain.events import CodeShown

_REGISTRATION = re.compile(r"GATE-R:(\+?[0-9]{11,14})")
_APPOINTMENT = re.compile(rf"GATE-A:({APPOINTMENT_CODE.pattern})")


def read_code(text: str, at: Moment) -> CodeShown | None:
    """Return what a code says; None for a code that is not ours."""
    if matched := _REGISTRATION.fullmatch(text):
        try:
            return CodeShown(at=at, phone=Secret(check_phone(matched[1])))
        except PhoneFault:
            return None
    if matched := _APPOINTMENT.fullmatch(text):
        return CodeShown(at=at, appointment_sha256=code_digest(matched[1]))
    return None
