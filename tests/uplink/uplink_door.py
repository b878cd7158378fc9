"""A real journal and its uplink, in the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from gate_agent.config.keyfile import make_key
from gate_agent.config.model import MqttSection
from gate_agent.contract.policy_parts import Rest
from gate_agent.contract.records import DeviceState, Record
from gate_agent.host.clock import SystemClock
from gate_agent.host.keys import Signatures
from gate_agent.store.journal import Draft, Journal, Stored
from gate_agent.store.reader import JournalReader
from gate_agent.testing import eventually
from gate_agent.uplink.discovery import Beside
from gate_agent.uplink.publisher import Uplink
from gate_agent.uplink.standing import UplinkStatus
from signatures import unsigned

SITE, GATE = "hall-01", "west-1f"
WITHIN_S = 60


class Door:
    """Use as an asynchronous context; `connect` and `hang_up` in between."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        window: int = 100,
        gate: str = GATE,
        signatures: Signatures | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._section = MqttSection(url=f"mqtt://127.0.0.1:{port}", window=window, keepalive_s=5)
        self._clock = SystemClock()
        self._signatures = signatures or unsigned(gate, folder)
        self._gate = gate
        self.devices = {"thermometer": DeviceState.OK, "id_reader": DeviceState.OK}
        self.policies: list[bytes] = []
        self.take: Callable[[bytes], Rest | None] = lambda _payload: None  # as a door's keeper
        self.seen: list[bytes] = []
        self.doors: list[str] = []
        self.told: list[UplinkStatus] = []
        path, key = folder / "journal.sqlite", folder / "store.key"
        self.journal = Journal.open(
            path,
            site=SITE,
            gate=gate,
            clock=self._clock,
            zone=ZoneInfo("Asia/Shanghai"),
            key=make_key(key) if not key.exists() else bytes.fromhex(key.read_text().strip()),
        )
        self.reader = JournalReader(path)
        self._task: asyncio.Task[None] | None = None
        self.uplink: Uplink

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        self.reader.close()
        self.journal.close()

    def connect(self, beside: Beside | None = None) -> Self:
        """Begin to bring events to the centre."""
        self.uplink = Uplink(
            section=self._section,
            site=SITE,
            gate=self._gate,
            name="一层西侧出入口",
            journal=self.journal,
            reader=self.reader,
            clock=self._clock,
            signatures=self._signatures,
            version="0.1.0",
            devices=lambda: self.devices,
            on_policy=self._on_policy,
            on_seen=self.seen.append,
            on_door=lambda topic, _state: self.doors.append(topic),
            on_change=lambda: self.told.append(self.uplink.status),
            beside=beside,
        )
        self._task = asyncio.get_running_loop().create_task(self.uplink.run())
        return self

    def _on_policy(self, payload: bytes) -> Rest | None:
        self.policies.append(payload)
        return self.take(payload)

    async def hang_up(self) -> None:
        """Stop the uplink cleanly."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled(), task.exception()

    async def append(self, *records: Record) -> list[Stored]:
        """Journal these; return them once they are durable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[Stored, ...]] = loop.create_future()
        drafts = [Draft(record=record, at=self._clock.now()) for record in records]

        def durable(stored: tuple[Stored, ...]) -> None:
            loop.call_soon_threadsafe(done.set_result, stored)

        self.journal.append(drafts, durable)
        async with asyncio.timeout(WITHIN_S):
            return list(await done)

    @property
    def status(self) -> UplinkStatus:
        """How the way to the centre is."""
        return self.uplink.status

    async def reaches(self, state: str) -> None:
        """Wait until the uplink says this."""
        await eventually(lambda: self.status.state == state, WITHIN_S, f"the uplink {state}")

    async def receipted(self) -> None:
        """Wait until every event has its receipt."""
        await eventually(lambda: not self.status.pending, WITHIN_S, "a receipt for every event")
