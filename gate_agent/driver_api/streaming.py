"""What thermometers that send by themselves have in common: the driver's and the emulator's half.

A model brings its codec; nothing here knows a byte of any protocol.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing, suppress
from typing import Generic, Protocol, TypeVar

from gate_agent.contract.signals import Reading
from gate_agent.driver_api.faults import Faults
from gate_agent.driver_api.protocols import Transport
from gate_agent.errors import NoReplyError, TransportClosedError

PERIOD_S = 0.1  # 10 Hz
SILENT_S = 2.0  # then the port is opened again, and the module woken again
NOISE_CENTI_C = 4  # of a quiet sensor
_AIR_MOVES_EVERY = 600  # frames: that of a real room hardly rests
_LATE_S = 0.5
_Sight = TypeVar("_Sight")


class StreamDecoder(Protocol[_Sight]):
    """What a codec's decoder offers."""

    @property
    def drops(self) -> Counter[str]:
        """What was dropped, by cause."""
        ...

    def feed(self, data: bytes) -> list[_Sight]:
        """Return the sights that `data` completes."""
        ...


class StreamingThermometer(Generic[_Sight]):
    """A driver that wakes the module once and then only listens.

    `reading` returns None for a sound frame in which there is nothing to report.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        name: str,
        wake: Iterable[bytes],
        decoder: StreamDecoder[_Sight],
        reading: Callable[[_Sight], Reading | None],
        silent_s: float = SILENT_S,
    ) -> None:
        self._transport = transport
        self._name = name
        self._wake = tuple(wake)
        self._decoder = decoder
        self._reading = reading
        self._silent_s = silent_s
        self._frames = 0

    @property
    def frames(self) -> int:
        """How many sound frames came."""
        return self._frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What was dropped, by cause."""
        return self._decoder.drops

    async def identify(self) -> str:
        """Wait for a sound frame: the module has no name to ask for."""
        async with aclosing(self._sights()) as sights:
            await anext(sights)
        return f"{self._name}, sends sound frames"

    async def reports(self) -> AsyncGenerator[Reading, None]:
        """Yield every sound frame's reading, as it says it; NoReplyError when none come."""
        async with aclosing(self._sights()) as sights:
            async for sight in sights:
                if (reading := self._reading(sight)) is not None:
                    yield reading

    async def _sights(self) -> AsyncGenerator[_Sight, None]:
        loop = asyncio.get_running_loop()
        for command in self._wake:
            await self._transport.write(command)
        heard = loop.time()
        while True:
            try:
                async with asyncio.timeout_at(heard + self._silent_s):
                    data = await self._transport.read()
            except TimeoutError:
                expected = f"expected a sound frame within {self._silent_s:g} s"
                raise NoReplyError(f"{expected}, got {self._unsound()}") from None
            for sight in self._decoder.feed(data):
                self._frames += 1
                heard = loop.time()
                yield sight

    def _unsound(self) -> str:
        counted = ", ".join(f"{cause} {n}" for cause, n in sorted(self._decoder.drops.items()))
        return f"none; dropped so far: {counted}" if counted else "none"


class StreamingEmulator:
    """The module's side: sends at its own rate what it is shown, and misbehaves when told."""

    def __init__(
        self,
        *,
        frame: Callable[[int, int], bytes],
        below_range_centi_c: int,
        near_miss: bytes,
        period_s: float = PERIOD_S,
    ) -> None:
        """`frame` encodes (surface, ambient) in hundredths of a degree Celsius."""
        self._frame = frame
        self._period_s = period_s
        self._below_range = below_range_centi_c
        self._near_miss = near_miss
        self._surface = self._ambient = 2400
        self._noise = random.Random(1)  # noqa: S311 a sensor's, the same in every run
        self._faults = Faults("frozen", "below_range")
        self._last = b""
        self._sent = 0
        self.sends = True

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes; a port that vanishes is the line's own (`Pty.unplug`)."""
        return self._faults.names

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` frames."""
        self._faults.inject(fault, times)

    def show(self, *, surface_centi_c: int, ambient_centi_c: int) -> None:
        """See this from now on."""
        self._surface, self._ambient = surface_centi_c, ambient_centi_c

    async def run(self, transport: Transport) -> None:
        """Send and listen until the line closes."""
        async with asyncio.TaskGroup() as group:
            # no error may leave a task: a cancellation that comes with it would be lost (3.11)
            sending = group.create_task(self._send_on(transport))
            with suppress(TransportClosedError):
                await self._listen(transport)
            sending.cancel()

    def obey(self, data: bytes) -> int:
        """Take bytes of the host; return how many readings it asks for now."""
        raise NotImplementedError

    async def _listen(self, transport: Transport) -> None:
        while True:
            for _ in range(self.obey(await transport.read())):
                await self._send(transport)

    async def _send_on(self, transport: Transport) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        with suppress(TransportClosedError):
            while True:
                if self.sends:
                    await self._send(transport)
                due = max(due + self._period_s, loop.time())
                await asyncio.sleep(due - loop.time())

    async def _send(self, transport: Transport) -> None:
        await self._faults.send(transport, self._next(), late_s=_LATE_S, near_miss=self._near_miss)

    def _next(self) -> bytes:
        if self._faults.take("frozen") and self._last:
            return self._last
        noise = self._noise.randint(-NOISE_CENTI_C, NOISE_CENTI_C)
        low = self._faults.take("below_range")
        surface = self._below_range if low else self._surface + noise
        self._sent += 1
        self._last = self._frame(surface, self._ambient + self._sent // _AIR_MOVES_EVERY % 2)
        return self._last
