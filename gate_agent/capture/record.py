"""Records what goes over the configured lines; nobody's card ends up in the file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from io import FileIO
from pathlib import Path

from gate_agent.capture.file_format import (
    CLOSED_BY_US,
    CaptureEntry,
    CaptureError,
    CaptureHead,
    Device,
    What,
)
from gate_agent.capture.stand_ins import StandIns
from gate_agent.config.keyfile import load_key
from gate_agent.config.model import DeviceSection, GateConfig
from gate_agent.contract.identity import CARD_FAULTS, identify
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Category, DeviceState
from gate_agent.devices.lines import OpenLine, open_line
from gate_agent.devices.registry import find_model
from gate_agent.devices.supervisor import Supervisor
from gate_agent.driver_api import Card, DeviceKind, Redact, Report, SerialLine
from gate_agent.errors import ConfigurationError, DeviceError
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.host.clock import Clock
from gate_agent.validation import device_sections
from gate_agent.version import program_version

_MOST_HELD = 64 * 1024  # bytes of one exchange before they are written all the same
_NOBODYS = (DeviceKind.THERMOMETER, DeviceKind.OUTPUT)  # what they send names no person
Say = Callable[[str], None]


async def record(
    config: GateConfig,
    out: Path,
    *,
    clock: Clock,
    stop: asyncio.Event,
    say: Say,
    on_report: Callable[[Report], None] = lambda _report: None,
    on_change: Callable[[str, DeviceState, str], None] = lambda _device, _state, _cause: None,
) -> None:
    """Work the devices as a gate does and record all their traffic into `out`, until `stop`.

    Raises ConfigurationError for a driver that cannot take the person out of its traffic,
    CaptureError when `out` is there already or cannot be written.
    """
    sections = device_sections(config)
    redact = {name: _redaction(name, section) for name, section in sections.items()}

    with _new_file(out) as file:
        file.write(_head(config, clock).line().encode())
        stand_in = StandIns(_staff_check(config))
        faults: list[CaptureError] = []

        def failed(fault: CaptureError) -> None:
            faults.append(fault)
            stop.set()

        recorders = {
            name: _Recorder(
                name, file, clock, redact=redact[name], stand_in=stand_in, failed=failed
            )
            for name in sections
        }

        def changed(device: str, state: DeviceState, cause: str) -> None:
            say(f"{device}: {state} {cause}".rstrip())
            recorders[device].told(state, cause)
            on_change(device, state, cause)

        async with asyncio.TaskGroup() as group:
            working = [
                group.create_task(
                    Supervisor(
                        device=name,
                        section=section,
                        clock=clock,
                        on_report=on_report,
                        on_change=partial(changed, name),
                        opener=recorders[name].open,
                    ).run()
                )
                for name, section in sections.items()
            ]
            await stop.wait()
            for task in working:
                task.cancel()
    if faults:
        raise faults[0]


class _Recorder:
    """Writes down what happens to one device's line."""

    def __init__(
        self,
        device: str,
        file: FileIO,
        clock: Clock,
        *,
        redact: Redact | None,
        stand_in: StandIns,
        failed: Callable[[CaptureError], None],
    ) -> None:
        self._device = device
        self._file = file
        self._clock = clock
        self._redact = redact
        self._stand_in = stand_in
        self._failed = failed
        self._came: list[tuple[int, bytes]] = []  # of one exchange, not redacted yet
        self._held = 0

    async def open(self, place: Path | str, setting: SerialLine) -> OpenLine:
        """Open the port and listen in."""
        line = await open_line(place, setting)
        self._note("opened")
        return _Tapped(line, self)

    def sent(self, data: bytes) -> None:
        """The host writes: what came before was the answer to its last question."""
        self._settle()
        self._note("sent", data)

    def came(self, data: bytes) -> None:
        """The device's bytes reached the driver."""
        if self._redact is None:
            self._note("came", data)
            return
        self._came.append((self._clock.now().boot_ns, data))
        self._held += len(data)
        if self._held > _MOST_HELD:
            self._settle()

    def closed(self, why: str) -> None:
        """The line is gone."""
        self._settle()
        self._note("closed", why=why)

    def told(self, state: DeviceState, cause: str) -> None:
        """The supervisor told of a change."""
        ns = self._clock.now().boot_ns
        self._write(CaptureEntry(ns=ns, device=self._device, what="state", state=state, why=cause))

    def _settle(self) -> None:
        """Write what came in this exchange, redacted as a whole, cut as it came."""
        if self._redact is None or not self._came:
            return
        clean = self._redact(b"".join(data for _, data in self._came), self._stand_in)
        for ns, data in self._came:
            shown = clean[: len(data)].hex()
            self._write(CaptureEntry(ns=ns, device=self._device, what="came", hex=shown))
            clean = clean[len(data) :]
        self._came.clear()
        self._held = 0

    def _note(self, what: What, data: bytes = b"", why: str = "") -> None:
        ns = self._clock.now().boot_ns
        self._write(CaptureEntry(ns=ns, device=self._device, what=what, hex=data.hex(), why=why))

    def _write(self, entry: CaptureEntry) -> None:
        try:
            self._file.write(entry.line().encode())
        except OSError as exc:
            self._failed(CaptureError(f"expected to write the capture, got: {exc.strerror}"))


class _Tapped:
    """An open line with a recorder at it."""

    def __init__(self, line: OpenLine, recorder: _Recorder) -> None:
        self._line = line
        self._recorder = recorder
        self._why: str | None = CLOSED_BY_US

    @property
    def drops(self) -> int:
        """What nobody read in time."""
        return self._line.drops

    async def read(self) -> bytes:
        """Read, and note it."""
        try:
            data = await self._line.read()
        except DeviceError as exc:
            self._why = str(exc)
            raise
        self._recorder.came(data)
        return data

    async def write(self, data: bytes) -> None:
        """Note, and write: the answer may be there before the write returns."""
        self._recorder.sent(data)
        await self._line.write(data)

    def discard_input(self) -> int:
        """Forget what no driver has seen: it is not in the capture either."""
        return self._line.discard_input()

    def close(self) -> None:
        """Close, once."""
        self._line.close()
        if self._why is not None:
            self._recorder.closed(self._why)
            self._why = None


def _redaction(name: str, section: DeviceSection) -> Redact | None:
    model = find_model(section.driver)
    if name in _NOBODYS:
        return None
    if model.redact is None:
        expected = "a driver that takes the person out of its traffic (Model.redact)"
        raise ConfigurationError([f"{name}.driver: expected {expected}, got {model.name}"])
    return model.redact


def _head(config: GateConfig, clock: Clock) -> CaptureHead:
    now = clock.now()
    return CaptureHead(
        capture=1,
        site=config.gate.site,
        gate=config.gate.id,
        profile=config.thermometer.profile,
        time=format_utc(now.utc),
        boot_ns=now.boot_ns,
        version=program_version(),
        devices={
            name: Device(driver=section.driver, options=section.options)
            for name, section in device_sections(config).items()
        },
    )


def _new_file(path: Path) -> FileIO:
    """Open `path` for its owner alone, each line written as it is told."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise CaptureError(f"{path}: expected a new file, got: {exc.strerror}") from exc
    return os.fdopen(descriptor, "wb", buffering=0)


def _staff_check(config: GateConfig) -> Callable[[Card], bool]:
    """Return whether a card is on the roster; without the site's key nobody's is."""
    beside = config.journal.path.parent
    key_file = config.keys.site_key_file or beside / "site.key"
    if not key_file.exists():
        return lambda _card: False
    site_key = load_key(key_file)
    policy = PolicyKeeper(file=config.policy.file, beside=beside).current.policy

    def is_staff(card: Card) -> bool:
        try:
            return identify(card, site_key, policy).category is Category.STAFF
        except CARD_FAULTS:
            return False

    return is_staff
