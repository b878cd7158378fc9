"""A gate at work for tests: the real journal on a disk, a clock set by hand, people in a word."""

from __future__ import annotations

import asyncio
import functools
import json
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec
from zoneinfo import ZoneInfo

from doorfiles import Changes, write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.measurement_records import CheckDetails, Reference
from gate_agent.contract.messages import Envelope, parse_body
from gate_agent.contract.moment import Moment
from gate_agent.contract.records import DeviceState, HoldState, PassageDecided, Record
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import HoldStepped, RegistrationGiven
from gate_agent.domain.thermometer_check import ReferenceHeld
from gate_agent.driver_api import Card, Reading
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.engine import Gate
from gate_agent.gate.guard_desk import GuardDesk
from gate_agent.gate.identification import Identification
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.gate.screen_state import PassageView, ScreenState
from gate_agent.gate.ticker import Ticker
from gate_agent.gate.waiting import WaitingBook
from gate_agent.host.clock import Clock
from gate_agent.store.journal import Journal
from gate_agent.store.keys import resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.testing import FakeClock, eventually

ZONE = ZoneInfo("Asia/Shanghai")
NORMAL, FEVER, NOBODY = 3450, 3900, 2400
PHONE_OPTIONAL = {"version": 1, "registration": {"phone": "optional"}}
P = ParamSpec("P")


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test that waits inside an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def held(reference: Reference, centi_c: int, at: Moment) -> ReferenceHeld:
    """Return a reference that the guard holds before the thermometer."""
    details = CheckDetails(reference=reference, reference_centi_c=centi_c)
    return ReferenceHeld(at=at, by="guard-1", details=details)


class _Device:
    state, cause, counters, driver_name = DeviceState.OK, "", {"checksum": 2}, "emulated"


class AtWork:
    """One start of the daemon's inside; `end` is a clean stop, without it the power went."""

    def __init__(
        self,
        folder: Path,
        clock: Clock | None = None,
        policy: Mapping[str, object] | None = None,
        *,
        profile: str = "spot-forehead",
        elsewhere: OtherDoors | None = None,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.clock = clock or FakeClock()
        policy_file = folder / "given.json"
        policy_file.write_text(json.dumps(policy or PHONE_OPTIONAL), encoding="utf-8")
        changes: Changes = {"policy": {"file": policy_file}, "thermometer": {"profile": profile}}
        config = load_config(write_door(folder, changes), GateConfig)
        path = config.journal.path
        self.keys = keys = resolve_keys(config.keys, path.parent)
        self.path = path
        self.journal = Journal.open(
            path, site="hall-01", gate="west-1f", clock=self.clock, zone=ZONE, key=keys.store
        )
        self.reader = JournalReader(path, keys.store)
        last = self.reader.last_policy()
        keeper = PolicyKeeper(file=config.policy.file, beside=path.parent, last=last)
        identification = Identification(keys, self.reader, elsewhere)
        self.gate = Gate(
            config=config,
            keys=keys,
            identification=identification,
            journal=self.journal,
            reader=self.reader,
            clock=self.clock,
            keeper=keeper,
            version="test",
        )
        self.gate.watch({"thermometer": _Device(), "id_reader": _Device()})
        self.ticker = Ticker(
            self.gate, journal=self.journal, reader=self.reader, clock=self.clock, zone=ZONE
        )
        self.desk = GuardDesk(
            self.gate,
            ticker=self.ticker,
            reader=self.reader,
            identification=identification,
            elsewhere=elsewhere,
        )
        self.gate.start(config_sha256="0" * 64)
        kept = path.parent / "waiting.json"
        WaitingBook(self.gate, reader=self.reader, clock=self.clock, kept=kept).begin()
        self.gate.on_device("thermometer", DeviceState.OK, "")

    # --- people -------------------------------------------------------------------------------

    def passes(self, seconds: float) -> None:
        """Let time pass, unless it is the real one."""
        if isinstance(self.clock, FakeClock):
            self.clock.advance(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass, and the thermometer see nobody: what is due is done."""
        self.passes(seconds)
        self.look(NOBODY)

    def look(self, surface: int, ambient: int | None = NOBODY) -> None:
        """Report one reading."""
        self.gate.on_report(Reading(surface_centi_c=surface, ambient_centi_c=ambient))

    def measure(self, surface: int, times: int = 5, ambient: int = NOBODY) -> None:
        """Report as many readings as a measurement takes, a tenth of a second apart."""
        for _ in range(times):
            self.passes(0.1)
            self.look(surface, ambient)

    def comes(self, surface: int, card: int | None = None, ambient: int = NOBODY) -> None:
        """Let somebody come, be measured, lay a card, and go."""
        self.measure(surface, 6, ambient)
        if card is not None:
            self.lay(card)
        self.measure(ambient, 15, ambient)
        self.passes(25)
        self.measure(ambient, 1, ambient)

    def lay(self, card: Card | int) -> None:
        """Lay a card on the reader."""
        self.gate.on_report(synthetic_card(card) if isinstance(card, int) else card)

    async def register(
        self,
        passage_id: str,
        *,
        phone: str | None,
        purpose: str | None = None,
        companions: tuple[Companion, ...] = (),
    ) -> None:
        """Let the guard register this passage."""
        details = RegistrationDetails(
            phone=None if phone is None else Secret(phone), purpose=purpose, companions=companions
        )
        at = self.desk.now()
        await self.desk.request(RegistrationGiven(at=at, passage_id=passage_id, details=details))

    async def acknowledge(self, hold_id: str) -> None:
        """Let the guard say that somebody is with the held person."""
        step, at = HoldState.ACKNOWLEDGED, self.desk.now()
        await self.desk.request(HoldStepped(at=at, hold_id=hold_id, step=step, by="guard-1"))

    def clear(self) -> None:
        """Let the door be idle: whoever was there has gone."""
        self.look(NOBODY)
        self.wait(12)

    # --- what can be seen ---------------------------------------------------------------------

    @property
    def seen(self) -> ScreenState:
        """What a screen shows now."""
        return self.gate.snapshot()

    @property
    def passage(self) -> PassageView:
        """The passage at the door."""
        passage = self.seen.passage
        assert passage is not None, "expected a passage at the door, got none"
        return passage

    @property
    def events(self) -> list[Envelope]:
        """Every committed event."""
        return [parse_body(event.body) for event in self.reader.after(0, 100_000) if event.body]

    def told(self, kind: str) -> list[Envelope]:
        """Return the committed events of this type, such as `hold.opened`."""
        return [event for event in self.events if event.type == f"gate.{kind}.v1"]

    @property
    def records(self) -> list[Record]:
        """What every committed event says."""
        return [record for event in self.events if (record := event.record()) is not None]

    @property
    def verdicts(self) -> list[PassageDecided]:
        """Every committed verdict."""
        return [record for record in self.records if isinstance(record, PassageDecided)]

    async def durable(self) -> None:
        """Wait until all that was appended is committed, and the gate has heard of it."""
        await asyncio.sleep(0)  # what the gate does next may append too
        done = asyncio.Event()

        def committed(_: object) -> None:
            self.loop.call_soon_threadsafe(done.set)

        self.journal.append([], committed)
        await asyncio.wait_for(done.wait(), 60)

    async def sees(self, what: Callable[[ScreenState], object], within_s: float = 60) -> None:
        """Wait until the snapshot is so."""
        await eventually(lambda: what(self.seen), within_s, "the snapshot to be so")

    # --- ends ---------------------------------------------------------------------------------

    async def end(self) -> None:
        """Stop as the daemon does."""
        await self.gate.stop("test")
        self.die()

    def die(self) -> None:
        """Be gone without a word: what is committed is all that is left."""
        self.gate.live.close()
        self.reader.close()
        self.journal.close()

    @contextmanager
    def disk_in_trouble(self) -> Iterator[sqlite3.Connection]:
        """Keep every commit from succeeding, as long as the context lasts."""
        other = sqlite3.connect(self.path, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            yield other
        finally:
            other.close()


@contextmanager
def at_work(
    folder: Path,
    clock: FakeClock,
    policy: Mapping[str, object] | None = None,
    *,
    profile: str = "spot-forehead",
    elsewhere: OtherDoors | None = None,
) -> Iterator[AtWork]:
    """Let the door in `folder` work as long as the context lasts; then the power goes."""
    door = AtWork(folder, clock, policy, profile=profile, elsewhere=elsewhere)
    try:
        yield door
    finally:
        door.die()
