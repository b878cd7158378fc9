"""Plays people at one door: they step before the thermometer, lay a card, go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from gate_agent.driver_api import IdReaderEmulator, ThermometerEmulator
from gate_agent.emulation.people import Arrival

_GAP_S = 1.3  # nobody before the sensor: one person's departure, not a lean back


async def play(
    arrivals: Iterable[Arrival],
    thermometer: ThermometerEmulator,
    reader: IdReaderEmulator,
    *,
    on_arrival: Callable[[Arrival], None] | None = None,
    pause_s: float = 0.0,
    count: int | None = None,
) -> None:
    """Play `count` of `arrivals`, all of them for None, one after the other."""
    for number, arrival in enumerate(arrivals):
        if count is not None and number >= count:
            return
        if on_arrival is not None:
            on_arrival(arrival)
        await pass_by(arrival, thermometer, reader)
        await asyncio.sleep(_GAP_S + pause_s)


async def pass_by(
    arrival: Arrival, thermometer: ThermometerEmulator, reader: IdReaderEmulator
) -> None:
    """Play one person."""
    ambient = arrival.ambient_centi_c
    thermometer.show(surface_centi_c=arrival.surface_centi_c, ambient_centi_c=ambient)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_lay(arrival, reader))
            group.create_task(asyncio.sleep(arrival.stays_s))
    finally:
        reader.lift()
        thermometer.show(surface_centi_c=ambient, ambient_centi_c=ambient)


async def _lay(arrival: Arrival, reader: IdReaderEmulator) -> None:
    await asyncio.sleep(arrival.card_delay_s)
    if arrival.card is not None:
        reader.place(arrival.card)
        await asyncio.sleep(arrival.card_stays_s)
        reader.lift()
