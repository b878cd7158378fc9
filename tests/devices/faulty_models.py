"""Drivers that fail in every place there is, named as `devices.faulty_models:NAME`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from gate_agent.driver_api import Model, Reading, Report, Transport
from gate_drivers.thermometers.gy_614v3 import MODEL

WHO = "张三"  # what a driver chokes on is somebody's name: it must not be told


class Works:
    """Takes each chunk for a reading of its first byte."""

    def __init__(self, transport: Transport, _options: object) -> None:
        self.transport = transport
        self.count = 0

    @property
    def frames(self) -> Any:
        return self.count

    @property
    def counters(self) -> Any:
        return {"noise": 1}

    async def identify(self) -> Any:
        return "works"

    async def reports(self) -> AsyncGenerator[Any, None]:
        while True:
            data = await self.transport.read()
            self.count += 1
            yield Reading(surface_centi_c=data[0])


class InConstruction(Works):
    def __init__(self, transport: Transport, options: object) -> None:
        super().__init__(transport, options)
        raise KeyError(WHO)


class InFrames(Works):
    @property
    def frames(self) -> Any:
        raise ZeroDivisionError(WHO)


class FramesAreNoNumber(Works):
    @property
    def frames(self) -> Any:
        return "many"


class InCounters(Works):
    @property
    def counters(self) -> Any:
        raise AttributeError(WHO)


class CountersAreNoCounters(Works):
    @property
    def counters(self) -> Any:
        return {"noise": "some", 3: 4}


class InIdentify(Works):
    async def identify(self) -> Any:
        raise RuntimeError(WHO)


class InReports(Works):
    async def reports(self) -> AsyncGenerator[Any, None]:
        raise UnicodeError(WHO)
        yield


class NoGenerator(Works):
    def reports(self) -> Any:
        return [WHO]


class ReportsNonsense(Works):
    async def reports(self) -> AsyncGenerator[Any, None]:
        await self.transport.read()
        yield WHO


class Exits(Works):
    async def reports(self) -> AsyncGenerator[Any, None]:
        await self.transport.read()
        sys.exit(WHO)
        yield


class Cancels(Works):
    async def reports(self) -> AsyncGenerator[Any, None]:
        await self.transport.read()
        raise asyncio.CancelledError(WHO)
        yield


class ManyAtOnce(Works):
    async def reports(self) -> AsyncGenerator[Any, None]:
        await self.transport.read()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.fail())
        yield

    async def fail(self) -> None:
        raise ValueError(WHO)


class WillNotEnd(Works):
    async def reports(self) -> AsyncGenerator[Report, None]:
        try:
            async for report in super().reports():
                yield report
        finally:
            await asyncio.Event().wait()


class EndsInAnger(Works):
    async def reports(self) -> AsyncGenerator[Report, None]:
        try:
            async for report in super().reports():
                yield report
        finally:
            raise OSError(WHO)


def _model(driver: type[Works]) -> Model:
    return replace(MODEL, name=driver.__name__, driver=driver)


WORKS = _model(Works)
AT_ONCE = {cls.__name__: _model(cls) for cls in (InConstruction, InReports, NoGenerator)}
AT_THE_FIRST_FRAME = {
    cls.__name__: _model(cls)
    for cls in (InFrames, FramesAreNoNumber, ReportsNonsense, Exits, Cancels, ManyAtOnce)
}
IN_COUNTERS = {cls.__name__: _model(cls) for cls in (InCounters, CountersAreNoCounters)}
AT_THE_END = {cls.__name__: _model(cls) for cls in (WillNotEnd, EndsInAnger)}
globals().update({**AT_ONCE, **AT_THE_FIRST_FRAME, **IN_COUNTERS, **AT_THE_END})
IN_IDENTIFY = _model(InIdentify)
OF_TOMORROW = replace(MODEL, name="tomorrow", api=2)
