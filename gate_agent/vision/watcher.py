"""Joins the camera to the door: a picture when a hold opens, codes while somebody stands there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from hashlib import sha256

from gate_agent.config.model import CameraSection
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.records import (
    DeviceState,
    HoldOpened,
    SnapshotTaken,
    StoreChanged,
    StoreState,
)
from gate_agent.domain.codes import read_code
from gate_agent.errors import DeviceError, StorageError
from gate_agent.gate.engine import Gate
from gate_agent.host.clock import Clock
from gate_agent.vision.camera import Camera, Frame, as_jpeg
from gate_agent.vision.codes import CodeReader
from gate_agent.vision.pictures import Pictures

_PURGE_EVERY_S = 3600.0
_HOLD = f'"type":"{HoldOpened.TYPE}"'.encode()
_DISK = f'"type":"{StoreChanged.TYPE}"'.encode()

_LOG = logging.getLogger(__name__)


class Watcher:
    """One door's camera at work."""

    def __init__(
        self,
        section: CameraSection,
        *,
        gate: Gate,
        clock: Clock,
        pictures: Pictures,
        on_change: Callable[[DeviceState, str], None],
    ) -> None:
        self._section = section
        self._gate = gate
        self._clock = clock
        self._pictures = pictures
        self._codes = CodeReader()
        self._last_code = ""
        self._somebody = False
        self._loop = asyncio.get_running_loop()
        self.camera = Camera(
            section.device or "",
            clock=clock,
            on_change=on_change,
            wants_frames=lambda: section.codes and self._somebody,
            on_frame=self._look_for_code,
        )

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.camera.run())
            group.create_task(self._listen())
            group.create_task(self._purge())

    async def _listen(self) -> None:
        """Hear what is committed, and whether somebody stands there."""
        while True:
            with self._gate.live.subscribe() as ear:
                self._see_who_is_there()
                async for event in ear:
                    if event is None:
                        self._see_who_is_there()
                    elif self._section.snapshots and _HOLD in event.body:
                        await self._take(event.body)
                    elif _DISK in event.body:
                        await self._make_room(event.body)
            await asyncio.sleep(0)

    def _see_who_is_there(self) -> None:
        self._somebody = self._gate.snapshot().passage is not None
        if not self._somebody:
            self._last_code = ""

    async def _take(self, body: bytes) -> None:
        """Take the picture of a hold that opened just now; a drill takes none."""
        envelope = parse_body(body)
        opened, frame = envelope.record(), self.camera.newest
        if envelope.drill or frame is None or not isinstance(opened, HoldOpened):
            return
        now = self._clock.now()
        try:
            jpeg = await asyncio.to_thread(as_jpeg, frame)
            await asyncio.to_thread(self._pictures.keep, opened.hold_id, jpeg, now.utc)
        except (DeviceError, StorageError) as exc:
            _LOG.warning("no picture of the hold: %s", exc)
            return
        digest = sha256(jpeg).hexdigest()
        self._gate.keep(
            [SnapshotTaken(hold_id=opened.hold_id, sha256=digest, bytes=len(jpeg))], now
        )

    async def _make_room(self, body: bytes) -> None:
        """Pictures are the first to go when the disk is full."""
        changed = parse_body(body).record()
        if isinstance(changed, StoreChanged) and changed.state is StoreState.FULL:
            await asyncio.to_thread(self._pictures.clear)

    def _look_for_code(self, frame: Frame) -> None:
        """In the camera's thread."""
        text = self._codes.read(frame)
        if text is None or text == self._last_code:
            return
        self._last_code = text
        shown = read_code(text, self._clock.now())
        if shown is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gate.take, shown)

    async def _purge(self) -> None:
        """Remove old pictures, by a clock that is right."""
        while True:
            if self._clock.quality() in (ClockQuality.SYNCED, ClockQuality.HOLDOVER):
                now = self._clock.now().utc
                await asyncio.to_thread(self._pictures.purge, now, self._section.days)
            await asyncio.sleep(_PURGE_EVERY_S)
