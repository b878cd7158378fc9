"""What every driver must keep to, checked against its own emulator over a cable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from gate_agent.driver_api import DeviceError, FaultyEmulator, Model, Report, TransportClosedError
from gate_agent.testing.cable import cable

_ENOUGH_S = 30.0


async def check_driver(
    model: Model, stimulate: Callable[[FaultyEmulator], None], *, reports: int = 1
) -> list[Report]:
    """Run the model's driver against its emulator; return the first `reports`.

    Checks that it names itself in one line, counts frames, survives each fault of the emulator
    with the next report, and ends with TransportClosedError when the cable is cut.
    """
    ours, theirs = cable()
    emulator = model.emulator()
    got: list[Report] = []
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(_speak(emulator, theirs))
        driver = model.driver(ours)
        name = await driver.identify()
        assert name, "expected identify() to return a name"
        assert "\n" not in name, "expected one line"
        stimulate(emulator)
        stream = driver.reports()
        async with asyncio.timeout(_ENOUGH_S):
            while len(got) < reports:
                got.append(await anext(stream))
        assert driver.frames >= reports, "expected every report to come from a counted frame"
        ours.cut()
        with contextlib.suppress(StopAsyncIteration):
            try:
                async with asyncio.timeout(_ENOUGH_S):
                    while True:
                        await anext(stream)
            except TransportClosedError:
                pass
            except DeviceError as exc:
                raise AssertionError("expected TransportClosedError from a cut cable") from exc
        await stream.aclose()  # type: ignore[attr-defined]
        speaking.cancel()
    return got


async def _speak(emulator: FaultyEmulator, transport: object) -> None:
    with contextlib.suppress(TransportClosedError):
        await emulator.run(transport)  # type: ignore[arg-type]
