"""Takes everything personal out of what a reader of badges or codes sent: all of it (no I/O)."""

from __future__ import annotations

from collections.abc import Callable

from gate_agent.driver_api import Card

_ENDS = b"\r\n\x02\x03"


def blank(stream: bytes, _stand_in: Callable[[Card], Card]) -> bytes:
    """Return as many bytes as came, the ends of lines where they were, and nothing else."""
    return bytes(byte if byte in _ENDS else 0x30 for byte in stream)
