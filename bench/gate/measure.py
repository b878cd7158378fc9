"""The measurements; each looks at a door with an empty journal and at one with a long past."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.gate.disk import sync_us
from bench.gate.past import write_past
from bench.gate.rig import DECIDED, SITE, Door, Subscriber, Thermometer, broker, process
from bench.resources import cpu_s, pss_mb

EMPTY, LONG, BARE = "empty", "long", "bare"
_STACKS = (EMPTY, BARE, LONG)
_WARM = 5
_THERMOMETER_OK = b'"device":"thermometer"'
_NOTHING = b""


@dataclass(slots=True)
class Figures:
    """What was measured; latencies in microseconds, by stack."""

    latency_us: dict[str, list[float]] = field(default_factory=dict)
    start_s: dict[str, list[float]] = field(default_factory=dict)
    idle_percent: float = 0.0
    pss_mb: float = 0.0
    sync_us: list[float] = field(default_factory=list)


async def measure(folder: Path, *, people: int, starts: int, idle_s: float, past: int) -> Figures:
    """Measure everything in `folder`."""
    figures = Figures()
    await asyncio.to_thread(write_past, folder / LONG, site=SITE, gate=LONG, events=past)
    with ExitStack() as stack:
        port = stack.enter_context(broker(folder))
        ear = stack.enter_context(Subscriber(port))
        doors = {name: Door(folder, name, port) for name in (EMPTY, LONG)}
        for door in doors.values():
            stack.callback(door.close)
        async with AsyncExitStack() as playing:
            group = await playing.enter_async_context(asyncio.TaskGroup())
            tasks = [group.create_task(door.devices()) for door in doors.values()]
            await _starts(figures, doors, ear, starts)
            ear.forget(EMPTY)
            with doors[EMPTY].daemon() as one:
                await _heard_thermometer(ear, EMPTY)
                await _idle(figures, one.pid, idle_s)
            await _latencies(figures, folder, port, doors, ear, people)
            for task in tasks:
                task.cancel()
    return figures


async def _starts(figures: Figures, doors: dict[str, Door], ear: Subscriber, starts: int) -> None:
    """From the start of the process to the first reading, at the subscriber."""
    for _ in range(starts):
        for name, door in doors.items():
            ear.forget(name)
            began = time.perf_counter_ns()
            with door.daemon():
                came = await _heard_thermometer(ear, name)
            figures.start_s.setdefault(name, []).append((came - began) / 1e9)
            ear.give_receipts()


async def _heard_thermometer(ear: Subscriber, name: str) -> int:
    return await ear.hears(name, _THERMOMETER_OK)


async def _idle(figures: Figures, pid: int, idle_s: float) -> None:
    """Nobody comes: processor time of a door that listens ten times a second; its memory."""
    await asyncio.sleep(2)
    before, began = cpu_s(pid), time.perf_counter()
    await asyncio.sleep(idle_s)
    figures.idle_percent = 100 * (cpu_s(pid) - before) / (time.perf_counter() - began)
    figures.pss_mb = pss_mb(pid)


async def _latencies(  # noqa: PLR0917 one bench
    figures: Figures,
    folder: Path,
    port: int,
    doors: dict[str, Door],
    ear: Subscriber,
    people: int,
) -> None:
    """Each stack in turn, person by person: the same minute, the same load for all."""
    line = Thermometer(folder / "bare-thermometer")
    idling = asyncio.ensure_future(line.idle())
    command = (sys.executable, "-m", "bench.gate.bare", folder / "bare-thermometer")
    try:
        with ExitStack() as stack:
            stack.enter_context(process(folder / "bare.log", *command, str(port), "bench/bare"))
            for name, door in doors.items():
                ear.forget(name)
                stack.enter_context(door.daemon())
                await _heard_thermometer(ear, name)
            await asyncio.sleep(1)
            for number in range(people + _WARM):
                first = number % len(_STACKS)  # whoever comes first pays for the pause before
                for name in (*_STACKS[first:], *_STACKS[:first]):
                    at = doors.get(name)
                    if at is not None:
                        await at.lay_next_card()
                    ear.forget(name)  # a card that was laid anew left a verdict of its own
                    wrote = await (line if at is None else at.thermometer).measured()
                    came = await ear.hears(name, _NOTHING if at is None else DECIDED)
                    if number >= _WARM:
                        figures.latency_us.setdefault(name, []).append((came - wrote) / 1000)
                figures.sync_us.append(await asyncio.to_thread(sync_us, folder))
                ear.give_receipts()
                await asyncio.sleep(0.05)
    finally:
        idling.cancel()
        line.close()


def quantile(values: list[float], share: float) -> float:
    """Return the value at `share`, by nearest rank."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)
