"""What is switched: the gate after the commit alone, for a pulse; interlocks; lights."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gate.at_work import FEVER, NORMAL, PHONE_OPTIONAL, AtWork, at_work, in_loop
from gate_agent.config.model import OutputSection
from gate_agent.contract.records import DeviceState
from gate_agent.gate.outputs import OutputKeeper
from gate_agent.testing import FakeClock, eventually

GATE, LIGHT, SOUND, FAULT = 1, 2, 3, 4
SECTION = OutputSection(
    driver="lcus-relay",
    port=Path("/dev/x"),
    gate=GATE,
    fever=LIGHT,
    buzzer=SOUND,
    fault=FAULT,
    pulse_ms=150,
)


class Board:
    def __init__(self, door: AtWork) -> None:
        self.wanted: list[frozenset[int]] = []
        self.kept = True
        self.keeper = OutputKeeper(
            door.gate, SECTION, self.wanted.append, is_kept=lambda: self.kept
        )

    @property
    def now(self) -> frozenset[int]:
        return self.wanted[-1] if self.wanted else frozenset()

    @property
    def pulses(self) -> int:
        """How often the gate's contact was closed."""
        closed = [GATE in one for one in self.wanted]
        return sum(b and not a for a, b in zip([False, *closed], closed, strict=False))


@contextmanager
def switched(folder: Path) -> Iterator[tuple[AtWork, Board]]:
    with at_work(folder, FakeClock(), policy=PHONE_OPTIONAL) as door:
        yield door, Board(door)


def let_in(door: AtWork, card: int) -> None:
    door.measure(NORMAL, 6)
    door.lay(card)


@in_loop
async def test_the_gate_opens_for_a_pulse_and_after_the_commit_alone(tmp_path: Path) -> None:
    with switched(tmp_path) as (door, board):
        with door.disk_in_trouble():
            let_in(door, 1)
            await asyncio.sleep(0.2)
            assert GATE not in board.now, "decided, and not yet kept"
        await eventually(lambda: GATE in board.now)
        await eventually(lambda: GATE not in board.now)

        assert board.pulses == 1


@in_loop
async def test_a_fever_lights_and_sounds_until_somebody_looks_and_holds_the_gate(
    tmp_path: Path,
) -> None:
    with switched(tmp_path) as (door, board):
        let_in(door, 1)
        await eventually(lambda: GATE in board.now)
        door.clear()
        door.measure(FEVER, 6)
        assert {LIGHT, SOUND} <= board.now
        assert GATE not in board.now, "shut at once, in the middle of its pulse"
        (hold,) = door.gate.door.holds
        await door.acknowledge(hold.hold_id)
        await eventually(lambda: not {LIGHT, SOUND} & board.now)


@in_loop
async def test_who_is_let_in_while_a_fever_waits_goes_in_when_it_is_answered(
    tmp_path: Path,
) -> None:
    with switched(tmp_path) as (door, board):
        door.measure(FEVER, 6)
        (hold,) = door.gate.door.holds
        door.clear()
        let_in(door, 2)
        await door.durable()
        await asyncio.sleep(0.02)
        assert board.pulses == 0
        await door.acknowledge(hold.hold_id)
        await eventually(lambda: board.pulses == 1)


@in_loop
async def test_nothing_opens_while_the_journal_keeps_nothing(tmp_path: Path) -> None:
    with switched(tmp_path) as (door, board):
        board.kept = False
        let_in(door, 1)
        await door.durable()
        await asyncio.sleep(0.02)

        assert board.pulses == 0


@in_loop
async def test_the_light_of_faults_is_on_while_the_thermometer_does_not_measure(
    tmp_path: Path,
) -> None:
    with switched(tmp_path) as (door, board):
        door.gate.on_device("thermometer", DeviceState.LOST, "unplugged")
        assert FAULT in board.now
        door.gate.on_device("thermometer", DeviceState.OK, "")
        assert FAULT not in board.now
