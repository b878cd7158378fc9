"""A door of the system test: a real daemon, its devices on pseudo-terminals, people who insist."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any, cast

from children import Child, program
from gate_agent.config.keyfile import load_key
from gate_agent.contract.identity import person_ref
from gate_agent.contract.messages import parse_body
from gate_agent.demo.robot import GuardPace, RobotGuard, ask
from gate_agent.demo.site import STAFF, DemoGate, DemoSite
from gate_agent.devices.registry import find_model
from gate_agent.domain.baseline import UNTRUSTED
from gate_agent.driver_api import Card, ThermometerEmulator
from gate_agent.emulation.people import Arrival, Crowd, synthetic_card
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.store.reader import JournalReader
from gate_agent.testing import eventually
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator

QUICK = GuardPace(looks_every_s=0.25, types_for_s=0, steps_after_s=0)
THERMOMETERS = ("gy-614v3", "gy-mcu90614")
SETTLED = ("admit", "deny", "hold")
_WAITS_S = 4  # for a verdict, before a person steps back and tries again
_TRIES = 30
_STEPS_BACK_S = 1.4
_AMBIENT_CENTI_C = 2400
_READ_S = 0.2  # a quick card reader


class SystemDoor:
    """One door and its queue; `passed` people have their verdict."""

    def __init__(
        self,
        gate: DemoGate,
        *,
        thermometer: str,
        seed: int,
        crowd: Iterable[Arrival] | None = None,
    ) -> None:
        self.gate = gate
        self.shift_centi_c = 0  # what the thermometer shows too much of skin
        self._site_key = load_key(gate.config.parent / "../hall" / gate.id / "site.key")
        self._thermometer = cast("ThermometerEmulator", find_model(thermometer).new_emulator())
        self._reader = SamUartEmulator(read_s=_READ_S)
        staff = [synthetic_card(n) for n in range(STAFF)]
        self._crowd = iter(crowd or Crowd(seed, staff=staff))
        self._robot = RobotGuard(
            gate.web_port,
            post=f"guard-{gate.id}",
            on_state=self._see,
            pace=QUICK,
            finds_fevers=crowd is None,
        )
        self.state: dict[str, Any] = {}
        self.cards: list[Card] = []
        self.tries = 0
        self.passed = 0
        self.child = Child(
            gate.config.parent / "gate.log",
            *(program("gate-agent"), "run", "--config", gate.config),
            environment={"TMPDIR": str(gate.config.parent)},  # what is left there is searched
        )
        ports = gate.config.parent / "ports"
        self.lines = {
            "thermometer": Pty(ports / "thermometer"),
            "id_reader": Pty(ports / "id-reader"),
        }

    async def work(self) -> None:
        """Let devices speak and the guard work, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(run_emulator(self.lines["thermometer"], self._thermometer))
            group.create_task(run_emulator(self.lines["id_reader"], self._reader))
            group.create_task(self._robot.run())

    async def ready(self) -> None:
        """Wait until the daemon answers, and both devices are well."""
        self.state = {}
        await eventually(self._is_well, 60, f"{self.gate.id} to be up")

    async def admit_all(self, count: int) -> None:
        """Let `count` people come, one after the other; each stays until there is a verdict."""
        with JournalReader(self.gate.journal) as reader:
            for arrival in islice(self._crowd, count):
                await self._pass(arrival, reader)
                self.passed += 1
        self._show_nobody()

    async def check_against_black_body(self, centi_c: int) -> bool:
        """Hold a sound black body before the thermometer; tell whether the check passed."""
        await asyncio.to_thread(ask, self.gate.web_port, "/api/v1/thermometer/reference", {})
        self._thermometer.show(
            surface_centi_c=centi_c + self.shift_centi_c, ambient_centi_c=_AMBIENT_CENTI_C
        )
        body = {"reference": "blackbody", "reference_centi_c": centi_c, "by": "guard-1"}
        told: dict[str, Any] = {}

        async def is_told() -> bool:
            nonlocal told
            told = await asyncio.to_thread(
                ask, self.gate.web_port, "/api/v1/thermometer/checks", body
            )
            return bool(told)

        while not await is_told():  # until readings of it alone are there
            await asyncio.sleep(1)
        self._show_nobody()
        return bool(told["passed"])

    async def unplug(self, device: str) -> None:
        """Pull a plug, wait until the daemon says so, and plug it in again."""
        self.lines[device].unplug()
        await eventually(lambda: self._device(device) == "lost", 30, f"{device} to be missed")
        self.lines[device].replug()
        await eventually(lambda: self._device(device) == "ok", 30, f"{device} to be back")

    async def kill_in_the_middle(self) -> str:
        """Kill the daemon while somebody is measured whose card it has read; return the passage."""
        while True:
            state = await asyncio.to_thread(ask, self.gate.web_port, "/api/v1/state")
            passage = state.get("passage") or {}
            if passage.get("phase") == "measuring" and passage.get("person"):
                self.child.kill()
                caught: str = passage["passage_id"]
                if caught not in self._decided_passages():
                    return caught
                self.child.start()
                await self.ready()
            await asyncio.sleep(0.02)

    def close(self) -> None:
        """Unplug for good."""
        for line in self.lines.values():
            line.close()

    # --- one person ---------------------------------------------------------------------------

    async def _pass(self, arrival: Arrival, reader: JournalReader) -> None:
        card = arrival.card
        assert card is not None
        self.cards.append(card)
        ref = person_ref(card.number, self._site_key)
        for number in range(_TRIES):
            self.tries += 1
            last = reader.head().sequence
            self._thermometer.show(
                surface_centi_c=arrival.surface_centi_c + self.shift_centi_c,
                ambient_centi_c=arrival.ambient_centi_c,
            )
            self._reader.place(card)
            hasty = arrival.kind == "early_lift" and number == 0
            if hasty:
                await asyncio.sleep(_READ_S / 2)
                self._reader.lift()
            waits_s = _STEPS_BACK_S if hasty else _WAITS_S
            decision = await self._verdict(reader, ref, last, waits_s)
            self._reader.lift()
            self._show_nobody()  # who follows without a gap would be the same person
            await asyncio.sleep(_STEPS_BACK_S)
            if decision in SETTLED or (arrival.kind == "cold" and decision == "recheck"):
                return
        raise AssertionError(f"expected a verdict after {_TRIES} tries at {self.gate.id}")

    async def _verdict(
        self, reader: JournalReader, ref: str, last: int, waits_s: float
    ) -> str | None:
        """Return what the gate decided of this person since event `last`; None if it did not."""
        loop = asyncio.get_running_loop()
        until = loop.time() + waits_s
        while loop.time() < until:
            for event in reader.after(last, 200):
                last = event.sequence
                told = parse_body(event.body or b"")
                if told.type != "gate.passage.decided.v1" or told.data["person_ref"] != ref:
                    continue
                if UNTRUSTED not in cast(
                    "list[str]", told.data["reasons"]
                ):  # who is, waits for the robot's reading
                    return str(told.data["decision"])
            await asyncio.sleep(0.05)
        return None

    def _show_nobody(self) -> None:
        self._thermometer.show(surface_centi_c=_AMBIENT_CENTI_C, ambient_centi_c=_AMBIENT_CENTI_C)

    # --- what is known of the daemon ----------------------------------------------------------

    def _see(self, state: dict[str, Any]) -> None:
        self.state = state

    def _device(self, name: str) -> str:
        devices = self.state.get("devices", {})
        return str(devices.get(name, {}).get("state"))

    def _is_well(self) -> bool:
        return self.child.runs and all(self._device(name) == "ok" for name in self.lines)

    def _decided_passages(self) -> set[str]:
        with JournalReader(self.gate.journal) as reader:
            return {str(told.data["passage_id"]) for told in decided(reader)}


def doors_of(
    site: DemoSite,
    stack: ExitStack,
    crowd: Callable[[int], Iterable[Arrival]] | None = None,
) -> list[SystemDoor]:
    """Return both doors, each with a thermometer and a seed of its own; `stack` closes them."""
    doors = [
        SystemDoor(gate, thermometer=model, seed=seed, crowd=crowd and crowd(seed))
        for seed, (gate, model) in enumerate(zip(site.gates, THERMOMETERS, strict=True), start=1)
    ]
    for door in doors:
        stack.callback(door.close)
    return doors


def decided(reader: JournalReader) -> Iterator[Any]:
    """Yield every verdict in a journal."""
    last = 0
    while events := reader.after(last, 500):
        for event in events:
            last = event.sequence
            told = parse_body(event.body or b"")
            if told.type == "gate.passage.decided.v1":
                yield told
