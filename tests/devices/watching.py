"""A supervisor at work, and all it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gate_agent.config.model import DeviceSection
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import DeviceState
from gate_agent.devices.lines import Opener, open_line
from gate_agent.devices.supervisor import Supervisor
from gate_agent.driver_api import Emulator, Report
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.host.clock import Clock, SystemClock
from gate_agent.testing import FakeClock
from gate_agent.testing.cable import End

OK, STALE, LOST = DeviceState.OK, DeviceState.STALE, DeviceState.LOST


@dataclass
class Watch:
    """What a supervisor told: its changes, each with the loop's time, and the reports."""

    supervisor: Supervisor | None = None
    changes: list[tuple[DeviceState, str, float]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    @property
    def states(self) -> list[DeviceState]:
        return [state for state, _, _ in self.changes]

    @property
    def last(self) -> DeviceState | None:
        return self.changes[-1][0] if self.changes else None

    def changed(self, state: DeviceState, cause: str) -> None:
        self.changes.append((state, cause, asyncio.get_running_loop().time()))


class LoopClock(FakeClock):
    """Boot time goes as the loop's does, virtual or real."""

    def now(self) -> Moment:
        began = super().now()
        return Moment(utc=began.utc, boot_ns=began.boot_ns + self._loop_ns())

    def _loop_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9)


class Wire(End):
    """An end of a cable, as `open_line` would return it."""

    drops = 0

    def close(self) -> None:
        self.cut()


def wires(theirs: End | None = None) -> tuple[Wire, End]:
    ours, theirs = Wire(), theirs or End()
    ours.peer, theirs.peer = theirs, ours
    return ours, theirs


@asynccontextmanager
async def watching(
    driver: str,
    *,
    port: Path | str = Path("/dev/wire"),
    opener: Opener = open_line,
    clock: Clock | None = None,
    **options: bool | int | str,
) -> AsyncIterator[Watch]:
    """Supervise a device with this driver at `port`."""
    watch = Watch()
    watch.supervisor = Supervisor(
        device="thing",
        section=DeviceSection(driver=driver, port=port, baud=None, options=dict(options)),
        clock=clock or LoopClock(),
        on_report=watch.reports.append,
        on_change=watch.changed,
        opener=opener,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(watch.supervisor.run())
        yield watch
        running.cancel()


@asynccontextmanager
async def plugged(port: Path, emulator: Emulator) -> AsyncIterator[Pty]:
    """Have an emulated device behind `port`, to be unplugged and plugged again."""
    with Pty(port) as pty:
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(run_emulator(pty, emulator))
            yield pty
            speaking.cancel()


def real_clock() -> Clock:
    return SystemClock()
