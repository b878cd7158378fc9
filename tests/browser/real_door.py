"""A real door beside a browser test: `gate-agent run`, and both devices behind their lines."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, cast

import httpx

from children import Child, free_port, listens, program, wait_until
from doorfiles import Changes, write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import find_model
from gate_agent.driver_api import IdReaderEmulator, ThermometerEmulator
from gate_agent.emulation.people import Arrival, synthetic_card
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.emulation.scenario import pass_by

NORMAL_CENTI_C, FEVER_CENTI_C = 3420, 3860
STAYS_S = 60.0  # at most
_FIRST = -10  # its place among the processes, as on a board where a door is alone
POLICY = {
    "version": 1,
    "calls": [
        {"post": "带班领导", "phone": "010-8900 1201"},
        {"post": "区疫情防控办", "phone": "010-8900 1202"},
    ],
}


class RealDoor:
    """One door that really works; its broker is dead unless `changes` say. Use as a context."""

    def __init__(self, folder: Path, changes: Changes | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
        (folder / "ports").mkdir(exist_ok=True)
        self.config_file = write_door(
            folder,
            {"web": {"port": self.port}, "policy": {"file": "policy.json"}, **(changes or {})},
        )
        self.gate = Child(
            folder / "gate.log", program("gate-agent"), "run", "--config", self.config_file
        )
        config = load_config(self.config_file, GateConfig)
        self._ports = Path(config.thermometer.port), Path(config.id_reader.port)
        sight, reader = find_model(config.thermometer.driver), find_model(config.id_reader.driver)
        self._thermometer = cast("ThermometerEmulator", sight.new_emulator())
        self._reader = cast("IdReaderEmulator", reader.new_emulator())
        self._loop = asyncio.new_event_loop()
        self._client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=60)
        self._stop = asyncio.Event()
        self._standing: Future[None] | None = None
        self._thread = threading.Thread(target=self._run, name="devices")
        self._place = os.getpriority(os.PRIO_PROCESS, 0)

    def __enter__(self) -> Self:
        _take_place(_FIRST)  # the devices cannot speak while this thread keeps them waiting
        self._thread.start()
        try:
            self.gate.start()
            wait_until(lambda: listens(self.port), "the gate to listen", STAYS_S)
            wait_until(self._is_well, "both devices to answer", STAYS_S)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.goes()
        if self.gate.runs:
            self.gate.stop()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._client.close()
        _take_place(self._place)

    def comes(self, surface_centi_c: int, card: int) -> None:
        """Let somebody step before the thermometer and lay a card; return when both were taken."""
        arrival = Arrival(
            card=synthetic_card(card),
            kind="visitor",
            surface_centi_c=surface_centi_c,
            ambient_centi_c=2400,
            card_delay_s=0.6,
            card_stays_s=STAYS_S,
            stays_s=STAYS_S,
        )
        before = self._known()
        self._standing = self._do(pass_by(arrival, self._thermometer, self._reader))
        wait_until(lambda: self._known() - before, "a person and a temperature", STAYS_S)
        for place in self.state()[
            "desk"
        ]:  # a silent line made a person of nobody: the guard sees it
            if not _is_known(place) and place["decision"] != "hold":
                self._client.post(f"/passages/{place['passage_id']}/dismissal", json={})

    def goes(self) -> None:
        """Let them go; who stays is measured anew should the line fall silent meanwhile."""
        if self._standing is not None:
            self._standing.cancel()

    def is_up(self) -> bool:
        """Whether it answers, and both devices are well."""
        return listens(self.port) and self._is_well()

    def state(self) -> dict[str, Any]:
        """Return what the gate says of itself."""
        told: dict[str, Any] = self._client.get("/state").json()
        return told

    def events(self) -> list[dict[str, Any]]:
        """Return the journal's events, by the gate's own command."""
        out = self.config_file.with_name("export.ndjson")
        out.unlink(missing_ok=True)
        command = (program("gate-agent"), "journal", "export", "--config", self.config_file)
        child = Child(out, *command).start()
        assert child.ended() == 0
        return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]

    def _is_well(self) -> bool:
        return all(device["state"] == "ok" for device in self.state()["devices"].values())

    def _known(self) -> set[str]:
        """Who was measured and named: at the spot, or at the desk before anybody looked here."""
        state = self.state()
        return {
            place["passage_id"] for place in (state["passage"], *state["desk"]) if _is_known(place)
        }

    def _do(self, act: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(act, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._speak())
        finally:
            self._loop.close()

    async def _speak(self) -> None:
        sight_port, reader_port = self._ports
        with Pty(sight_port) as sight, Pty(reader_port) as reader:
            self._sight = sight
            async with asyncio.TaskGroup() as group:
                speaking = [
                    group.create_task(run_emulator(sight, self._thermometer)),
                    group.create_task(run_emulator(reader, self._reader)),
                ]
                self._thermometer.show(surface_centi_c=2400, ambient_centi_c=2400)
                await self._stop.wait()
                for task in speaking:
                    task.cancel()


def _is_known(place: dict[str, Any] | None) -> bool:
    return place is not None and None not in (place["person"], place["temperature"])


def _take_place(place: int) -> None:
    """Let this thread, and who it starts, go before the browsers.

    A line that is silent for 0.3 s is stale, and who stands there then is somebody new.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, place)
