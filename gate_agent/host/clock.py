"""The only place that asks what time it is, and how far that can be believed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment
from gate_agent.host.kernel_clock import GROWS_US_PER_S, KernelTime, ask_kernel, read_written

STEP = timedelta(milliseconds=500)  # a wall clock that moved further against the other was stepped
HOLDS_S = 3 * 2048.0  # systemd-timesyncd asks every 2048 s at the latest; three misses are silence

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
_TOLD = Path("/run/gate-clock/kernel")  # host.clock_teller, where we may not ask ourselves
_TOGETHER_NS = 1_000_000  # both clocks are read within this, or again
_TRIES = 5
_LOOK_EVERY_S = 1.0


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


class SyncWatch:
    """Derives the clock's quality from what is seen of synchronisations and steps."""

    def __init__(self) -> None:
        self._mark_ns: int | None = None
        self._kernel: KernelTime | None = None
        self._synced_ns: int | None = None  # boot time of the newest synchronisation
        self._stepped = False
        self._booted: datetime | None = None

    def look(
        self, now: Moment, mark_ns: int | None, kernel: KernelTime | None = None
    ) -> ClockQuality:
        """Return the quality; `mark_ns` is the wall clock's time of the newest synchronisation.

        A mark that is there at the first look is as old as the wall clock says, and one that lies
        ahead of it means that the clock was set back since. Whatever the mark says, a clock that
        the kernel gave up is not synced.
        """
        if self._booted is not None and abs(now.booted - self._booted) > STEP:
            self._stepped = True
        if mark_ns is not None and mark_ns != self._mark_ns:
            age_ns = round(now.utc.timestamp() * NS_PER_S) - mark_ns if self._booted is None else 0
            self._synced_ns = now.boot_ns - max(0, age_ns)
            self._stepped = age_ns < -STEP / timedelta(seconds=1) * NS_PER_S
        if kernel is not None and kernel.synced:
            age_ns = kernel.error_us * NS_PER_S // GROWS_US_PER_S
            self._synced_ns = max(self._synced_ns or 0, now.boot_ns - age_ns)
            before = self._kernel
            if before is None or not before.synced or kernel.error_us < before.error_us:
                self._stepped = False  # the error shrinks by a new synchronisation alone
        self._mark_ns, self._kernel, self._booted = mark_ns, kernel, now.booted
        if self._synced_ns is None:
            return ClockQuality.UNSYNCED
        if self._stepped:
            return ClockQuality.STEPPED
        is_old = now.boot_ns - self._synced_ns > HOLDS_S * NS_PER_S
        if is_old or (kernel is not None and not kernel.synced):
            return ClockQuality.HOLDOVER
        return ClockQuality.SYNCED


class SystemClock:
    """The board's clocks.

    systemd-timesyncd touches `/run/systemd/timesync/synchronized` at each synchronisation, for
    other programs to see (systemd-timesyncd.service(8)), and `/run` is empty after a boot; chronyd
    and ntpd leave no file that we may read, but tell the kernel.
    """

    def __init__(
        self,
        synchronized: Path = _SYNCHRONIZED,
        kernel: Callable[[], KernelTime | None] = ask_kernel,
        heard: Path = _TOLD,
    ) -> None:
        self._boot_id = _boot_id()
        self._synchronized = synchronized
        self._kernel, self._told = kernel, heard
        self._watch = SyncWatch()
        self._turn = threading.Lock()
        now = self.now()
        self._booted, self._look_ns = now.booted, now.plus_s(_LOOK_EVERY_S)
        self._quality = self._watch.look(now, self._mark(), self._heard(now))

    @property
    def boot_id(self) -> str:
        """Random id of this boot."""
        return self._boot_id

    def now(self) -> Moment:
        """Return the present moment: both clocks, read without a pause between them."""
        tries = _TRIES
        while True:
            before_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            utc_ns = time.time_ns()
            boot_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            tries -= 1
            if boot_ns - before_ns < _TOGETHER_NS or not tries:
                break
        return Moment(utc=datetime.fromtimestamp(utc_ns / 1e9, UTC), boot_ns=boot_ns)

    def quality(self) -> ClockQuality:
        """Return how far the wall clock can be believed right now: asked for every commit.

        What synchronises it is asked once a second, and at once when somebody set the clock.
        """
        with self._turn:
            now = self.now()
            was_set = abs(now.booted - self._booted) > STEP
            if was_set or now.boot_ns >= self._look_ns:
                self._booted, self._look_ns = now.booted, now.plus_s(_LOOK_EVERY_S)
                self._quality = self._watch.look(now, self._mark(), self._heard(now))
            return self._quality

    def _heard(self, now: Moment) -> KernelTime | None:
        """Return what the kernel says; by who may ask it, where we may not."""
        answer = self._kernel()
        return read_written(self._told, now.boot_ns) if answer is None else answer

    def _mark(self) -> int | None:
        """Return when the wall clock was synchronised last, as systemd-timesyncd left it."""
        try:
            return self._synchronized.stat().st_mtime_ns
        except OSError:
            return None


def _boot_id() -> str:
    """Return the kernel's id of this boot; the service manager's word where /proc hides it."""
    try:
        said = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        said = os.environ.get("GATE_BOOT_ID", "")
        if not said:
            raise
    return said.replace("-", "")
