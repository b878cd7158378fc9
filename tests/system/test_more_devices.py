"""A real daemon with badges, a scanner, a relay and an exit; one driver of them is broken."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from children import Child, free_port, program
from doorfiles import write_door
from gate_agent.contract.identity import badge_ref
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import PassageDecided, PersonLeft
from gate_agent.demo.robot import ask
from gate_agent.devices.registry import find_model
from gate_agent.driver_api import BadgeEmulator, FaultyEmulator, OutputEmulator, ThermometerEmulator
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.store.reader import JournalReader
from gate_agent.testing import eventually

pytestmark = pytest.mark.system
BADGE, GATE = "0006547886", 1
KEY = "5a" * 32


def test_staff_with_a_badge_pass_the_relay_and_leave_while_the_scanners_driver_is_broken(
    tmp_path: Path,
) -> None:
    asyncio.run(_a_morning(tmp_path))


async def _a_morning(folder: Path) -> None:
    port = _configured(folder)
    devices = {
        "thermometer": find_model("gy-614v3").new_emulator(),
        "id-reader": find_model("sam-uart").new_emulator(),
        "badge": find_model("rdm6300").new_emulator(),
        "relay": find_model("lcus-relay").new_emulator(),
        "exit": find_model("rdm6300").new_emulator(),
    }
    config = folder / "gate.toml"
    with ExitStack() as plugged:
        child = plugged.enter_context(
            Child(
                folder / "gate.log",
                *(program("gate-agent"), "run", "--config", config),
                environment={"PYTHONPATH": str(folder)},
            ).start()
        )
        async with asyncio.TaskGroup() as group:
            speaking = [
                group.create_task(
                    run_emulator(plugged.enter_context(Pty(folder / "ports" / name)), emulator)
                )
                for name, emulator in devices.items()
            ]
            await _works(port)
            await _passes(devices)
            told = await _seen(folder / "journal/journal.sqlite")
            for task in speaking:
                task.cancel()
        assert child.runs, child.said
    ref = badge_ref(BADGE, bytes.fromhex(KEY))
    admitted = [one for one in told if isinstance(one, PassageDecided)][-1]
    (left,) = [one for one in told if isinstance(one, PersonLeft)]
    assert (admitted.person_ref, admitted.category, admitted.decision) == (ref, "staff", "admit")
    assert (left.person_ref, left.means) == (ref, "badge")
    assert left.inside_s is not None


def _configured(folder: Path) -> int:
    port = free_port()
    (folder / "site.key").write_text(KEY, encoding="ascii")
    (folder / "site.key").chmod(0o600)
    roster = [{"person_ref": badge_ref(BADGE, bytes.fromhex(KEY))}]
    (folder / "policy.json").write_text(json.dumps({"roster": roster}), encoding="utf-8")
    (folder / "broken_scanner.py").write_text('raise RuntimeError("another")\n', encoding="utf-8")
    write_door(
        folder,
        {
            "web": {"port": port},
            "policy": {"file": "policy.json"},
            "keys": {"site_key_file": "site.key"},
            "badge": {"driver": "rdm6300", "port": "ports/badge"},
            "scanner": {"driver": "broken_scanner:MODEL", "port": "ports/scanner"},
            "output": {"driver": "lcus-relay", "port": "ports/relay", "gate": GATE},
            "exit": {"driver": "rdm6300", "port": "ports/exit"},
        },
    )
    return port


async def _works(port: int) -> None:
    """Wait until all devices are well but the one whose driver is broken, which is lost."""
    state: dict[str, Any] = {}

    async def look() -> None:
        nonlocal state
        state = await asyncio.to_thread(ask, port, "/api/v1/state")

    for _ in range(600):
        await look()
        states = {name: one["state"] for name, one in state.get("devices", {}).items()}
        if states == {
            **dict.fromkeys(("thermometer", "id_reader", "badge", "output", "exit"), "ok"),
            "scanner": "lost",
        }:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError(f"expected five devices to be well, got {state.get('devices')}")
    assert "broken_scanner" in state["devices"]["scanner"]["cause"]


async def _passes(devices: dict[str, FaultyEmulator]) -> None:
    relay = cast("OutputEmulator", devices["relay"])
    sight = cast("ThermometerEmulator", devices["thermometer"])
    sight.show(surface_centi_c=3450, ambient_centi_c=2400)
    await asyncio.sleep(1)
    cast("BadgeEmulator", devices["badge"]).hold(BADGE)
    await eventually(lambda: GATE in relay.closed, 30, "the relay to let them in")
    sight.show(surface_centi_c=2400, ambient_centi_c=2400)
    await eventually(lambda: GATE not in relay.closed, 30, "the pulse to end")
    cast("BadgeEmulator", devices["exit"]).hold(BADGE)


async def _seen(journal: Path) -> list[object]:
    """Return what is recorded, once the departure is."""
    with JournalReader(journal) as reader:

        def records() -> list[object]:
            return [parse_body(one.body).record() for one in reader.after(0, 10_000) if one.body]

        await eventually(lambda: any(isinstance(one, PersonLeft) for one in records()), 30)
        return records()
