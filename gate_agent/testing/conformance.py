"""What every driver must keep to, checked against its own emulator over a cable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress

from gate_agent.driver_api import (
    DeviceError,
    FaultyEmulator,
    Model,
    NoReplyError,
    Options,
    Report,
    TransportClosedError,
)
from gate_agent.testing.cable import End, cable
from gate_agent.testing.time import eventually

Stimulus = Callable[[FaultyEmulator], None]
_ANSWER_S = 30.0
_REPORT_S = 10.0
_REOPEN_S = 0.1
_TRIES = 4  # a person lays the card again, too
_ROUNDS = 3


async def check_driver(
    model: Model,
    stimulate: Stimulus,
    *,
    sound: Callable[[Report], bool] = lambda _report: True,
    reports: int = 1,
    options: Options | None = None,
) -> list[Report]:
    """Run the model's driver against its emulator; return the first `reports`.

    `stimulate` makes the emulated device see something worth a report, `sound` tells whether a
    report can come from that. Checks that the driver

    - raises NoReplyError where nothing answers (but where it only speaks when it is used), and
      names itself in one line where it does;
    - reports soundly, and counts a frame for every report;
    - survives each fault of the emulator, alone and three times in a row: sound reports come
      again, after a new conversation on a reopened line if it must be;
    - ends with TransportClosedError when the cable is cut.

    Use it in virtual time: `run_virtual(check_driver(…))`.
    """
    if _stale_after_s(model, options) is not None:
        await _tells_of_silence(model, options)
    async with _bench(model, options) as bench:
        first = [await bench.report_of(stimulate) for _ in range(reports)]
        assert bench.frames >= reports, "expected every report to come from a counted frame"
        for fault in bench.emulator.faults:
            for times in (1, _ROUNDS):
                bench.emulator.inject(fault, times=times)
                for _ in range(times + _ROUNDS):
                    await bench.report_of(stimulate, after=f"{fault} × {times}")
        assert all(map(sound, bench.all)), "expected sound reports, whatever the fault"
        await bench.cut()
    return first


class _Bench:
    """A driver before its emulator, with a supervisor's patience in between."""

    def __init__(self, model: Model, options: Options | None, ours: End) -> None:
        self._model = model
        self._options = options
        self._ours = ours
        self._came: asyncio.Queue[Report] = asyncio.Queue()
        self._was_cut = False
        self._ended: type[Exception] | None = None
        self.emulator = model.new_emulator(options)
        self.frames = 0
        self.all: list[Report] = []

    async def converse(self) -> None:
        """Take reports over as many conversations as it needs, until the cable is cut."""
        while self._ended is None:
            driver = self._model.new_driver(self._ours, self._options)
            try:
                async with aclosing(driver.reports()) as reports:
                    async for report in reports:
                        self.frames = max(self.frames, driver.frames)
                        self._came.put_nowait(report)
                self._ended = StopAsyncIteration
            except TransportClosedError as exc:
                self._ended = type(exc)
            except DeviceError as exc:
                if self._was_cut:
                    self._ended = type(exc)
                await asyncio.sleep(_REOPEN_S)

    async def report_of(self, stimulate: Stimulus, *, after: str = "nothing") -> Report:
        """Return the next report once the device has something to report."""
        for _ in range(_TRIES):
            while not self._came.empty():
                self.all.append(self._came.get_nowait())
            stimulate(self.emulator)
            with suppress(TimeoutError):
                async with asyncio.timeout(_REPORT_S):
                    self.all.append(await self._came.get())
                    return self.all[-1]
        raise AssertionError(f"expected a report again after {after}, got none")

    async def cut(self) -> None:
        """Cut the cable; the driver must say so."""
        assert self._ended is None, "expected the driver to go on while its line is open"
        self._was_cut = True
        self._ours.cut()
        await eventually(lambda: self._ended, _ANSWER_S, "TransportClosedError from a cut cable")
        assert self._ended is TransportClosedError, (
            f"expected TransportClosedError, got {self._ended}"
        )


@asynccontextmanager
async def _bench(model: Model, options: Options | None) -> AsyncIterator[_Bench]:
    ours, theirs = cable()
    bench = _Bench(model, options, ours)
    try:
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(_speak(bench.emulator, theirs))
            name = await model.new_driver(ours, options).identify()
            assert name, "expected identify() to return a name"
            assert "\n" not in name, "expected one line"
            conversing = group.create_task(bench.converse())
            yield bench
            conversing.cancel()
            speaking.cancel()
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _speak(emulator: FaultyEmulator, transport: End) -> None:
    with suppress(TransportClosedError):
        await emulator.run(transport)


async def _tells_of_silence(model: Model, options: Options | None) -> None:
    ours, _ = cable()
    try:
        async with asyncio.timeout(_ANSWER_S):
            await model.new_driver(ours, options).identify()
    except NoReplyError:
        return
    except TimeoutError:
        pass
    raise AssertionError("expected NoReplyError where nothing answers")


def _stale_after_s(model: Model, options: Options | None) -> float | None:
    """Return how long the device may say nothing; None: until it is used."""
    own = model.parse_options(model.example) if options is None else options
    return own.stale_after_s(model.stale_after_s)
