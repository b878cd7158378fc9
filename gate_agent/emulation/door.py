"""Plays one door: all devices behind their configured ports, and people who pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import cast

from gate_agent.config.model import DeviceSection, GateConfig
from gate_agent.devices.registry import find_model, parse_options
from gate_agent.driver_api import FaultyEmulator, IdReaderEmulator, ThermometerEmulator
from gate_agent.emulation.people import AS_IN_A_HALL, Arrival, Crowd, synthetic_card
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.emulation.scenario import play
from gate_agent.errors import ConfigurationError
from gate_agent.validation import device_sections


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
    sections = device_sections(config)
    ports = {name: port_of(name, section) for name, section in sections.items()}
    emulators = {name: emulator_of(section) for name, section in sections.items()}
    if crowd is None:
        crowd = Crowd(seed, staff=[synthetic_card(n) for n in range(staff)], **AS_IN_A_HALL)
    with ExitStack() as plugged:
        ptys = {name: plugged.enter_context(Pty(port)) for name, port in ports.items()}
        async with asyncio.TaskGroup() as group:
            speaking = [
                group.create_task(run_emulator(ptys[name], emulator))
                for name, emulator in emulators.items()
            ]
            if opened is not None:
                await opened.wait()
            await play(
                chain(first, crowd),
                cast("ThermometerEmulator", emulators["thermometer"]),
                cast("IdReaderEmulator", emulators["id_reader"]),
                on_arrival=on_arrival,
                pause_s=pause_s,
                count=people,
            )
            if stays:
                await asyncio.Event().wait()
            for task in speaking:
                task.cancel()


def port_of(name: str, section: DeviceSection) -> Path:
    """Return the path at which a device is played. ConfigurationError for an address."""
    if not isinstance(section.port, Path):
        expected = "a path, where a device is played"
        raise ConfigurationError([f"{name}.port: expected {expected}, got {section.port}"])
    return section.port


def emulator_of(section: DeviceSection) -> FaultyEmulator:
    """Return the emulator of the configured device, set as the configuration says."""
    model = find_model(section.driver)
    return model.new_emulator(parse_options(model, section))
