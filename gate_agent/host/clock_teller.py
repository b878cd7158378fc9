"""Tells the daemon what the kernel says of the clock (时钟转告): a small process of its own.

Who may ask adjtimex(2) may be let set the clock by the same call, and a sandbox cannot tell them
apart. So this one asks: it has no network, no device, no file but one of its own in /run, and the
daemon, which has all of these, may not. `gate-clock.service` runs it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from gate_agent.host.clock import SystemClock
from gate_agent.host.kernel_clock import ask_kernel, written

_EVERY_S = 2.0
_READABLE = 0o644


def tell(path: Path) -> None:
    """Write what the kernel says, every two seconds until SIGTERM or SIGINT."""
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    clock, draft = SystemClock(), path.with_suffix(".new")
    while True:
        if (kernel := ask_kernel()) is not None:
            draft.write_text(written(kernel, clock.now().boot_ns), encoding="ascii")
            draft.chmod(_READABLE)
            draft.replace(path)
        if signal.sigtimedwait(ending, _EVERY_S) is not None:
            path.unlink(missing_ok=True)
            return


if __name__ == "__main__":
    tell(Path(sys.argv[1]))
