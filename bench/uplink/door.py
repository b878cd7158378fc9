"""A journal with a backlog, its uplink, and live events while it drains."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.uplink.peers import GATE, SITE
from gate_agent.config.model import MqttSection, SignaturesSection
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    Outcome,
    PassageDecided,
    Temperature,
)
from gate_agent.host.clock import SystemClock
from gate_agent.host.keys import KnownInFile, Signatures
from gate_agent.store.journal import Draft, Journal, Stored
from gate_agent.store.reader import JournalReader
from gate_agent.uplink.publisher import Uplink

_AT_ONCE = 4000
_AT = "2026-11-24T02:00:00.000Z"


@dataclass(slots=True)
class Door:
    """Everything of one gate that this measures."""

    journal: Journal
    clock: SystemClock
    uplink: Uplink
    changed: asyncio.Event
    committed_ns: dict[int, int] = field(default_factory=dict)  # of live events

    async def append(self, count: int) -> None:
        """Journal passages, and wait until they are durable."""
        for first in range(0, count, _AT_ONCE):
            await self._append(min(_AT_ONCE, count - first))

    async def live(self) -> None:
        """Journal one passage now, and note when."""
        began = self.clock.now().boot_ns
        for event in await self._append(1):
            self.committed_ns[event.sequence] = began

    async def receipted(self) -> None:
        """Wait until every event has its receipt."""
        while self.uplink.status.pending:
            self.changed.clear()
            await self.changed.wait()

    async def _append(self, count: int) -> tuple[Stored, ...]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[Stored, ...]] = loop.create_future()
        drafts = [Draft(record=_passage(number), at=self.clock.now()) for number in range(count)]

        def durable(stored: tuple[Stored, ...]) -> None:
            loop.call_soon_threadsafe(done.set_result, stored)

        self.journal.append(drafts, durable)
        return await done


@asynccontextmanager
async def door(folder: Path, port: int, backlog: int) -> AsyncIterator[Door]:
    """Return a gate with a backlog, that connects when the context begins."""
    clock, changed = SystemClock(), asyncio.Event()
    path, zone = folder / "journal.sqlite", ZoneInfo("Asia/Shanghai")
    with (
        Journal.open(path, site=SITE, gate=GATE, clock=clock, zone=zone, key=bytes(32)) as journal,
        JournalReader(path) as reader,
    ):
        uplink = Uplink(
            section=MqttSection(url=f"mqtt://127.0.0.1:{port}"),
            site=SITE,
            gate=GATE,
            journal=journal,
            reader=reader,
            clock=clock,
            signatures=Signatures(
                SignaturesSection(),
                site=SITE,
                name=GATE,
                known=KnownInFile(folder / "signers.json"),
            ),
            version="0",
            devices=dict,
            on_policy=lambda _: None,
            on_change=changed.set,
        )
        made = Door(journal, clock, uplink, changed)
        await made.append(backlog)
        running = asyncio.get_running_loop().create_task(uplink.run())
        try:
            yield made
        finally:
            running.cancel()
            await asyncio.wait([running])


def _passage(number: int) -> PassageDecided:
    return PassageDecided(
        passage_id=f"p{number:012d}",
        category=Category.VISITOR,
        person_ref="a" * 64,
        decision=Decision.ADMIT,
        reasons=("normal",),
        temperature=Temperature(
            outcome=Outcome.NORMAL, surface_centi_c=3642, ambient_centi_c=2510, samples=7
        ),
        started=_AT,
        decided=_AT,
        registered=True,
        hall_mode=HallMode.OPEN,
    )
