"""Keeps one device at work: opens its port, runs its driver, reopens, and says how it is.

A change is told once: lost, stale, and ok on the first sound frame after. Nothing polls: one
timer looks whether frames still come.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, closing
from pathlib import Path
from typing import Protocol

from gate_agent.config.model import DeviceSection
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import DeviceState
from gate_agent.devices.registry import find_model
from gate_agent.devices.transport import open_serial
from gate_agent.driver_api import Driver, Model, Report, Transport
from gate_agent.errors import DeviceError, NoReplyError, TransportClosedError
from gate_agent.host.clock import Clock

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 1.0
_STEADY_S = 10.0  # a device that fails sooner than this after it was well flutters
_FIRST_PROOF_S, _LONGEST_PROOF_S = 1.0, 30.0
_LOOK_EVERY_S = 0.25  # at the most: a device that is back is told soon

_LOG = logging.getLogger(__name__)


class OpenLine(Transport, Protocol):
    """An open line, as the supervisor holds it."""

    @property
    def drops(self) -> int:
        """How many bytes nobody read in time."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


Opener = Callable[[Path, int], OpenLine]


class Supervisor:
    """One configured device."""

    def __init__(
        self,
        *,
        device: str,
        section: DeviceSection,
        clock: Clock,
        on_report: Callable[[Report], None],
        on_change: Callable[[DeviceState, str], None],
        opener: Opener = open_serial,
    ) -> None:
        """Raises ConfigurationError for an unknown driver."""
        self._device = device
        self._section = section
        self._model: Model = find_model(section.driver)
        self._clock = clock
        self._on_report = on_report
        self._on_change = on_change
        self._state: DeviceState | None = None
        self._cause = ""
        self._past: Counter[str] = Counter()  # counters of the drivers before this one
        self._open = opener
        self._line: OpenLine | None = None
        self._driver: Driver | None = None
        self._seen_frames = 0
        self._seen_ns = 0
        self._well_ns = 0  # since when it is well
        self._prove_s = 0.0
        self._proved_ns = 0

    @property
    def driver_name(self) -> str:
        """The driver's name."""
        return self._model.name

    @property
    def state(self) -> DeviceState | None:
        """The state; None before anything is known."""
        return self._state

    @property
    def cause(self) -> str:
        """Why it is lost or stale; empty while it is well."""
        return self._cause

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong so far, by cause, over every reconnection."""
        now = Counter(self._past)
        if self._driver is not None:
            now.update(self._driver.counters)
        if self._line is not None:
            now["overflow"] += self._line.drops
        return +now

    async def run(self) -> None:
        """Work until cancelled."""
        if warning := port_warning(self._section.port):
            _LOG.warning("%s: %s", self._device, warning)
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                await self._connected()
            except DeviceError as exc:
                self._past["no_reply"] += isinstance(exc, NoReplyError)
                if self._state is not DeviceState.LOST:
                    wait_s = _FIRST_WAIT_S
                    self._prove_s = self._longer_proof(exc)
                self._tell(DeviceState.LOST, str(exc))
            finally:
                self._retire()
            self._past["reconnects"] += 1
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    def _longer_proof(self, exc: DeviceError) -> float:
        """Return how long a device that was well has to be so again before that is told.

        A pulled plug is none of the device's doing. One that keeps failing on an open line stays
        lost, instead of filling the journal with its ups and downs.
        """
        well_s = (self._clock.now().boot_ns - self._well_ns) / NS_PER_S
        if isinstance(exc, TransportClosedError) or well_s > _STEADY_S:
            return 0.0
        return min(max(_FIRST_PROOF_S, 2 * self._prove_s), _LONGEST_PROOF_S)

    async def _connected(self) -> None:
        """Hold one connection until it ends; it always ends with a DeviceError."""
        section, model = self._section, self._model
        with closing(self._open(section.port, section.baud or model.line.baud)) as line:
            self._line = line
            self._driver = driver = model.driver(line, **section.options)
            self._seen_frames, self._seen_ns = 0, self._clock.now().boot_ns
            self._proved_ns = self._clock.now().plus_s(self._prove_s)
            async with asyncio.TaskGroup() as group, aclosing(driver.reports()) as reports:
                looking = group.create_task(self._look(driver))
                try:
                    fault = await self._converse(driver, reports)
                finally:
                    looking.cancel()
        raise fault

    async def _converse(self, driver: Driver, reports: AsyncGenerator[Report, None]) -> DeviceError:
        """Hand on what the driver reports; return why it ended."""
        while True:
            try:
                report = await anext(reports)
            except DeviceError as exc:
                return exc
            except StopAsyncIteration:
                return DeviceError("expected the driver to go on, it ended")
            except Exception as exc:  # noqa: BLE001 a driver's slip closes its line, not the door
                self._past["driver_failed"] += 1
                where = traceback.extract_tb(exc.__traceback__)[-1]
                failure = f"{type(exc).__name__} at {Path(where.filename).name}:{where.lineno}"
                return DeviceError(f"expected the driver to work, it failed: {failure}")
            self._heard(driver)
            self._on_report(report)

    async def _look(self, driver: Driver) -> None:
        """See frames that bring no report, and see when none come any more."""
        stale_after_s = self._model.stale_after_s
        while True:
            await asyncio.sleep(min(stale_after_s / 3, _LOOK_EVERY_S))
            self._heard(driver)
            silent_s = (self._clock.now().boot_ns - self._seen_ns) / NS_PER_S
            if silent_s > stale_after_s and self._state in (DeviceState.OK, None):
                cause = f"expected a frame every {stale_after_s / 3:.2g} s, got none"
                self._tell(DeviceState.STALE, f"{cause} for {silent_s:.1f} s")

    def _heard(self, driver: Driver) -> None:
        if driver.frames != self._seen_frames:
            self._seen_frames = driver.frames
            self._seen_ns = self._clock.now().boot_ns
            if self._state is not DeviceState.LOST or self._seen_ns >= self._proved_ns:
                self._tell(DeviceState.OK, "")

    def _retire(self) -> None:
        """Keep what the driver counted, and let it go."""
        if self._driver is not None:
            self._past.update(self._driver.counters)
            self._past["frames"] += self._driver.frames
            self._driver = None
        if self._line is not None:
            self._past["overflow"] += self._line.drops
            self._line = None

    def _tell(self, state: DeviceState, cause: str) -> None:
        if self._state is DeviceState.LOST and state is DeviceState.STALE:
            return
        changed = state is not self._state
        if changed and state is DeviceState.OK:
            self._well_ns = self._clock.now().boot_ns
        self._state, self._cause = state, cause
        if changed:
            _LOG.info("%s (%s): %s %s", self._device, self.driver_name, state, cause)
            self._on_change(state, cause)


async def probe(section: DeviceSection, timeout_s: float) -> str:
    """Return how the device names itself. Raises DeviceError when none answers in time."""
    model = find_model(section.driver)
    with closing(open_serial(section.port, section.baud or model.line.baud)) as transport:
        try:
            async with asyncio.timeout(timeout_s):
                return await model.driver(transport, **section.options).identify()
        except TimeoutError:
            expected = f"expected {model.name} to answer within {timeout_s:g} s"
            raise NoReplyError(f"{section.port}: {expected}, got nothing") from None


def port_warning(port: Path) -> str | None:
    """Return why this name of a port may mean another device tomorrow, None if it will not."""
    if port.name.startswith(("ttyUSB", "ttyACM")):
        return f"{port} may change with the next plug: use /dev/serial/by-id/… or by-path/…"
    return None
