"""Scenes before the two devices: what they see, when, and that nothing stays behind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from gate_agent.driver_api import Card
from gate_agent.emulation.people import Arrival, Kind, synthetic_card
from gate_agent.emulation.scenario import pass_by, play
from gate_agent.testing import run_virtual
from gate_drivers.card_readers.sam_uart.driver import SamUart
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from wire.talk import talking

LI = synthetic_card(7)
SOMEBODY = Arrival(
    card=LI, kind="visitor", surface_centi_c=3420, ambient_centi_c=2410,
    card_delay_s=0.4, card_stays_s=1.8, stays_s=2.6,
)  # fmt: skip


@dataclass
class Stage:
    """Both devices in one, writing down what is done to them, each with its time."""

    seen: list[tuple[float, str, object]] = field(default_factory=list)
    faults: tuple[str, ...] = ()

    def _note(self, what: str, value: object) -> None:
        self.seen.append((round(asyncio.get_running_loop().time(), 3), what, value))

    def show(self, *, surface_centi_c: int, ambient_centi_c: int) -> None:
        self._note("show", (surface_centi_c, ambient_centi_c))

    def place(self, card: Card) -> None:
        self._note("place", card)

    def lift(self) -> None:
        self._note("lift", None)

    def inject(self, fault: str, *, times: int = 1) -> None:
        raise AssertionError(f"expected no fault, got {fault} × {times}")

    async def run(self, transport: object) -> None:
        raise AssertionError(f"expected no line, got {transport}")


def scene(arrival: Arrival) -> list[tuple[float, str, object]]:
    stage = Stage()
    run_virtual(pass_by(arrival, stage, stage))
    return stage.seen


@pytest.mark.parametrize("kind", ["visitor", "staff", "feverish", "cold"])
def test_a_person_steps_up_lays_the_card_takes_it_and_goes(kind: Kind) -> None:
    assert scene(replace(SOMEBODY, kind=kind)) == [
        (0.0, "show", (3420, 2410)),
        (0.4, "place", LI),
        (2.2, "lift", None),
        (2.6, "lift", None),
        (2.6, "show", (2410, 2410)),
    ]


def test_who_is_in_a_hurry_takes_the_card_too_early_to_be_read() -> None:
    hasty = replace(SOMEBODY, kind="early_lift", card_stays_s=0.2)

    async def main(arrival: Arrival) -> list[object]:
        reader, sight = SamUartEmulator(), Stage()
        async with talking(SamUart, reader) as talk:
            await pass_by(arrival, sight, reader)
            await asyncio.sleep(3)
        return list(talk.got)

    assert run_virtual(main(hasty)) == []
    assert run_virtual(main(SOMEBODY)) == [LI]


def test_without_a_card_only_the_face_is_seen() -> None:
    assert [what for _, what, _ in scene(replace(SOMEBODY, card=None))] == ["show", "lift", "show"]


def test_people_come_one_after_the_other_with_nobody_between_them() -> None:
    stage = Stage()
    met: list[Arrival] = []
    people = [replace(SOMEBODY, surface_centi_c=surface) for surface in (3400, 3850, 3200)]

    run_virtual(play(people, stage, stage, on_arrival=met.append, pause_s=0.5))

    assert met == people
    shown = [(at, value) for at, what, value in stage.seen if what == "show"]
    arrivals, departures = shown[::2], shown[1::2]
    assert [value for _, value in arrivals] == [(3400, 2410), (3850, 2410), (3200, 2410)]
    assert all(value == (2410, 2410) for _, value in departures)
    gaps = [came - left for (left, _), (came, _) in zip(departures, arrivals[1:], strict=False)]
    assert gaps == [pytest.approx(1.8)] * 2


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_many_come_as_are_asked_for(count: int) -> None:
    stage = Stage()
    met: list[Arrival] = []

    run_virtual(play([SOMEBODY] * 9, stage, stage, on_arrival=met.append, count=count))

    assert len(met) == count


def test_a_scene_that_is_broken_off_leaves_no_card_and_nobody_behind() -> None:
    stage = Stage()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(pass_by(SOMEBODY, stage, stage))
            await asyncio.sleep(1)
            playing.cancel()

    run_virtual(main())

    assert [entry[1:] for entry in stage.seen[-2:]] == [("lift", None), ("show", (2410, 2410))]
