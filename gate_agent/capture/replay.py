"""Plays a capture through the same drivers and the same door, in virtual time.

No port is opened and no journal written. Bytes come at the time they came; a driver's write waits
for the time it was made. What is not in a capture did not happen: the guard typed nothing, so
registration is taken as optional; the door has seen nobody before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from gate_agent.capture.file_format import CLOSED_BY_US, CaptureEntry, CaptureError, CaptureHead
from gate_agent.capture.stand_ins import staff_numbers
from gate_agent.capture.virtual import run_virtual
from gate_agent.config.model import GateConfig
from gate_agent.contract.identity import CARD_FAULTS, identify, person_ref
from gate_agent.contract.moment import NS_PER_S, Moment, parse_utc
from gate_agent.contract.policy import PhoneRule, Policy, RosterEntry
from gate_agent.contract.records import DeviceState, PassageDecided, Record
from gate_agent.contract.thermometer import Trust
from gate_agent.devices.registry import find_model
from gate_agent.domain.door import (
    CardUnreadable,
    ContactsFound,
    DoorEvent,
    DoorState,
    Ids,
    PersonIdentified,
    ReadingTaken,
    ThermometerChanged,
    TimePassed,
    TrustChanged,
    next_deadline_ns,
    step,
)
from gate_agent.domain.effects import FindContacts, WriteEvent
from gate_agent.domain.passage import Idle
from gate_agent.domain.temperature import PROFILES
from gate_agent.domain.thermometer_health import Checks, Watch, health
from gate_agent.driver_api import Card, CardRefused, Reading, Report
from gate_agent.errors import DeviceError, TransportClosedError
from gate_agent.validation import device_sections

_SITE_KEY = bytes(32)  # of nobody: stand-ins need to be told apart, no more
_LOOK_S = 1.0
_LAST_S = 0.05  # for the last bytes to be read
_JUST_BEFORE_NS = 1000
_THERMOMETER = "thermometer"
_PASSED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTold:
    """A device's state changed, as its supervisor reported it."""

    device: str
    state: DeviceState
    cause: str


Told = Report | DeviceTold | TrustChanged | Record
OnTold = Callable[[Moment, Told], None]


@dataclass(slots=True)
class Differences:
    """Where the replay went another way than the capture: the code has changed since."""

    questions: int = 0
    unread: int = 0


def replay(
    config: GateConfig,
    policy: Policy,
    capture: tuple[CaptureHead, Sequence[CaptureEntry]],
    on_told: OnTold,
) -> Differences:
    """Play a capture; tell every report, change and record, each with its moment."""
    return run_virtual(_Replay(config, policy, *capture, on_told).run())


class _Replay:
    def __init__(
        self,
        config: GateConfig,
        policy: Policy,
        head: CaptureHead,
        entries: Sequence[CaptureEntry],
        on_told: OnTold,
    ) -> None:
        if head.profile not in PROFILES:
            known = ", ".join(PROFILES)
            raise CaptureError(f"head: expected a profile ({known}), got {head.profile!r}")
        self._head = head
        self._models = {
            device: find_model(head.devices[device].driver)
            for device in device_sections(config)
            if device in head.devices
        }
        self._entries = {
            device: [entry for entry in entries if entry.device == device]
            for device in self._models
        }
        self._on_told = on_told
        self._differences = Differences()
        self._watch = Watch()
        self._passed: deque[PassageDecided] = deque(maxlen=_PASSED)
        self._timer: asyncio.TimerHandle | None = None
        self._door = DoorState(
            passage=Idle(),
            holds=(),
            policy=_of_stand_ins(policy),
            profile=PROFILES[head.profile],
            thermometer_usable=False,
            ids=Ids("replay"),
        )

    async def run(self) -> Differences:
        clock = _Clock(self._head)
        self._now = clock.now
        last_ns = max((e.ns for es in self._entries.values() for e in es), default=0)
        async with asyncio.TaskGroup() as group:
            working = [
                group.create_task(work(device, entries, clock))
                for device, entries in self._entries.items()
                for work in (self._changes, self._converse)
            ]
            working.append(group.create_task(self._doubt()))
            await clock.until(last_ns)
            await asyncio.sleep(_LAST_S)
            for task in working:
                task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        return self._differences

    # --- the devices --------------------------------------------------------------------------

    async def _converse(self, device: str, entries: Sequence[CaptureEntry], clock: _Clock) -> None:
        """Have the driver hold every conversation of the capture."""
        model, options = self._models[device], self._head.devices[device].options
        for connection in _connections(entries):
            line = _PlayedLine(connection, clock, self._differences)
            driver = model.new_driver(line, model.parse_options(options))
            with suppress(DeviceError):
                async with aclosing(driver.reports()) as reports:
                    async for report in reports:
                        self._report(report)

    async def _changes(self, device: str, entries: Sequence[CaptureEntry], clock: _Clock) -> None:
        """Tell what the supervisor told; that a device is well, before the frame that shows it."""
        for before, entry in pairwise([None, *entries]):
            if entry is None or entry.state is None:
                continue
            shown = before is not None and before.what == "came"
            if before is not None and shown and entry.state is DeviceState.OK:
                await clock.until(before.ns - _JUST_BEFORE_NS)
            else:
                await clock.until(entry.ns)
            self._changed(device, entry.state, entry.why)

    async def _doubt(self) -> None:
        """Ask once a second whether the thermometer can be believed, as the door does."""
        while True:
            door, now = self._door, self._now()
            state = health(
                self._watch,
                door.memory,
                Checks(),
                profile=door.profile,
                now=now,
                flag_permille=door.policy.measurement.flag_permille,
            )
            trusted = state.trust is not Trust.NOT_TRUSTED
            if trusted != door.thermometer_trusted:
                changed = TrustChanged(at=now, trusted=trusted)
                self._on_told(now, changed)
                self._take(changed)
            await asyncio.sleep(_LOOK_S)

    def _report(self, report: Report) -> None:
        now = self._now()
        self._on_told(now, report)
        if isinstance(report, Reading):
            self._watch = self._watch.after(report, now.boot_ns)
            self._take(ReadingTaken(at=now, reading=report))
            return
        if isinstance(report, CardRefused):
            self._take(CardUnreadable(at=now, fault=report.why, reason=report.why))
            return
        if not isinstance(report, Card):
            return  # badges and codes are not in a capture's door
        try:
            person = identify(report, _SITE_KEY, self._door.policy)
        except CARD_FAULTS as fault:
            self._take(CardUnreadable(at=now, fault=fault.code))
            return
        self._take(PersonIdentified(at=now, person=person))

    def _changed(self, device: str, state: DeviceState, cause: str) -> None:
        now = self._now()
        self._on_told(now, DeviceTold(device=device, state=state, cause=cause))
        if device == _THERMOMETER:
            if state is DeviceState.LOST:
                self._watch = Watch()
            self._take(ThermometerChanged(at=now, usable=state is DeviceState.OK))

    # --- the door -----------------------------------------------------------------------------

    def _take(self, event: DoorEvent) -> None:
        taken = step(self._door, event)
        self._door = taken.door
        for effect in taken.effects:
            if isinstance(effect, WriteEvent):
                self._on_told(event.at, effect.record)
                if isinstance(effect.record, PassageDecided):
                    self._passed.append(effect.record)
        self._arm()
        for effect in taken.effects:
            if isinstance(effect, FindContacts):
                passages = tuple(self._passed)
                self._take(ContactsFound(at=event.at, hold_id=effect.hold_id, passages=passages))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_ns = next_deadline_ns(self._door)
        if due_ns is not None:
            delay_s = max(0.0, (due_ns - self._now().boot_ns) / NS_PER_S)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._take(TimePassed(at=self._now()))


class _Clock:
    """The capture's clock: it goes as the loop does."""

    def __init__(self, head: CaptureHead) -> None:
        self._began = Moment(utc=parse_utc(head.time), boot_ns=head.boot_ns)
        self._loop = asyncio.get_running_loop()
        self._loop_began = self._loop.time()

    def now(self) -> Moment:
        """Return the moment of the capture."""
        gone_s = self._loop.time() - self._loop_began
        return Moment(
            utc=self._began.utc + timedelta(seconds=gone_s), boot_ns=self._began.plus_s(gone_s)
        )

    async def until(self, ns: int) -> None:
        """Wait for that moment."""
        await asyncio.sleep(max(0.0, (ns - self.now().boot_ns) / NS_PER_S))


class _PlayedLine:
    """One connection of the capture."""

    def __init__(
        self, entries: Sequence[CaptureEntry], clock: _Clock, differences: Differences
    ) -> None:
        self._left = deque(entries)
        self._clock = clock
        self._differences = differences

    async def read(self) -> bytes:
        """Return what came next, when it came."""
        while self._left and self._left[0].what == "sent":
            await self._clock.until(self._left[0].ns)  # a question this driver does not ask
            await asyncio.sleep(0)
            if self._left and self._left[0].what == "sent":
                self._left.popleft()
                self._differences.questions += 1
        if not self._left or self._left[0].what == "closed":
            await self._end()
        entry = self._left[0]
        await self._clock.until(entry.ns)
        self._left.popleft()
        return entry.data

    async def write(self, data: bytes) -> None:
        """Wait until the capture has this question too."""
        while self._left and self._left[0].what == "came":
            self._left.popleft()
            self._differences.unread += 1
        if not self._left or self._left[0].what == "closed":
            await self._end()
        entry = self._left[0]
        await self._clock.until(entry.ns)
        self._left.popleft()
        self._differences.questions += entry.data != data

    def discard_input(self) -> int:
        """Forget nothing: what was discarded is not in the capture."""
        return 0

    async def _end(self) -> None:
        if not self._left:
            await asyncio.Event().wait()  # the capture was ended while this line was open
        await self._clock.until(self._left[0].ns)
        raise TransportClosedError(self._left[0].why)


def _connections(entries: Sequence[CaptureEntry]) -> list[list[CaptureEntry]]:
    """Return what each connection brought; the end that the capture's end made is no end."""
    connections: list[list[CaptureEntry]] = []
    for entry in entries:
        if entry.what == "opened":
            connections.append([])
        elif entry.what != "state" and connections:
            connections[-1].append(entry)
    last = connections[-1][-1:] if connections else []
    if last and last[0].what == "closed" and last[0].why == CLOSED_BY_US:
        connections[-1].pop()
    return connections


def _of_stand_ins(policy: Policy) -> Policy:
    """Return the policy for people who are not there: their roster, and nobody who types."""
    roster = tuple(
        RosterEntry(person_ref=person_ref(number, _SITE_KEY)) for number in staff_numbers()
    )
    registration = policy.registration.model_copy(update={"phone": PhoneRule.OPTIONAL})
    return policy.model_copy(update={"roster": roster, "registration": registration})
