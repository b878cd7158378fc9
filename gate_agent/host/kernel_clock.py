"""What the kernel says of the wall clock: whether a time service keeps it, and how well.

chronyd (with `rtcsync`, as Debian ships it), ntpd and systemd-timesyncd tell the kernel of each
synchronisation (adjtimex(2)). From then on the kernel lets the greatest possible error grow by
500 µs a second, and gives the clock up as unsynchronised when that passes 16 s, or when anybody
sets it. Reading needs no right; a sandbox that refuses it is answered by None.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

GROWS_US_PER_S = 500  # MAXFREQ of the kernel's ntp.c
_TIME_ERROR = 5  # what adjtimex(2) returns for a clock that is not synchronised


@dataclass(frozen=True, slots=True)
class KernelTime:
    """One answer of the kernel."""

    synced: bool
    error_us: int  # at most so far from the right time


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),  # 0: tell, and change nothing
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("_rest", ctypes.c_byte * 512),  # more than any kernel writes
    )


def ask_kernel() -> KernelTime | None:
    """Return what the kernel says; None where it may not be asked."""
    answer = _Timex()
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.byref(answer))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else KernelTime(state != _TIME_ERROR, answer.maxerror)
