"""Devices that say something only when they are used: badge readers, scanners. Both halves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from gate_agent.driver_api.faults import Faults
from gate_agent.driver_api.polling import AnswerDecoder
from gate_agent.driver_api.protocols import Report, Transport
from gate_agent.errors import TransportClosedError

_LATE_S = 0.5
_GAP_S = 0.3  # no device pauses so long within what it says
_Said = TypeVar("_Said")


class SpeakingDriver(Generic[_Said]):
    """Listens. What is said again within `gone_s` is the same thing that lies there still."""

    def __init__(
        self,
        transport: Transport,
        *,
        name: str,
        decoder: AnswerDecoder[_Said],
        report: Callable[[_Said], Report],
        gone_s: float,
    ) -> None:
        self._transport = transport
        self._name = name
        self._decoder = decoder
        self._report = report
        self._gone_s = gone_s
        self._frames = 0
        self._last: tuple[_Said, float] | None = None

    @property
    def frames(self) -> int:
        """How many sound frames came."""
        return self._frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What was dropped, by cause."""
        return self._decoder.drops

    async def identify(self) -> str:
        """Return what can be known: such a device has no question that it answers."""
        await asyncio.sleep(0)
        return f"{self._name}, silent until it is used"

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Yield each thing that is held to it, once."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            data = await self._transport.read()
            if loop.time() - began > _GAP_S:
                self._decoder.reset()  # noise of hours ago is no beginning of this
            for said in self._decoder.feed(data):
                self._frames += 1
                if self._is_new(said):
                    yield self._report(said)

    def _is_new(self, said: _Said) -> bool:
        now = asyncio.get_running_loop().time()
        last, self._last = self._last, (said, now)
        return last is None or last[0] != said or now - last[1] > self._gone_s


class SpeakingEmulator(Generic[_Said]):
    """The device's side: says what is held to it, and misbehaves when told."""

    def __init__(self, *own_faults: str, near_miss: bytes) -> None:
        self._faults = Faults(*own_faults)
        self._near_miss = near_miss
        self._to_say: asyncio.Queue[bytes] = asyncio.Queue()

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes; a port that vanishes is the line's own (`Pty.unplug`)."""
        return self._faults.names

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` frames."""
        self._faults.inject(fault, times)

    def say(self, frame: bytes) -> None:
        """Send this frame as soon as the line is there."""
        self._to_say.put_nowait(frame)

    async def run(self, transport: Transport) -> None:
        """Speak and ignore what it is told, until the line closes."""
        async with asyncio.TaskGroup() as group:
            # no error may leave a task: a cancellation that comes with it would be lost (3.11)
            saying = group.create_task(self._say_on(transport))
            with suppress(TransportClosedError):
                while True:
                    await transport.read()
            saying.cancel()

    async def _say_on(self, transport: Transport) -> None:
        with suppress(TransportClosedError):
            while True:
                frame = await self._to_say.get()
                await self._faults.send(transport, frame, late_s=_LATE_S, near_miss=self._near_miss)
