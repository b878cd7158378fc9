"""Models for tests, named in a configuration as `devices.odd_models:NAME`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace

from gate_agent.driver_api import Reading, Report, Transport
from gate_drivers.thermometers.gy_614v3 import MODEL

NOT_A_MODEL = "x"


class _Plain:
    """Takes each chunk for a reading of its first byte."""

    frames = 0
    counters: Mapping[str, int] = {}

    def __init__(self, transport: Transport, _options: object) -> None:
        self.transport = transport

    async def identify(self) -> str:
        return "plain"

    async def reports(self) -> AsyncGenerator[Report, None]:
        while True:
            data = await self.transport.read()
            self.frames += 1
            yield Reading(surface_centi_c=data[0])


class _Slips(_Plain):
    """Has a mistake in it; what it chokes on is somebody's name."""

    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in super().reports():
            yield report
            raise IndexError("张三")


class _Ends(_Plain):
    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in super().reports():
            yield report
            return


PLAIN = replace(MODEL, name="plain", driver=_Plain)
SLIPS = replace(MODEL, name="slips", driver=_Slips)
ENDS = replace(MODEL, name="ends", driver=_Ends)
