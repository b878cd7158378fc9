"""The whole hall over TLS: one thermometer drifts against its neighbour, is found, and recovers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from children import Child, free_port, program
from cli.commands import command
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import ThermometerCompared
from gate_agent.demo.robot import ask
from gate_agent.demo.site import DemoSite, lay_out
from gate_agent.domain.other_door import LEVEL_LEAST
from gate_agent.emulation.people import Arrival, Crowd
from gate_agent.testing import eventually
from security.secured_hall import mosquitto
from system.door_processes import SystemDoor, doors_of

SHIFT_CENTI_C = -80
WITHIN_S = 60
_ENOUGH = LEVEL_LEAST + 4  # who comes while a reference is still held, or by hand alone, counts not
_LEAST_SKIN = 3370  # who would be cold skin at a thermometer that shows too little


def healthy(seed: int) -> Iterator[Arrival]:
    """Yield people of whom none is feverish or cold, each of them once."""
    crowd = Crowd(seed, fever_share=0, cold_share=0, early_lift_share=0)
    return (one for one in crowd if one.surface_centi_c >= _LEAST_SKIN)


class Hall:
    """Broker, collector and both doors, started."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.site: DemoSite = lay_out(
            folder / "hall", tls=True, ports=[free_port() for _ in range(4)]
        )
        self.doors = doors_of(self.site, stack, healthy)
        log = self.site.folder
        config = self.site.collector_config
        for child in (
            Child(log / "mosquitto.log", mosquitto(), "-c", self.site.broker_config),
            Child(log / "collector.log", program("gate-collector"), "run", "--config", config),
            *(door.child for door in self.doors),
        ):
            stack.enter_context(child)
            child.start()

    def doubts(self, door: SystemDoor) -> list[str]:
        """Return what its guard screen shows."""
        state = ask(door.gate.web_port, "/api/v1/state")
        return list(state.get("thermometer", {}).get("doubts", ()))

    @property
    def overview(self) -> dict[str, Any]:
        return ask(self.site.collector_port, "/api/v1/overview")

    @property
    def alarms(self) -> set[str]:
        """Return the doors whose thermometer the centre has an alarm for."""
        alarms = self.overview.get("alarms", ())
        return {alarm["gate"] for alarm in alarms if alarm["alarm"] == "trust"}

    def told(self, door: SystemDoor) -> list[ThermometerCompared]:
        """Return what the collector holds of its comparisons."""
        words = "--config", self.site.collector_config, "--gate", door.gate.id
        export = command("gate-collector", "export", *words).out
        records = [parse_body(line.encode()).record() for line in export.splitlines()]
        return [record for record in records if isinstance(record, ThermometerCompared)]

    def ended(self, door: SystemDoor) -> str:
        """Return what it found last."""
        return next((record.found for record in reversed(self.told(door))), "")


async def play(folder: Path) -> None:
    with ExitStack() as stack:
        hall = Hall(folder, stack)
        west, central = hall.doors
        working = [asyncio.ensure_future(door.work()) for door in hall.doors]
        try:
            await asyncio.gather(*(door.ready() for door in hall.doors))
            west.shift_centi_c = SHIFT_CENTI_C
            await asyncio.gather(*(door.admit_all(_ENOUGH) for door in hall.doors))
            await eventually(
                lambda: all("elsewhere" in hall.doubts(door) for door in hall.doors),
                WITHIN_S,
                "doubts at both",
            )
            await eventually(
                lambda: hall.alarms == {"west-1f", "central-2f"}, WITHIN_S, "alarms of both"
            )
            shown = {gate["gate"]: gate["thermometer"] for gate in hall.overview["gates"]}
            apart = shown["central-2f"]["level_centi_c"] - shown["west-1f"]["level_centi_c"]
            assert 60 < apart < 120  # 80, and what forty people differ from forty others
            assert shown["west-1f"]["trust"] == "doubtful"

            west.shift_centi_c = 0  # the lens is clean again
            assert await west.check_against_black_body(3700)
            await eventually(lambda: "elsewhere" not in hall.doubts(west), WITHIN_S, "one cleared")
            assert "elsewhere" in hall.doubts(central)
            await west.admit_all(_ENOUGH)
            await eventually(lambda: "elsewhere" not in hall.doubts(central), WITHIN_S, "no doubt")
            await eventually(lambda: not hall.alarms, WITHIN_S, "no alarm")
            await eventually(
                lambda: all(hall.ended(door) == "together" for door in hall.doors),
                WITHIN_S,
                "both doors' word that they agree again",
            )
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

        for door, other in ((west, central), (central, west)):
            opened, *_, closed = hall.told(door)  # between them a few people may part them again
            assert (opened.found, closed.found) == ("apart", "together")
            assert opened.other == closed.other == other.gate.id
            assert opened.is_apart
            assert not closed.is_apart


@pytest.mark.system
@pytest.mark.timeout(900)
def test_a_thermometer_that_drifts_is_found_beside_its_neighbour_and_recovers(
    tmp_path: Path,
) -> None:
    asyncio.run(play(tmp_path))
