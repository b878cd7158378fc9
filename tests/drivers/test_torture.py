"""Hot-plug torture, the same for every driver of the registry.

Each bit in a hundred is flipped, but one a frame at the most; bytes come one by one; plugs are
pulled. The short form runs with all tests, `TORTURE=long` plays 10,000 frames and 50 plugs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
from pathlib import Path

import pytest

from devices.watching import LOST, OK, Watch, Wire, plugged, watching
from gate_agent.devices.lines import OpenLine
from gate_agent.driver_api import DeviceKind, FaultyEmulator, SerialLine
from gate_agent.testing import Stimuli, eventually, run_virtual
from gate_agent.testing.cable import End
from wire.every import Case, cases
from wire.talk import speak

LONG = os.environ.get("TORTURE") == "long"
FRAMES = 10_000 if LONG else 200
MOST_BYTES = 4_000_000 if LONG else 20_000  # an array's frame has 1,500
PLUGS = 50 if LONG else 2
FLIPPED = 0.01  # of the bits
MOST_SPOILT = {DeviceKind.ID_READER: 0.03}  # of what is written at once; a card comes in 21 pieces
USUAL_SPOILT = 0.3
EVERY = pytest.mark.parametrize("case", cases(), ids=str)


class Frayed(End):
    """The device's end of a bad cable: each write is a frame."""

    def __init__(self, dice: random.Random, most: float) -> None:
        super().__init__()
        self.most = most
        self.dice = dice
        self.frames = self.flipped = self.bytes = 0

    async def write(self, data: bytes) -> None:
        self.frames += 1
        self.bytes += len(data)
        if self.dice.random() < min(FLIPPED * 8 * len(data), self.most):
            bit = self.dice.randrange(8 * len(data))
            spoilt = bytearray(data)
            spoilt[bit // 8] ^= 1 << bit % 8
            data = bytes(spoilt)
            self.flipped += 1
        for byte in data:
            await super().write(bytes([byte]))


class BadBay:
    """Where the device is plugged in by a bad cable, anew whenever the supervisor opens."""

    def __init__(
        self, emulator: FaultyEmulator, kind: DeviceKind, group: asyncio.TaskGroup
    ) -> None:
        self._emulator = emulator
        self._group = group
        self._most = MOST_SPOILT.get(kind, USUAL_SPOILT)
        self._dice = random.Random(7)  # noqa: S311 a cable
        self.ends: list[Frayed] = []
        self.speaking: asyncio.Task[None] | None = None

    async def open(self, _place: Path | str, _line: SerialLine) -> OpenLine:
        ours, theirs = Wire(), Frayed(self._dice, self._most)
        ours.peer, theirs.peer = theirs, ours
        self.ends.append(theirs)
        if self.speaking is not None:
            self.speaking.cancel()
        self.speaking = self._group.create_task(speak(self._emulator, theirs))
        return ours

    @property
    def is_enough(self) -> bool:
        frames = sum(end.frames for end in self.ends)
        return frames >= FRAMES or sum(end.bytes for end in self.ends) >= MOST_BYTES


@EVERY
def test_no_wrong_value_is_delivered_over_a_bad_cable(case: Case) -> None:
    stimuli = Stimuli(case.model, case.kind)

    async def main() -> tuple[Watch, int, int]:
        emulator = case.model.new_emulator(case.options)
        async with asyncio.TaskGroup() as group:
            bay = BadBay(emulator, case.kind, group)
            async with watching(
                case.model.name, opener=bay.open, **case.options.model_dump(exclude_none=True)
            ) as watch:
                while not bay.is_enough:
                    stimuli.show(emulator)
                    await asyncio.sleep(2.5)
            assert bay.speaking is not None
            bay.speaking.cancel()
            return watch, sum(end.frames for end in bay.ends), sum(end.flipped for end in bay.ends)

    watch, frames, flipped = run_virtual(main())

    wrong = [report for report in watch.reports if not stimuli.is_sound(report)]
    assert wrong == []
    assert flipped > frames / 100
    assert watch.reports
    assert watch.supervisor is not None
    assert watch.supervisor.counters.get("driver_failed", 0) == 0


@EVERY
def test_plugs_that_are_pulled_leak_nothing_and_it_is_back_at_once(
    case: Case, tmp_path: Path
) -> None:
    port = tmp_path / "port"
    stimuli = Stimuli(case.model, case.kind)
    emulator = case.model.new_emulator(case.options)
    loop_s: list[float] = []

    async def main() -> tuple[int, int, int]:
        loop = asyncio.get_running_loop()
        async with (
            plugged(port, emulator) as pty,
            watching(
                case.model.name, port=port, **case.options.model_dump(exclude_none=True)
            ) as watch,
        ):
            await eventually(lambda: watch.last is OK)
            before = held()
            for _ in range(PLUGS):
                pty.unplug()
                await eventually(lambda: watch.last is LOST)
                pty.replug()
                began = loop.time()
                await eventually(lambda: watch.last is OK)
                loop_s.append(loop.time() - began)
            stimuli.show(emulator)
            await eventually(lambda: watch.reports, what="a report after all that")
            after = held()
            return tuple(b - a for a, b in zip(before, after, strict=True))  # type: ignore[return-value]

    assert asyncio.run(main()) == (0, 0, 0)
    assert min(loop_s) < 2.0


def held() -> tuple[int, int, int]:
    """Return how many descriptors, tasks and threads there are."""
    gc.collect()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return descriptors, len(asyncio.all_tasks()), threading.active_count()
