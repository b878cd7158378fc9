"""Keeps one device at work: opens its port, runs its driver, reopens, and says how it is.

A change is told once: lost, stale, and ok on the first sound frame after. Nothing polls: one
timer looks whether frames still come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from gate_agent.clock import Clock
from gate_agent.config.model import DeviceSection
from gate_agent.devices.registry import find_model
from gate_agent.devices.transport import SerialTransport, open_serial
from gate_agent.domain.records import DeviceState
from gate_agent.driver_api import Driver, Model, Report
from gate_agent.errors import DeviceError, NoReplyError
from gate_agent.moment import NS_PER_S

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 1.0

_LOG = logging.getLogger(__name__)
Opener = Callable[[Path, int], SerialTransport]


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
        self._driver: Driver | None = None
        self._seen_frames = 0
        self._seen_ns = 0

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
        return now

    async def run(self) -> None:
        """Work until cancelled."""
        wait_s = _FIRST_WAIT_S
        while True:
            began = self._frames_ever
            try:
                await self._connected()
            except NoReplyError as exc:
                self._past["no_reply"] += 1
                self._tell(DeviceState.LOST, str(exc))
            except DeviceError as exc:
                self._tell(DeviceState.LOST, str(exc))
            finally:
                self._retire()
            self._past["reconnects"] += 1
            wait_s = _FIRST_WAIT_S if self._frames_ever > began else wait_s
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    @property
    def _frames_ever(self) -> int:
        return self._past["frames"] + (0 if self._driver is None else self._driver.frames)

    async def _connected(self) -> None:
        """Hold one connection until it ends; it always ends with a DeviceError."""
        section, model = self._section, self._model
        baud = section.baud or model.line.baud
        with closing(open_serial(section.port, baud)) as transport:
            self._driver = driver = model.driver(transport, **section.options)
            self._seen_frames, self._seen_ns = 0, self._clock.now().boot_ns
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._look(driver))
                try:
                    async for report in driver.reports():
                        self._heard(driver)
                        self._on_report(report)
                except DeviceError as exc:
                    fault = exc
                else:
                    fault = DeviceError("expected the driver to go on, it ended")
                finally:
                    looking.cancel()
            self._past["overflow"] += transport.drops
        raise fault

    async def _look(self, driver: Driver) -> None:
        """See frames that bring no report, and see when none come any more."""
        stale_after_s = self._model.stale_after_s
        while True:
            await asyncio.sleep(min(stale_after_s / 3, 1.0))
            self._heard(driver)
            silent_s = (self._clock.now().boot_ns - self._seen_ns) / NS_PER_S
            if silent_s > stale_after_s and self._state in (DeviceState.OK, None):
                cause = f"expected a frame every {stale_after_s / 3:.2g} s, got none"
                self._tell(DeviceState.STALE, f"{cause} for {silent_s:.1f} s")

    def _heard(self, driver: Driver) -> None:
        if driver.frames != self._seen_frames:
            self._seen_frames = driver.frames
            self._seen_ns = self._clock.now().boot_ns
            self._tell(DeviceState.OK, "")

    def _retire(self) -> None:
        """Keep what the driver counted, and let it go."""
        if self._driver is not None:
            self._past.update(self._driver.counters)
            self._past["frames"] += self._driver.frames
            self._driver = None

    def _tell(self, state: DeviceState, cause: str) -> None:
        if self._state is DeviceState.LOST and state is DeviceState.STALE:
            return
        changed = state is not self._state
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
