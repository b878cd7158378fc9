"""What a gate says of itself: birth, heartbeat, last words, and what the broker says for it."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from children import Child, free_port, program, wait_until
from doorfiles import write_door
from gate_agent.contract.messages import GateState, Topics
from gate_agent.contract.records import DeviceState
from gate_agent.testing import eventually
from gate_agent.version import program_version
from uplink.conftest import Mosquitto
from uplink.ear import TOPICS, Ear
from uplink.records import passages
from uplink.uplink_door import SITE, WITHIN_S, Door


def test_birth_and_heartbeat_are_what_the_design_says(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                await door.append(*passages(3))
                door.devices["id_reader"] = DeviceState.LOST
                door.connect()
                await eventually(ear.states, WITHIN_S, "the birth")
                (birth,) = [one for one in ear.heard if one.topic == TOPICS.state]
                told = json.loads(birth.payload)
                time, age = told.pop("time"), told.pop("oldest_pending_s")

                assert told.pop("certificate_until", None) is None
                assert told == {
                    "state": "online",
                    "epoch": door.journal.epoch,
                    "sequence": 3,
                    "link": door.journal.head.link.hex(),
                    "pending": 3,
                    "clock": told["clock"],
                    "devices": {"thermometer": "ok", "id_reader": "lost"},
                    "version": "0.1.0",
                    "name": "一层西侧出入口",
                    "thermometer": None,
                }
                assert told["clock"] in {"synced", "unsynced"}
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
                assert 0 <= age < 60
                await eventually(lambda: len(ear.states()) > 1, WITHIN_S, "a heartbeat")
                assert ear.states()[1].time > time

    asyncio.run(scenario())


def test_a_device_that_changes_is_told_at_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        with Ear(mosquitto.port) as ear:
            async with Door(tmp_path, mosquitto.port) as door:
                door.connect()
                await eventually(ear.states, WITHIN_S, "the birth")
                door.devices["thermometer"] = DeviceState.STALE
                door.uplink.notify_state()
                await eventually(lambda: len(ear.states()) == 2, 5, "the next state")

                assert ear.states()[1].devices["thermometer"] is DeviceState.STALE

    asyncio.run(scenario())


def test_a_door_hears_its_neighbour_live_and_neither_itself_nor_the_past(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with Door(tmp_path / "central", mosquitto.port, gate="central-2f") as central:
            central.connect()
            await central.reaches("connected")
        async with (
            Door(tmp_path / "west", mosquitto.port) as west,
            Door(tmp_path / "east", mosquitto.port, gate="east-1f") as east,
        ):
            await west.connect().reaches("connected")
            east.connect()
            await eventually(lambda: west.doors, WITHIN_S, "the neighbour's birth")
            await eventually(lambda: east.doors, WITHIN_S, "a heartbeat of the first")

            assert set(west.doors) == {Topics(site=SITE, gate="east-1f").state}
            assert set(east.doors) == {TOPICS.state}

    asyncio.run(scenario())


def test_a_clean_stop_is_retained_as_stopped(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Door(tmp_path, mosquitto.port) as door:
            door.connect()
            await door.reaches("connected")
            await door.append(*passages(2))
        with Ear(mosquitto.port) as ear:
            await eventually(ear.states, WITHIN_S, "what is retained")

            assert [(s.state, s.sequence) for s in ear.states()] == [("stopped", 2)]
            assert ear.heard[0].retained

    asyncio.run(scenario())


def test_a_killed_gate_is_lost_and_a_stopped_one_is_stopped(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    config = write_door(
        tmp_path,
        {"mqtt": {"url": f"mqtt://127.0.0.1:{mosquitto.port}"}, "web": {"port": free_port()}},
    )
    agent = program("gate-agent"), "run", "--config", config
    with (
        Ear(mosquitto.port, answers=True) as ear,
        Child(tmp_path / "gate.log", *agent) as gate,
    ):
        gate.start()
        wait_until(lambda: _last(ear, "online"), "the gate online")
        gate.kill()
        wait_until(lambda: _last(ear, "lost"), "the will")
        assert ear.states()[-1].devices == {
            "thermometer": DeviceState.LOST,
            "id_reader": DeviceState.LOST,
        }

        gate.start()
        wait_until(lambda: _last(ear, "online"), "the gate online again")
        assert gate.stop() == 0
        wait_until(lambda: _last(ear, "stopped"), "its last words")

        last = ear.states()[-1]
        assert last.version == program_version()
        assert last.sequence == max(ear.sequences())
        assert len({one.event.epoch for one in ear.events()}) == 1


def _last(ear: Ear, state: str) -> GateState | None:
    states = ear.states()
    return states[-1] if states and states[-1].state == state else None
