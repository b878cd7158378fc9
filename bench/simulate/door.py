"""One door of a simulated hall: the pure machine, its journal on a disk, its word to the other.

Stands where `gate.engine` does, without its event loop: what a step asks for is done at once, in
the same order, and durable when `take` returns.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from gate_agent.config.keyfile import public_half
from gate_agent.config.model import GateSection
from gate_agent.contract.identity import Secret
from gate_agent.contract.moment import ClockQuality, Moment
from gate_agent.contract.policy import CallEntry, Policy
from gate_agent.contract.records import (
    AgentStarted,
    ClockStepped,
    DeviceChanged,
    DeviceState,
    PassageDecided,
    Record,
)
from gate_agent.domain.door import (
    ContactsFound,
    DoorEvent,
    DoorState,
    Ids,
    ReadingTaken,
    Step,
    ThermometerChanged,
    TimePassed,
    next_deadline_ns,
    step,
)
from gate_agent.domain.effects import (
    Effects,
    FindContacts,
    SealRegistration,
    StepRefused,
    WriteEvent,
)
from gate_agent.domain.passage import Idle
from gate_agent.domain.temperature import PROFILES
from gate_agent.gate.between_doors import BetweenDoors
from gate_agent.gate.engine import Gate, Stage
from gate_agent.gate.registration_draft import registration_draft
from gate_agent.gate.restored import restored_cases, restored_desk, restored_people
from gate_agent.gate.sealing import Sealing
from gate_agent.gate.waiting import WaitingBook
from gate_agent.store.keys import Keys
from gate_agent.store.opening import open_for_writing, read_head
from gate_agent.store.reader import JournalReader
from gate_agent.store.seal import StoreBox
from gate_agent.store.transaction import Draft, JournalEnd, Stored
from gate_agent.store.watermark import Watermark

SITE, ZONE = "hall-01", ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # eight in the morning at the hall
OFFICE = "区疫情防控办"
POLICY = Policy(calls=(CallEntry(post=OFFICE, phone="010-5555 0102"),))
_PASSED = 200  # as the engine has it
_UP_NS = 3600 * 10**9  # what a board needs not count: it was on before the script begins
_KEY = bytes(range(32))
KEYS = Keys(site=_KEY, store=_KEY, collector_public=public_half(_KEY), made=())

Rules = Callable[[DoorState, DoorEvent], Step]


class BoardClock:
    """A board's two clocks, moved by the simulation."""

    def __init__(self) -> None:
        self.true_ns = 0
        self.booted_ns = -_UP_NS
        self.boot = 0
        self.off_s = 0.0
        self.set_quality = ClockQuality.SYNCED

    @property
    def boot_id(self) -> str:
        """Id of this boot."""
        return f"{self.boot:032x}"

    def now(self) -> Moment:
        """Return the present moment, as this board counts it."""
        utc = BEGAN + timedelta(microseconds=self.true_ns // 1000, seconds=self.off_s)
        return Moment(utc=utc, boot_ns=self.true_ns - self.booted_ns)

    def quality(self) -> ClockQuality:
        """Return how far the wall clock can be believed."""
        return self.set_quality


class SimulatedDoor:
    """A door that works; `rules` are the machine's, or a test's older ones."""

    def __init__(
        self, name: str, folder: Path, publish: Callable[[bytes], None], rules: Rules = step
    ) -> None:
        self.name = name
        self.rules = rules
        self.clock = BoardClock()
        self.clock.boot = int(sha256(name.encode()).hexdigest()[:8], 16)
        self.outbox: deque[Stored] = deque()
        self.heard: Callable[[DoorEvent, DoorState, Step], None] = lambda *_: None
        self.told: Callable[[str, DoorEvent, Effects], None] | None = None  # a trace
        self.events = 0
        self._path = folder / name / "journal.sqlite"
        self._path.parent.mkdir()
        self._publish = publish
        self._passed: OrderedDict[str, PassageDecided] = OrderedDict()
        self._starts = 0
        self._telling: tuple[Callable[[DoorState, Stage], None], ...] = ()
        self._open()
        self.start()

    def _open(self) -> None:
        connection, about = open_for_writing(
            self._path, site=SITE, gate=self.name, zone=ZONE.key, busy_wait_s=1,
            progress=lambda *_: None,
        )  # fmt: skip
        connection.execute("PRAGMA synchronous=OFF")  # a power cut is the business of tests/power
        self.end = JournalEnd(
            connection,
            about=about,
            head=read_head(connection, about.epoch),
            clock=self.clock,
            zone=ZONE,
            box=StoreBox(KEYS.store),
            mark=Watermark(self._path),
        )
        self.reader = JournalReader(self._path, KEYS.store)

    def close(self) -> None:
        """Let the files go."""
        self.reader.close()
        self.end.close()

    def start(self) -> None:
        """Begin with what the journal holds, as the daemon does after any end."""
        now = self.clock.now()
        self._starts += 1
        cases = restored_cases(self.reader, now, self.clock.boot_id)
        self.door = DoorState(
            passage=Idle(),
            **cases,
            policy=POLICY,
            profile=PROFILES["spot-forehead"],
            thermometer_usable=False,
            ids=Ids(sha256(f"{self.name}/{self._starts}".encode()).hexdigest()[:12]),
            **restored_people(self.reader, now, self.clock.boot_id),
            desk=restored_desk(self.reader, cases["holds"], now),
        )
        self._sealing = Sealing(KEYS, self._path.with_name("texts.box"), lambda: self.door.policy)
        self._telling = ()
        self.between = BetweenDoors(
            cast("Gate", self),
            GateSection(site=SITE, id=self.name, name=self.name, timezone=ZONE.key),
            self.clock,
            kept=self._path.with_name("doors.json"),
            publish=self._publish,
        )
        started = AgentStarted(
            version="0", boot=self.clock.boot_id, config_sha256="0" * 64, policy_version=0
        )
        self.keep(started)
        self.between.begin()
        kept = self._path.with_name("waiting.json")
        gate = cast("Gate", self)
        WaitingBook(gate, reader=self.reader, clock=self.clock, kept=kept).begin()
        self.take(TimePassed(at=self.clock.now()))

    def tell_others(self, tell: Callable[[DoorState, Stage], None]) -> None:
        """Tell of each step, as the engine does."""
        if tell not in self._telling:
            self._telling = (*self._telling, tell)

    # --- one step -------------------------------------------------------------------------------

    def take(self, event: DoorEvent) -> Effects:
        """Let the door take what happens."""
        before = self.door
        taken = self.rules(before, event)
        drafts: list[Draft] = []
        searches: list[str] = []
        for effect in taken.effects:
            match effect:
                case WriteEvent(record=record):
                    drafts.append(Draft(record=record, at=event.at, drill=effect.drill))
                    if isinstance(record, PassageDecided):
                        self._remember(record)
                case SealRegistration():
                    drafts.append(registration_draft(effect.registration, event.at, KEYS))
                case FindContacts():
                    searches.append(effect.hold_id)
                case _:
                    pass
        if drafts:
            self._write(drafts)
        self.door = taken.door
        for stage in ("made", "durable") if drafts else ("made",):
            for tell in self._telling:
                tell(taken.door, stage)
        if self.told is not None and (taken.effects or not isinstance(event, ReadingTaken)):
            self.told(self.name, event, taken.effects)
        self.heard(event, before, taken)
        for hold_id in searches:
            at = self.clock.now()
            self.take(ContactsFound(at=at, hold_id=hold_id, passages=tuple(self._passed.values())))
        return taken.effects

    def ask(self, event: DoorEvent) -> StepRefused | None:
        """Do what a guard asks; return why it cannot be done, where it cannot."""
        try:
            self.take(event)
        except StepRefused as refused:
            self.take(TimePassed(at=event.at))  # what was due is done all the same
            return refused
        return None

    def keep(self, record: Record) -> None:
        """Record what is the daemon's own."""
        self._write([Draft(record=record, at=self.clock.now())])

    def device(self, device: str, state: DeviceState) -> None:
        """A device is lost or back."""
        self.keep(DeviceChanged(device=device, driver="simulated", state=state))
        if device == "thermometer":
            usable = state is DeviceState.OK
            self.take(ThermometerChanged(at=self.clock.now(), usable=usable))

    def set_clock(self, by_s: float, quality: ClockQuality) -> None:
        """Set the wall clock."""
        self.clock.off_s += by_s
        self.clock.set_quality = quality
        self.keep(ClockStepped(step_ms=round(by_s * 1000)))

    def known_phone(self, person_ref: str) -> Secret | None:
        """Return the phone of an earlier visit."""
        row = self.reader.person(person_ref)
        return None if row is None else row.phone

    def rows(self, statement: Select[Any]) -> list[Any]:
        """Read a view of the journal."""
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(str(statement)).fetchall()

    @property
    def due_ns(self) -> int | None:
        """When something is due next, in true time."""
        due_ns = next_deadline_ns(self.door)
        return None if due_ns is None else due_ns + self.clock.booted_ns

    def _write(self, drafts: Sequence[Draft]) -> None:
        (stored,) = self.end.write([self._sealing.drafts(drafts)], None)
        self.outbox.extend(stored)
        self.events += len(stored)
        if self.end.unmoved > 1000:
            self.end.checkpoint()

    def _remember(self, record: PassageDecided) -> None:
        """Keep the newest verdicts: what the engine reads from the journal for close contacts."""
        self._passed.pop(record.passage_id, None)
        self._passed[record.passage_id] = record
        if len(self._passed) > _PASSED:
            self._passed.popitem(last=False)
