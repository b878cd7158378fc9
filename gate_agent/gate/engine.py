"""The gate itself (闸口): brings events to the pure door, and carries out what it asks.

One event loop, one door. What restricts is done at once; what permits, when the journal says
that it is durable. Everything of one step is one transaction.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from gate_agent.config.model import GateConfig
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_parts import Rest
from gate_agent.contract.records import AgentStarted, AgentStopped, DeviceState, Record
from gate_agent.contract.signals import Reading
from gate_agent.domain.door import (
    ContactsFound,
    DoorEvent,
    DoorState,
    Ids,
    PolicyChanged,
    ThermometerChanged,
    TimePassed,
    next_deadline_ns,
    step,
)
from gate_agent.domain.effects import (
    Admit,
    CallGuard,
    FindContacts,
    Note,
    Refuse,
    SealRegistration,
    StepRefused,
    WriteEvent,
)
from gate_agent.domain.passage import Idle, is_admitted
from gate_agent.domain.temperature import PROFILES
from gate_agent.driver_api import Report
from gate_agent.errors import ContractError, StorageError
from gate_agent.gate.deadline import Deadline
from gate_agent.gate.device_reports import device_changed, event_of
from gate_agent.gate.errors import refused
from gate_agent.gate.identification import Identification
from gate_agent.gate.keeping import ANSWER_WITHIN_S, resolve, unavailable
from gate_agent.gate.policies import PolicyKeeper, mode_applied
from gate_agent.gate.ports import LiveEvent
from gate_agent.gate.registration_draft import registration_draft
from gate_agent.gate.restored import restored_cases, restored_desk, restored_people
from gate_agent.gate.screen_state import ScreenState, UplinkView
from gate_agent.gate.screen_state_builder import ScreenStateBuilder
from gate_agent.gate.sealing import FILE, Sealing
from gate_agent.gate.skin import Skin, visible_of
from gate_agent.gate.subscriptions import Subscriptions
from gate_agent.gate.watched import Watched
from gate_agent.host.clock import Clock
from gate_agent.host.trouble import Trouble
from gate_agent.store.journal import Draft, Journal, Stored
from gate_agent.store.keys import Keys
from gate_agent.store.reader import JournalReader

THERMOMETER = "thermometer"
_FULL_RETRY_S = 0.5
_ON_ITS_WAY_S = 0.005  # to the centre: that comes first, what other doors may know after it
_PASSED = 200  # newest passages in which contacts are looked for: more than a door lets by in time

_LOG = logging.getLogger(__name__)
_NO_UPLINK = UplinkView(state="connecting", cause="", pending=0, oldest_pending_s=0, receipted=0)
Done = Callable[[], None]
Stage = Literal["made", "durable"]


class Gate:
    """One door, working. Every method is called in the event loop; `gate.counter` is its desk."""

    def __init__(
        self,
        *,
        config: GateConfig,
        keys: Keys,
        identification: Identification,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        keeper: PolicyKeeper,
        version: str,
    ) -> None:
        self._keys = keys
        self._journal = journal
        self._reader = reader
        self._identification = identification
        self._clock = clock
        self._keeper = keeper
        self._version = version
        self._loop = asyncio.get_running_loop()
        self._live = Subscriptions()
        self._counts: Counter[str] = Counter()
        self._devices: Mapping[str, Watched] = {}
        self._uplink: Callable[[], UplinkView] = lambda: _NO_UPLINK
        self._opened: frozenset[str] = frozenset()  # whom the gate stands open for
        self._skin = Skin()
        self._shown: tuple[object, ...] = ()
        self._tellers: tuple[Callable[[DoorState, Stage], None], ...] = ()
        self._deadline = Deadline(lambda: self.take(TimePassed(at=clock.now())))
        self._unkept = Trouble(_LOG, "events are kept again")
        now = clock.now()
        self.sealing = Sealing(keys, config.journal.path.with_name(FILE), lambda: self._door.policy)
        self.screen = ScreenStateBuilder(
            gate=config.gate,
            opened=self.sealing.opened,
            version=version,
            journal=journal,
            reader=reader,
            was_elsewhere=identification.was_elsewhere,
            now=now,
        )
        cases = restored_cases(reader, now, clock.boot_id)
        self._door = DoorState(
            passage=Idle(),
            **cases,
            policy=keeper.current.policy,
            profile=PROFILES[config.thermometer.profile],
            thermometer_usable=False,  # unknown is never normal
            ids=Ids(secrets.token_hex(6)),
            **restored_people(reader, now, clock.boot_id),
            desk=restored_desk(reader, cases["holds"], now),
            guided=config.thermometer.guided_start,
        )
        journal.on_health(lambda _healthy, _cause: self._in_loop(self._live.tell))

    # --- life ---------------------------------------------------------------------------------

    def watch(
        self, devices: Mapping[str, Watched], uplink: Callable[[], UplinkView] | None = None
    ) -> None:
        """Say which devices and which uplink a screen's state shows."""
        self._devices = devices
        if uplink is not None:
            self._uplink = uplink

    def tell_others(self, tell: Callable[[DoorState, Stage], None]) -> None:
        """Tell of each step with a door: as soon as it is made, and once it is durable."""
        self._tellers = (*self._tellers, tell)

    def start(self, *, config_sha256: str) -> None:
        """Record that the daemon is up, and under which policy; arm what was running."""
        started = AgentStarted(
            version=self._version,
            boot=self._clock.boot_id,
            config_sha256=config_sha256,
            policy_version=self._door.policy.version,
        )
        applied, last = mode_applied(self._keeper.current), self._reader.last_policy()
        records: list[Record] = [started] if applied == last else [started, applied]
        self._append([Draft(record=record, at=self._clock.now()) for record in records])
        self.policy_due()
        self._arm()

    async def stop(self, reason: str) -> None:
        """Record that the daemon stops on purpose, wait until that is durable, let screens go."""
        self._deadline.cancel()
        stopped = Draft(record=AgentStopped(reason=reason), at=self._clock.now())
        future = self._loop.create_future()
        try:
            self._append([stopped], lambda: resolve(future))
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await future
        except (StorageError, TimeoutError):
            _LOG.warning("the journal cannot record the stop: %s", self._journal.cause)
        finally:
            self._live.close()

    # --- from devices, centre, uplink ---------------------------------------------------------

    def on_report(self, report: Report) -> None:
        """Take what a device reported."""
        now = self._clock.now()
        if isinstance(report, Reading):
            self._skin.see(report, self._door.profile, now)
        event = event_of(report, now, self._door.policy, self._identification)
        if event is not None:
            self.take(event)
        else:
            self._counts[f"unused_{type(report).__name__.lower()}"] += 1

    def on_device(self, device: str, state: DeviceState, cause: str) -> None:
        """Take a change of a device: recorded, and the door knows what it may trust."""
        now = self._clock.now()
        self.keep([device_changed(device, self._devices[device], state, cause)], now)
        if device == THERMOMETER:
            self.take(ThermometerChanged(at=now, usable=state is DeviceState.OK))
        self._live.tell()

    def on_policy(self, payload: bytes) -> Rest | None:
        """Take the centre's policy, and return what is fetched of it; refuse what is none."""
        try:
            rest = self._keeper.take(payload)
        except (ContractError, OSError) as exc:
            self._counts["policy_refused"] += 1
            _LOG.warning("a policy was refused: %s", exc)
            self._live.tell()
            return None
        self.policy_due()
        return rest

    def changed(self) -> None:
        """Tell the screens that something beside the door changed (the uplink)."""
        self._live.tell()

    # --- what screens see ---------------------------------------------------------------------

    @property
    def live(self) -> Subscriptions:
        """The attached screens."""
        return self._live

    def now(self) -> Moment:
        """Return the present moment, as the door counts it."""
        return self._clock.now()

    @property
    def door(self) -> DoorState:
        """The door as it is, a value."""
        return self._door

    @property
    def policy(self) -> Policy:
        """The policy in force at the door."""
        return self._door.policy

    @property
    def opened(self) -> frozenset[str]:
        """The passages for which the gate stands open, each after its commit."""
        return self._opened

    def snapshot(self) -> ScreenState:
        """Return the present state."""
        now = self._clock.now()
        return self.screen.snapshot(
            self._door,
            now,
            opened=self._opened,
            live_centi_c=self._skin.shown(now),
            clock=self._clock.quality(),
            devices=self._devices,
            uplink=self._uplink(),
            policy_read=self._keeper.is_read,
        )

    def counts(self) -> Mapping[str, int]:
        """Return what was counted so far, by cause."""
        return self._counts

    # --- one step -----------------------------------------------------------------------------

    async def request(self, event: DoorEvent) -> None:
        """Do what the guard asks; return when it is durable. Raises `gate.errors.Refused`."""
        future = self._loop.create_future()
        try:
            self._step(event, lambda: resolve(future))
        except StepRefused as exc:
            self.take(TimePassed(at=event.at))  # what was due is done all the same
            raise refused(exc) from None
        except StorageError as exc:
            raise unavailable(str(exc)) from None
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await future
        except TimeoutError:
            raise unavailable(self._journal.cause or "none yet") from None

    def take(self, event: DoorEvent) -> None:
        """Let the door take an event for which no request waits."""
        try:
            self._step(event)
        except StorageError as exc:
            self._counts["journal_full"] += 1
            self._unkept.met("an event could not be kept, the door is as before: %s", exc)
            self._arm(at_least_s=_FULL_RETRY_S)

    def _step(self, event: DoorEvent, done: Done | None = None) -> None:
        """Step the door and carry out the effects. StorageError leaves the door as it was."""
        taken = step(self._door, event)
        drafts: list[Draft] = []
        at_once = done is not None  # who asked is answered once it is on the disk: others know then
        admitted = [one.passage_id for one in taken.effects if isinstance(one, Admit)]
        for effect in taken.effects:
            match effect:
                case WriteEvent():
                    drafts.append(Draft(record=effect.record, at=event.at, drill=effect.drill))
                case SealRegistration():
                    drafts.append(registration_draft(effect.registration, event.at, self._keys))
                case CallGuard():
                    self._opened = frozenset()  # shut at once, whatever the journal says
                    at_once = True
                case Refuse():  # who was let in before may still go through
                    self._opened -= {effect.passage_id}
                case FindContacts():
                    self._loop.call_soon(self._find_contacts, effect.hold_id)
                case Note():
                    self._counts[f"note_{effect.text}"] += 1
        if drafts:
            self._append(drafts, lambda: self._durable(taken.door, admitted, done))
        self._door = taken.door
        if drafts and not at_once:  # the writer's thread needs the interpreter first
            self._loop.call_later(_ON_ITS_WAY_S, self._made)
        else:
            self._made()
        if not drafts and done is not None:
            done()

    def _made(self) -> None:
        """A step is made: others may know the newest, a timer wait for it, the screens show it."""
        for tell in self._tellers:
            tell(self._door, "made")
        self._arm()
        visible = visible_of(self._door, self._skin.shown(self._clock.now()))
        if visible != self._shown:
            self._shown = visible
            self._live.tell()

    def _durable(self, state: DoorState, admitted: Sequence[str], done: Done | None) -> None:
        """The step is on the disk: what permits may happen now."""
        still = frozenset(one for one in admitted if is_admitted(self._door.find(one)))
        self._opened = still or self._opened
        if done is not None:
            done()
        for tell in self._tellers:
            self._loop.call_later(_ON_ITS_WAY_S, tell, state, "durable")

    def _append(self, drafts: Sequence[Draft], done: Done | None = None) -> None:
        def durable(stored: tuple[Stored, ...]) -> None:  # in the writer thread
            self._in_loop(self._committed, stored, done)

        self._journal.append(self.sealing.drafts(drafts), durable)
        self._unkept.well()

    def _committed(self, stored: tuple[Stored, ...], done: Done | None) -> None:
        self.screen.outdate()
        if done is not None:
            done()
        self._live.tell(LiveEvent(sequence=event.sequence, body=event.body) for event in stored)

    def _in_loop(self, call: Callable[..., object], *arguments: object) -> None:
        """Call in the event loop, from the writer thread; a loop that has ended needs no call."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _find_contacts(self, hold_id: str) -> None:
        """Bring the door who passed of late; a journal that cannot be read proposes nobody."""
        try:
            passed = self._reader.recent_passages(_PASSED)
        except StorageError:
            self._counts["contacts_unread"] += 1
            return
        contacts = tuple(record for _, record in passed)
        self.take(ContactsFound(at=self._clock.now(), hold_id=hold_id, passages=contacts))

    def _arm(self, *, at_least_s: float = 0) -> None:
        """Wake when the door has something due."""
        due_ns, now_ns = next_deadline_ns(self._door), self._clock.now().boot_ns
        self._deadline.set(due_ns, now_ns=now_ns, at_least_s=at_least_s)

    def policy_due(self) -> None:
        """Apply a policy whose time has come."""
        now = self._clock.now()
        if (document := self._keeper.due(now.utc)) is None:
            return
        self.take(PolicyChanged(at=now, policy=document.policy))
        self.keep([mode_applied(document)], now)
        self._live.tell()

    def keep(self, records: Sequence[Record], at: Moment, done: Done | None = None) -> bool:
        """Append records of the engine's own; tell whether the journal took them."""
        try:
            self._append([Draft(record=record, at=at) for record in records], done)
        except StorageError:
            self._counts["journal_full"] += 1
            return False
        return True
