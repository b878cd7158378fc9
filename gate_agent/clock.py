"""The only place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gate_agent.moment import ClockQuality, Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIMESYNC = Path("/run/systemd/timesync")
_CHRONY = Path("/run/chrony")


class Clock(Protocol):
    """What the rest of the gate may ask about time."""

    @property
    def boot_id(self) -> str:
        """Random id of this boot of the board: `boot_ns` compares only inside one boot."""
        ...

    def now(self) -> Moment:
        """Return the present moment."""
        ...

    def quality(self) -> ClockQuality:
        """Return how far the wall clock can be believed right now."""
        ...


class SystemClock:
    """The board's clocks.

    Quality: systemd-timesyncd touches `/run/systemd/timesync/synchronized` on each
    synchronisation and documents it for other programs (systemd-timesyncd.service(8));
    asking adjtimex would be refused inside our own sandbox.
    """

    def __init__(self) -> None:
        self._boot_id = _BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")

    @property
    def boot_id(self) -> str:
        """Random id of this boot."""
        return self._boot_id

    def now(self) -> Moment:
        """Return the present moment."""
        return Moment(
            utc=datetime.fromtimestamp(time.time_ns() / 1e9, UTC),
            boot_ns=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        )

    def quality(self) -> ClockQuality:
        """Return `synced` once this boot was synchronised, else `unsynced`."""
        synced = (_TIMESYNC / "synchronized").exists() or (_CHRONY / "drift").exists()
        return ClockQuality.SYNCED if synced else ClockQuality.UNSYNCED
