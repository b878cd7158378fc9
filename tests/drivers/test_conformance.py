"""The conformance check itself: it names what a driver does wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace

import pytest

from gate_agent.driver_api import (
    DeviceError,
    Driver,
    NoReplyError,
    Reading,
    Report,
    Transport,
    TransportClosedError,
)
from gate_agent.testing import check_driver, run_virtual
from gate_drivers.thermometers.gy_614v3 import MODEL
from gate_drivers.thermometers.gy_614v3.driver import Gy614V3
from wire.streams import show, shown


class Bad:
    """A driver that does all right, to be spoilt in one thing."""

    def __init__(self, transport: Transport, _options: object) -> None:
        self.good = Gy614V3(transport)

    @property
    def frames(self) -> int:
        return self.good.frames

    @property
    def counters(self) -> Mapping[str, int]:
        return self.good.counters

    async def identify(self) -> str:
        return await self.good.identify()

    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in self.good.reports():
            yield report


class CountsNothing(Bad):
    frames = 0


class HasNoName(Bad):
    async def identify(self) -> str:
        await self.good.identify()
        return ""


class WaitsForEver(Bad):
    async def identify(self) -> str:
        try:
            return await self.good.identify()
        except NoReplyError:
            await asyncio.Event().wait()
            raise


class Smooths(Bad):
    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in self.good.reports():
            assert isinstance(report, Reading)
            yield replace(report, surface_centi_c=max(3650, report.surface_centi_c))


class Ends(Bad):
    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in self.good.reports():
            yield report
            if self.good.counters:
                return


class HidesTheEnd(Bad):
    async def reports(self) -> AsyncGenerator[Report, None]:
        try:
            async for report in self.good.reports():
                yield report
        except TransportClosedError:
            raise DeviceError("something") from None


class GivesUp(Bad):
    async def reports(self) -> AsyncGenerator[Report, None]:
        async for report in self.good.reports():
            if self.good.counters:
                await asyncio.sleep(10**6)
            yield report


FAULTS = [
    (CountsNothing, "expected every report to come from a counted frame"),
    (HasNoName, "expected identify.. to return a name"),
    (WaitsForEver, "expected NoReplyError where nothing answers"),
    (Smooths, "expected sound reports, whatever the fault"),
    (Ends, "expected a report again after leading_noise"),
    (HidesTheEnd, "expected TransportClosedError"),
    (GivesUp, "expected a report again after leading_noise"),
]


def check(driver: Callable[..., Driver]) -> None:
    async def main() -> None:
        async with asyncio.timeout(10**5):
            await check_driver(replace(MODEL, driver=driver), show, sound=shown)

    run_virtual(main())


def test_a_good_driver_passes() -> None:
    check(Bad)


@pytest.mark.parametrize(("driver", "told"), FAULTS)
def test_what_a_driver_does_wrong_is_named(driver: Callable[..., Driver], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check(driver)
