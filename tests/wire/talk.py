"""A driver talking to its emulator over a cable, as a test wants to see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress

from gate_agent.driver_api import DeviceError, Driver, Emulator, Report, TransportClosedError
from gate_agent.testing import cable, eventually
from gate_agent.testing.cable import End


class Talk:
    """One conversation: what was reported, and with which error it ended."""

    def __init__(self, driver: Driver, line: End) -> None:
        self.driver = driver
        self.line = line
        self.got: list[Report] = []
        self.fault: DeviceError | None = None

    @property
    def counters(self) -> Mapping[str, int]:
        return self.driver.counters

    def frames_and_counts(self) -> tuple[int, dict[str, int]]:
        return self.driver.frames, dict(self.driver.counters)

    async def take(self) -> None:
        try:
            async with aclosing(self.driver.reports()) as reports:
                async for report in reports:
                    self.got.append(report)
        except DeviceError as exc:
            self.fault = exc

    async def reports(self, count: int) -> list[Report]:
        await eventually(lambda: len(self.got) >= count or self.fault, 60, f"{count} reports")
        assert self.fault is None, self.fault
        return self.got

    async def end(self) -> DeviceError:
        await eventually(lambda: self.fault, 60, "the end of the conversation")
        assert self.fault is not None
        return self.fault


@asynccontextmanager
async def talking(
    driver: Callable[..., Driver],
    emulator: Emulator | None = None,
    *,
    line: End | None = None,
    **options: object,
) -> AsyncIterator[Talk]:
    """Talk over a new cable to `emulator`, or over `line` to whoever is at its end."""
    ours, theirs = cable()
    if line is not None:
        ours = line
    talk = Talk(driver(ours, **options), ours)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(talk.take())]
        if emulator is not None:
            tasks.append(group.create_task(speak(emulator, theirs)))
        yield talk
        for task in tasks:
            task.cancel()


async def speak(emulator: Emulator, line: End) -> None:
    with suppress(TransportClosedError):
        await emulator.run(line)
