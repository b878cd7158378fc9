"""What the kernel says of the wall clock: whether a time service keeps it, and how well.

chronyd (with `rtcsync`, as Debian ships it), ntpd and systemd-timesyncd tell the kernel of each
synchronisation (adjtimex(2)). From then on the kernel lets the greatest possible error grow by
500 µs a second, and gives the clock up as unsynchronised when that passes 16 s, or when anybody
sets it. Reading needs no right; a sandbox that refuses it is answered by None.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

GROWS_US_PER_S = 500  # MAXFREQ of the kernel's ntp.c
_TIME_ERROR = 5  # what adjtimex(2) returns for a clock that is not synchronised
_TOLD_LATELY_NS = 10_000_000_000  # five times as long as it takes to be told again


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


def written(answer: KernelTime, boot_ns: int) -> str:
    """Return what the kernel said at `boot_ns`, for a process that may not ask it."""
    return f"{int(answer.synced)} {answer.error_us} {boot_ns}\n"


def read_written(path: Path, boot_ns: int) -> KernelTime | None:
    """Return what was written there, as it stands at `boot_ns`; None when nobody told it lately."""
    try:
        synced, error_us, told_ns = (int(word) for word in path.read_bytes()[:64].split())
    except (OSError, ValueError):
        return None
    age_ns = boot_ns - told_ns
    if not 0 <= age_ns <= _TOLD_LATELY_NS:
        return None
    return KernelTime(bool(synced), error_us + age_ns * GROWS_US_PER_S // 1_000_000_000)
