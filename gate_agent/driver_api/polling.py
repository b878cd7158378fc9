"""Devices that answer when they are asked: one question under way, one answer in its time.

A model brings its codec; nothing here knows a byte of any protocol.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from gate_agent.contract.signals import Reading
from gate_agent.driver_api.faults import Faults
from gate_agent.driver_api.protocols import Transport
from gate_agent.driver_api.streaming import NOISE_CENTI_C
from gate_agent.errors import NoReplyError

POLL_S = 0.125  # eight a second: five stable readings are there well within a second
_CONFIRMED_BY = 2  # more answers
_TRIES = 3  # an answer that was spoilt on its way is asked for again
_Answer = TypeVar("_Answer")


class AnswerDecoder(Protocol[_Answer]):
    """What a codec's decoder offers."""

    @property
    def drops(self) -> Counter[str]:
        """What was dropped, by cause."""
        ...

    def reset(self) -> None:
        """Forget an answer that was begun."""
        ...

    def feed(self, data: bytes) -> list[_Answer]:
        """Return the answers that `data` completes."""
        ...


class Asking(Generic[_Answer]):
    """Asks questions over one line. What comes before a question belongs to none.

    `turn_s` is silence that the line wants between two frames (Modbus: 3.5 characters).
    """

    def __init__(
        self,
        transport: Transport,
        decoder: AnswerDecoder[_Answer],
        *,
        answer_s: float,
        turn_s: float = 0.0,
    ) -> None:
        self._transport = transport
        self._decoder = decoder
        self._answer_s = answer_s
        self._turn_s = turn_s
        self._counts: Counter[str] = Counter()
        self.frames = 0

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause."""
        return self._counts + self._decoder.drops

    async def ask(
        self, question: bytes, fits: Callable[[_Answer], bool] = lambda _answer: True
    ) -> _Answer:
        """Return the answer; NoReplyError when none came in its time, three times in a row."""
        for _ in range(_TRIES):
            if (answer := await self._once(question, fits)) is not None:
                return answer
            self._counts["unanswered"] += 1
        expected = f"expected an answer within {self._answer_s:g} s"
        raise NoReplyError(f"{expected}, got {self._got()}")

    async def confirmed(
        self, question: bytes, fits: Callable[[_Answer], bool] = lambda _answer: True
    ) -> _Answer | None:
        """Ask three times at once; return the answer where all are the same, else None.

        For protocols without a check: a flipped bit there looks like a value, and in an answer of
        two bytes the same one is flipped twice before long.
        """
        first = await self.ask(question, fits)
        for _ in range(_CONFIRMED_BY):
            if first != await self.ask(question, fits):
                self._counts["unconfirmed"] += 1
                return None
        return first

    async def _once(self, question: bytes, fits: Callable[[_Answer], bool]) -> _Answer | None:
        await asyncio.sleep(self._turn_s)
        self._counts["unasked"] += self._transport.discard_input()
        self._decoder.reset()
        await self._transport.write(question)
        try:
            async with asyncio.timeout(self._answer_s):
                while True:
                    for answer in self._decoder.feed(await self._transport.read()):
                        self.frames += 1
                        if fits(answer):
                            return answer
                        self._counts["unexpected"] += 1
        except TimeoutError:
            return None

    def _got(self) -> str:
        counted = ", ".join(f"{cause} {n}" for cause, n in sorted(self.counters.items()) if n)
        return f"none; so far: {counted}" if counted else "none"


class PollingThermometer(Generic[_Answer]):
    """A driver that asks for each reading.

    `read` asks what it needs and returns a reading, None where what came is not to be believed.
    """

    def __init__(self, asking: Asking[_Answer], *, name: str, poll_s: float = POLL_S) -> None:
        self._asking = asking
        self._name = name
        self._poll_s = poll_s

    @property
    def frames(self) -> int:
        """How many sound answers came."""
        return self._asking.frames

    @property
    def counters(self) -> Mapping[str, int]:
        """What went wrong, by cause."""
        return self._asking.counters

    async def begin(self) -> None:
        """Set what has to be set before it is asked; nothing by default."""

    async def read(self) -> Reading | None:
        """Ask for one reading."""
        raise NotImplementedError

    async def identify(self) -> str:
        """Ask for a reading: that it answers is what can be told."""
        await self.begin()
        await self.read()
        return f"{self._name}, answers"

    async def reports(self) -> AsyncGenerator[Reading, None]:
        """Yield each reading, as it says it; NoReplyError when it answers no more."""
        loop = asyncio.get_running_loop()
        await self.begin()
        while True:
            due = loop.time() + self._poll_s
            reading = await self.read()
            if reading is not None:
                yield reading
            await asyncio.sleep(due - loop.time())


class AnsweringEmulator:
    """The device's side: answers each question about what it is shown, and misbehaves when told."""

    def __init__(self, *own_faults: str, near_miss: bytes, late_s: float) -> None:
        self._own = Faults(*own_faults)
        self._near_miss = near_miss
        self._late_s = late_s
        self._noise = random.Random(1)  # noqa: S311 a sensor's, the same in every run
        self.surface_centi_c = self.ambient_centi_c = 2400

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes; a port that vanishes is the line's own (`Pty.unplug`)."""
        return self._own.names

    def inject(self, fault: str, *, times: int = 1) -> None:
        """Misbehave so in the next `times` answers."""
        self._own.inject(fault, times)

    def take_fault(self, fault: str) -> bool:
        """Whether to misbehave so, this time."""
        return self._own.take(fault)

    def show(self, *, surface_centi_c: int, ambient_centi_c: int) -> None:
        """See this from now on."""
        self.surface_centi_c, self.ambient_centi_c = surface_centi_c, ambient_centi_c

    def seen_centi_c(self) -> int:
        """Return the surface with the noise of a quiet sensor."""
        return self.surface_centi_c + self._noise.randint(-NOISE_CENTI_C, NOISE_CENTI_C)

    def answers(self, data: bytes) -> Sequence[bytes]:
        """Take bytes of the host; return the answers they ask for."""
        raise NotImplementedError

    async def run(self, transport: Transport) -> None:
        """Answer until the line closes."""
        while True:
            for answer in self.answers(await transport.read()):
                await self._own.send(
                    transport, answer, late_s=self._late_s, near_miss=self._near_miss
                )
