"""The code of an appointment (预约码): what it looks like, and what a policy holds in its place."""

from __future__ import annotations

import re
from hashlib import sha256

APPOINTMENT_CODE = re.compile(r"[A-Z0-9]{8,32}")


def code_digest(code: str) -> str:
    """Return what a policy says instead of an appointment's code."""
    return sha256(code.encode()).hexdigest()
