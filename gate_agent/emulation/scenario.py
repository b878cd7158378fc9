"""Plays people at one door: they step before the thermometer, lay a card, go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from gate_agent.driver_api import IdReaderEmulator, ThermometerEmulator
from gate_agent.emulation.people import BRIM_CENTI_C, Arrival

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
    """Play `count` of `arrivals`, all of them for None.

    One after the other before the thermometer; a card that is late is laid while the next one
    stands there, as soon as the reader is free.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    free = asyncio.Lock()  # the reader takes one card
    async with asyncio.TaskGroup() as group:
        for number, arrival in enumerate(arrivals):
            if count is not None and number >= count:
                break
            if arrival.at_s is not None:
                await asyncio.sleep(began + arrival.at_s - loop.time())
            if on_arrival is not None:
                on_arrival(arrival)
            group.create_task(_lay_when_free(arrival, reader, free))
            try:
                await _face(arrival, thermometer)
            finally:
                _step_aside(arrival, thermometer)
            await asyncio.sleep(_GAP_S + pause_s if arrival.gap_s is None else arrival.gap_s)


async def pass_by(
    arrival: Arrival, thermometer: ThermometerEmulator, reader: IdReaderEmulator
) -> None:
    """Play one person, to the end of both: before the thermometer, and with the card."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_lay(arrival, reader))
            group.create_task(_face(arrival, thermometer))
    finally:
        reader.lift()
        _step_aside(arrival, thermometer)


async def _face(arrival: Arrival, thermometer: ThermometerEmulator) -> None:
    """Stand before the sensor, after a card that comes first: a brim, then the forehead."""
    await asyncio.sleep(max(0.0, -arrival.card_delay_s))
    ambient, hat_s = arrival.ambient_centi_c, min(arrival.hat_s, arrival.stays_s)
    if hat_s > 0:
        thermometer.show(surface_centi_c=BRIM_CENTI_C, ambient_centi_c=ambient)
        await asyncio.sleep(hat_s)
    thermometer.show(surface_centi_c=arrival.surface_centi_c, ambient_centi_c=ambient)
    await asyncio.sleep(arrival.stays_s - hat_s)


def _step_aside(arrival: Arrival, thermometer: ThermometerEmulator) -> None:
    ambient = arrival.ambient_centi_c
    thermometer.show(surface_centi_c=ambient, ambient_centi_c=ambient)


async def _lay_when_free(arrival: Arrival, reader: IdReaderEmulator, free: asyncio.Lock) -> None:
    if arrival.card is None:
        return
    await asyncio.sleep(max(0.0, arrival.card_delay_s))
    async with free:
        try:
            await _lay(replace(arrival, card_delay_s=0.0), reader)
        finally:
            reader.lift()


async def _lay(arrival: Arrival, reader: IdReaderEmulator) -> None:
    await asyncio.sleep(max(0.0, arrival.card_delay_s))
    if arrival.card is not None:
        reader.place(arrival.card)
        await asyncio.sleep(arrival.card_stays_s)
        reader.lift()
