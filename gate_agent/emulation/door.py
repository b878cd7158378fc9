"""Plays one door: both devices behind their configured ports, and people who pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import chain
from typing import cast

from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import find_model
from gate_agent.driver_api import IdReaderEmulator, ThermometerEmulator
from gate_agent.emulation.people import AS_IN_A_HALL, Arrival, Crowd, synthetic_card
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.emulation.scenario import play


async def emulate_door(
    config: GateConfig,
    *,
    seed: int,
    people: int | None,
    staff: int,
    pause_s: float,
    on_arrival: Callable[[Arrival], None] | None = None,
    opened: asyncio.Event | None = None,
    first: Iterable[Arrival] = (),
    crowd: Iterable[Arrival] | None = None,
    stays: bool = False,
) -> None:
    """Play until `people` have passed, or until cancelled; they come once the door is `opened`.

    Who comes `first` goes before the crowd: by default one drawn from `seed`, as in a hall.
    With `stays`, the devices work on when nobody comes any more, until cancelled.
    """
    thermometer = cast("ThermometerEmulator", find_model(config.thermometer.driver).emulator())
    reader = cast("IdReaderEmulator", find_model(config.id_reader.driver).emulator())
    if crowd is None:
        crowd = Crowd(seed, staff=[synthetic_card(n) for n in range(staff)], **AS_IN_A_HALL)
    with Pty(config.thermometer.port) as sight, Pty(config.id_reader.port) as desk:
        async with asyncio.TaskGroup() as group:
            speaking = [
                group.create_task(run_emulator(sight, thermometer)),
                group.create_task(run_emulator(desk, reader)),
            ]
            if opened is not None:
                await opened.wait()
            await play(
                chain(first, crowd),
                thermometer,
                reader,
                on_arrival=on_arrival,
                pause_s=pause_s,
                count=people,
            )
            if stays:
                await asyncio.Event().wait()
            for task in speaking:
                task.cancel()
