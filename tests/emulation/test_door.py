"""A whole door is played behind its configured ports, for as many people as are asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from doorfiles import write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.devices.supervisor import probe
from gate_agent.emulation.door import emulate_door
from gate_agent.emulation.people import Arrival
from gate_agent.testing import eventually


def test_both_devices_answer_while_people_come_and_are_gone_afterwards(tmp_path: Path) -> None:
    config = load_config(write_door(tmp_path), GateConfig)
    came: list[Arrival] = []

    async def main() -> list[str]:
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(
                emulate_door(config, seed=1, people=2, staff=1, pause_s=0, on_arrival=came.append)
            )
            await eventually(Path(config.thermometer.port).exists)
            names = [
                await probe(config.thermometer, 10),
                await probe(config.id_reader, 10),
            ]
            await playing
        return names

    names = asyncio.run(main())

    assert names == [
        "GY-614V3, sends sound frames",
        "SAM 05.01-20100101-0000000001-0000000001",
    ]
    assert len(came) == 2
    assert not Path(config.thermometer.port).exists()
    assert not Path(config.id_reader.port).exists()
