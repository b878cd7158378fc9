"""What thermometers that send by themselves have in common: the driver's and the emulator's half.

A model brings its codec; nothing here knows a byte of any protocol.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from gate_agent.driver_api import Reading, Transport

PERIOD_S = 0.1  # 10 Hz
_NOISE_CENTI_C = 4  # of a quiet sensor
_Sight = TypeVar("_Sight")

FAULTS = (
    "flipped_byte", "missing_byte", "leading_noise", "split", "duplicate", "wrong_baud",
    "silence", "frozen", "below_range",
)  # fmt: skip


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
    """A driver that wakes the module once and then only listens."""

    def __init__(
        self,
        transport: Transport,
        *,
        name: str,
        wake: Iterable[bytes],
        decoder: StreamDecoder[_Sight],
        reading: Callable[[_Sight], Reading],
    ) -> None:
        self._transport = transport
        self._name = name
        self._wake = tuple(wake)
        self._decoder = decoder
        self._reading = reading
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
        async for _ in self.reports():
            return f"{self._name}, sends sound frames"
        raise AssertionError("expected reports() to end with an error only")

    async def reports(self) -> AsyncIterator[Reading]:
        """Yield every sound frame's reading, as it says it."""
        for command in self._wake:
            await self._transport.write(command)
        while True:
            for sight in self._decoder.feed(await self._transport.read()):
                self._frames += 1
                yield self._reading(sight)


class StreamingEmulator:
    """The module's side: sends at its own rate what it is shown, and misbehaves when told."""

    def __init__(self, *, frame: Callable[[int, int], bytes], below_range_centi_c: int) -> None:
        """`frame` encodes (surface, ambient) in hundredths of a degree Celsius."""
        self._frame = frame
        self._below_range = below_range_centi_c
        self._surface = self._ambient = 2400
        self._noise = random.Random(1)  # noqa: S311 a sensor's, the same in every run
        self._injected: Counter[str] = Counter()
        self._last = b""
        self.sends = True

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes."""
        return FAULTS

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` frames."""
        if fault not in FAULTS:
            raise ValueError(f"expected one of {', '.join(FAULTS)}, got {fault!r}")
        self._injected[fault] += times

    def show(self, *, surface_centi_c: int, ambient_centi_c: int) -> None:
        """See this from now on."""
        self._surface, self._ambient = surface_centi_c, ambient_centi_c

    async def run(self, transport: Transport) -> None:
        """Send and listen until the line closes."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen(transport))
            try:
                await self._send_on(transport)
            finally:
                listening.cancel()

    def obey(self, data: bytes) -> int:
        """Take bytes of the host; return how many readings it asks for now."""
        raise NotImplementedError

    async def _listen(self, transport: Transport) -> None:
        while True:
            for _ in range(self.obey(await transport.read())):
                await transport.write(self._next())

    async def _send_on(self, transport: Transport) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self.sends:
                await self._send(transport, self._next())
            due += PERIOD_S
            await asyncio.sleep(due - loop.time())

    def _next(self) -> bytes:
        if self._take("frozen") and self._last:
            return self._last
        noise = self._noise.randint(-_NOISE_CENTI_C, _NOISE_CENTI_C)
        surface = self._below_range if self._take("below_range") else self._surface + noise
        self._last = self._frame(surface, self._ambient)
        return self._last

    async def _send(self, transport: Transport, frame: bytes) -> None:
        if self._take("silence"):
            return
        if self._take("wrong_baud"):
            frame = bytes(byte >> 1 | 0x80 for byte in frame)
        if self._take("flipped_byte"):
            frame = frame[:-2] + bytes([frame[-2] ^ 0x04, frame[-1]])
        if self._take("missing_byte"):
            frame = frame[:3] + frame[4:]
        if self._take("leading_noise"):
            frame = b"\x00\x5a\xa4\xff" + frame
        if self._take("duplicate"):
            frame += frame
        if self._take("split"):
            for byte in frame:
                await transport.write(bytes([byte]))
            return
        await transport.write(frame)

    def _take(self, fault: str) -> bool:
        if self._injected[fault] <= 0:
            return False
        self._injected[fault] -= 1
        return True
