"""Keeps one device at work: opens its line, runs its driver, reopens, and says how it is.

A change is told once: lost, stale, and ok on the first sound frame after. Nothing polls: one
timer looks whether frames still come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import aclosing, closing
from pathlib import Path

from gate_agent.config.model import DeviceSection
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.records import DeviceState
from gate_agent.devices.guard import DriverFailedError, GuardedDriver, cancelled_itself
from gate_agent.devices.lines import Opener, OpenLine, line_of, open_line
from gate_agent.devices.registry import DriverUnusableError, find_model, parse_options
from gate_agent.driver_api import Model, Report
from gate_agent.errors import (
    DeviceError,
    NoReplyError,
    TransportClosedError,
)
from gate_agent.host.clock import Clock
from gate_agent.host.supervision import unwatched

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 1.0
_STEADY_S = 10.0  # a device that fails sooner than this after it was well flutters
_FIRST_PROOF_S, _LONGEST_PROOF_S = 1.0, 30.0
_GIVEN_UP_S = 15.0  # a driver that has not noticed by itself that nothing comes
_TRIES_TO_END, _ENDS_WITHIN_S = 3, 1.0
_LOOK_EVERY_S = 0.25  # at the most: a device that is back is told soon

_LOG = logging.getLogger(__name__)


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
        opener: Opener = open_line,
    ) -> None:
        """Raises ConfigurationError for an unknown driver, or options that it does not have.

        A driver that is there and cannot be used (its package is broken, or of another version)
        is a lost device: an update must not keep a door from starting.
        """
        self._device = device
        self._section = section
        self._model: Model | None = None
        self._unusable = ""
        try:
            self._model = find_model(section.driver)
            self._options = parse_options(self._model, section)
        except DriverUnusableError as exc:
            self._unusable = str(exc)
        self._clock = clock
        self._on_report = on_report
        self._on_change = on_change
        self._state: DeviceState | None = None
        self._cause = ""
        self._past: Counter[str] = Counter()  # counters of the drivers before this one
        self._open = opener
        self._line: OpenLine | None = None
        self._driver: GuardedDriver | None = None
        self._wanted: frozenset[int] = frozenset()
        self._seen_frames = 0
        self._seen_ns = 0
        self._well_ns = 0  # since when it is well
        self._prove_s = 0.0
        self._proved_ns = 0
        self.turned: Callable[[], None] = unwatched

    @property
    def driver_name(self) -> str:
        """The driver's name."""
        return self._section.driver if self._model is None else self._model.name

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
            now.update(_counted(self._driver))
        if self._line is not None:
            now["overflow"] += self._line.drops
        return +now

    def want(self, closed: frozenset[int]) -> None:
        """Say which contacts are to be closed, now and after every reconnection."""
        self._wanted = closed
        if self._driver is not None:
            try:
                self._driver.want(closed)
            except DeviceError as exc:  # told by the conversation, which has failed as well
                _LOG.warning("%s: %s", self._device, exc)

    async def run(self) -> None:
        """Work until cancelled."""
        if warning := port_warning(self._section.port):
            _LOG.warning("%s: %s", self._device, warning)
        model = self._model
        if model is None:
            self._tell(DeviceState.LOST, self._unusable)
            await asyncio.Event().wait()
            return
        wait_s = _FIRST_WAIT_S
        while True:
            self.turned()
            try:
                await self._connected(model)
            except DeviceError as exc:
                self._past["no_reply"] += isinstance(exc, NoReplyError)
                self._past["driver_failed"] += isinstance(exc, DriverFailedError)
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

    async def _connected(self, model: Model) -> None:
        """Hold one connection until it ends; it always ends with a DeviceError."""
        section = self._section
        with closing(await self._open(section.port, line_of(section, model.line))) as line:
            self._line = line
            self._driver = driver = GuardedDriver(model, line, self._options)
            if self._wanted:
                driver.want(self._wanted)
            self._seen_frames, self._seen_ns = 0, self._clock.now().boot_ns
            self._proved_ns = self._clock.now().plus_s(self._prove_s)
            async with asyncio.TaskGroup() as group:
                parts = {
                    group.create_task(self._converse(driver)),
                    group.create_task(
                        self._look(driver, self._options.stale_after_s(model.stale_after_s))
                    ),
                }
                try:
                    ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await _end(parts)
        part = next(iter(ended))
        raise cancelled_itself(model.name) if part.cancelled() else part.result()

    async def _converse(self, driver: GuardedDriver) -> DeviceError:
        """Hand on what the driver reports; return why it ended."""
        async with aclosing(driver.reports()) as reports:
            while True:
                try:
                    report = await anext(reports)
                    self._heard(driver)
                except DeviceError as exc:
                    return exc
                self._on_report(report)

    async def _look(self, driver: GuardedDriver, stale_after_s: float | None) -> DeviceError:
        """See frames that bring no report, and see when none come any more."""
        every_s = min((stale_after_s or 1.0) / 3, _LOOK_EVERY_S)
        while True:
            await asyncio.sleep(every_s)
            self.turned()
            try:
                self._heard(driver)
            except DeviceError as exc:
                return exc
            if stale_after_s is None:  # it says nothing until it is used
                self._well()
                continue
            silent_s = (self._clock.now().boot_ns - self._seen_ns) / NS_PER_S
            if silent_s > max(_GIVEN_UP_S, 4 * stale_after_s):
                return NoReplyError(f"expected a frame, got none for {silent_s:.0f} s")
            if silent_s > stale_after_s and self._state in (DeviceState.OK, None):
                cause = f"expected a frame every {stale_after_s / 3:.2g} s, got none"
                self._tell(DeviceState.STALE, f"{cause} for {silent_s:.1f} s")

    def _heard(self, driver: GuardedDriver) -> None:
        frames = driver.frames
        if frames != self._seen_frames:
            self._seen_frames = frames
            self._seen_ns = self._clock.now().boot_ns
            self._well()

    def _well(self) -> None:
        if self._state is not DeviceState.LOST or self._clock.now().boot_ns >= self._proved_ns:
            self._tell(DeviceState.OK, "")

    def _retire(self) -> None:
        """Keep what the driver counted, and let it go."""
        if self._driver is not None:
            self._past.update(_counted(self._driver))
            self._past["frames"] += self._seen_frames
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


async def _end(parts: set[asyncio.Task[DeviceError]]) -> None:
    """Cancel what still runs; a driver that will not end at once is asked again."""
    for _ in range(_TRIES_TO_END):
        left = [part for part in parts if not part.done()]
        for part in left:
            part.cancel()
        if left:
            await asyncio.wait(left, timeout=_ENDS_WITHIN_S)


def _counted(driver: GuardedDriver) -> Mapping[str, int]:
    """Return the driver's counters; one whose counters fail counts that alone."""
    try:
        return driver.counters
    except DeviceError:
        return {"counters_failed": 1}


async def probe(section: DeviceSection, timeout_s: float) -> str:
    """Return how the device names itself. Raises DeviceError when none answers in time."""
    model = find_model(section.driver)
    with closing(await open_line(section.port, line_of(section, model.line))) as line:
        driver = GuardedDriver(model, line, parse_options(model, section))
        try:
            async with asyncio.timeout(timeout_s):
                return await driver.identify()
        except TimeoutError:
            expected = f"expected {model.name} to answer within {timeout_s:g} s"
            raise NoReplyError(f"{section.port}: {expected}, got nothing") from None


def port_warning(port: Path | str) -> str | None:
    """Return why this name of a port may mean another device tomorrow, None if it will not."""
    if isinstance(port, Path) and port.name.startswith(("ttyUSB", "ttyACM")):
        return f"{port} may change with the next plug: use /dev/serial/by-id/… or by-path/…"
    return None
