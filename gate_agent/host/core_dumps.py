"""No core dump (核心转储) of a process that has names and keys in its memory."""

from __future__ import annotations

import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4  # prctl(2)


def forbid() -> None:
    """Forbid dumps for this process: also to a program that takes them by a pipe (core(5)).

    The limit alone does not bind a pipe; a process that is not dumpable is not traced by its
    own user either. Raises OSError where the kernel refuses.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
