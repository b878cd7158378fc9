"""The bench: a broker, a subscriber with a stop-watch, doors with played devices."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gate_agent.config.keyfile import make_key
from gate_agent.contract.identity import person_ref
from gate_agent.contract.messages import Receipt, link_after, parse_body
from gate_agent.contract.moment import format_utc
from gate_agent.emulation.people import synthetic_card
from gate_agent.emulation.pty import Pty, run_emulator
from gate_agent.host.clock import SystemClock
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.thermometers.gy_614v3.codec import Sight, encode

SITE = "bench"
STAFF = 60  # cards in turn: the same one again so soon would be no new attempt
SKIN, NOBODY = (3420, 3476), 2400  # nobody is stopped, and not all are alike
STRIDE = 35  # prime to SKIN's width: few in a row are spread as all are
NOISE = 4  # hundredths; a sensor without any is not trusted, and rightly so
DECIDED = b'"gate.passage.decided.v1"'
_PERIOD_S = 0.1
_WITHIN_S = 20.0
_TRIES, _LOOKS = 10, 40


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def process(log: Path, *command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` for the time of the context; it is asked to end, then made to."""
    with log.open("ab") as said:
        running = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run a mosquitto without a store; yield its port."""
    port = free_port()
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        "persistence false\n",
        encoding="ascii",
    )
    executable = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") or "mosquitto"
    with process(folder / "mosquitto.log", executable, "-c", configuration):
        yield port


class Subscriber:
    """Hears everything, notes when; and gives receipts, as the collector does."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: dict[str, asyncio.Queue[tuple[int, bytes]]] = {}
        self._links: dict[str, Receipt] = {}
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._hears = threading.Event()
        client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: self._hears.set()
        client.on_message = self._on_message
        client.reconnect_delay_set(1, 1)
        client.connect_async("127.0.0.1", port)
        self._client = client

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._hears.wait(_WITHIN_S)  # else the first door finds nobody who listens, and waits
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def forget(self, who: str) -> None:
        """Forget what came from `who` and was not asked for."""
        self._heard[who] = asyncio.Queue()

    async def hears(self, who: str, what: bytes) -> int:
        """Return when `what` came from `who`, in nanoseconds of the performance counter."""
        queue = self._heard.setdefault(who, asyncio.Queue())
        async with asyncio.timeout(_WITHIN_S):
            while True:
                at, body = await queue.get()
                if what in body:
                    return at

    def give_receipts(self) -> None:
        """Tell each gate how far its chain was heard; outside what is measured."""
        for gate, receipt in self._links.items():
            self._client.publish(f"gate/v1/{SITE}/{gate}/receipt", receipt.encode(), retain=True)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        at = time.perf_counter_ns()
        words = message.topic.split("/")
        who = words[3] if len(words) > 3 else message.topic
        if len(words) == 4 or words[4:5] == ["event"]:
            body = bytes(message.payload)
            self._loop.call_soon_threadsafe(self._note, who, at, body)
        elif words[0] == "bench":
            self._loop.call_soon_threadsafe(self._note, words[1], at, bytes(message.payload))

    def _note(self, who: str, at: int, body: bytes) -> None:
        if who != "bare":
            envelope = parse_body(body)
            known = self._links.get(who)
            if (
                known is not None
                and envelope.number <= known.upto
                and envelope.epoch == known.epoch
            ):
                return  # sent again: it came before
            link = link_after(bytes.fromhex(envelope.prevlink), sha256(body).digest()).hex()
            now = format_utc(SystemClock().now().utc)
            self._links[who] = Receipt(
                epoch=envelope.epoch, upto=envelope.number, link=link, time=now
            )
        self._heard.setdefault(who, asyncio.Queue()).put_nowait((at, body))


class Thermometer:
    """A GY-614V3 on a PTY whose bytes the bench times itself."""

    def __init__(self, link: Path) -> None:
        self._pty = Pty(link)
        self._dice = random.Random(1)  # noqa: S311 noise of a play
        self._people = 0
        self._mine = asyncio.Lock()

    async def idle(self) -> None:
        """See nobody, ten times a second, until cancelled."""
        while True:
            if not self._mine.locked():  # else a person stands there: no two frames at once
                await self._write(self._frame(NOBODY))
            await asyncio.sleep(_PERIOD_S)

    async def measured(self) -> int:
        """Show a person in five frames; return when the last byte of the fifth was written."""
        coldest, width = SKIN[0], SKIN[1] - SKIN[0] + 1
        skin = coldest + self._people * STRIDE % width
        self._people += 1
        async with self._mine:
            for _ in range(4):
                await self._write(self._frame(skin))
                await asyncio.sleep(0.01)
            last = self._frame(skin)
            await self._write(last[:-1])
            await asyncio.sleep(0.02)
            at = time.perf_counter_ns()
            await self._write(last[-1:])
            return at

    def close(self) -> None:
        """Unplug."""
        self._pty.close()

    def _frame(self, surface: int) -> bytes:
        noise = self._dice.randint(-NOISE, NOISE)
        return encode(
            Sight(object_centi_c=surface + noise, ambient_centi_c=2400, body_centi_c=3650)
        )

    async def _write(self, data: bytes) -> None:
        if self._pty.transport is not None:
            await self._pty.transport.write(data)


class Door:
    """One gate's folder, devices and daemon."""

    def __init__(self, folder: Path, name: str, mqtt_port: int) -> None:
        self.folder, self.name = folder / name, name
        self.web_port = free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        key = self.folder / "site.key"
        site_key = bytes.fromhex(key.read_text()) if key.exists() else make_key(key)
        roster = [
            {"person_ref": person_ref(synthetic_card(n).number, site_key)} for n in range(STAFF)
        ]
        policy = {"version": 1, "roster": roster}
        (self.folder / "given.json").write_text(json.dumps(policy), encoding="utf-8")
        self.config = self.folder / "gate.toml"
        self.config.write_text(
            f'[gate]\nsite = "{SITE}"\nid = "{name}"\nname = "{name}"\n'
            f'[thermometer]\ndriver = "gy-614v3"\nport = "thermometer"\nguided_start = false\n'
            f'[id_reader]\ndriver = "sam-uart"\nport = "id-reader"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{mqtt_port}"\n'
            f'[journal]\npath = "journal.sqlite"\n[web]\nport = {self.web_port}\n'
            f'[policy]\nfile = "given.json"\n',
            encoding="utf-8",
        )
        self._card = 0
        self._reader = SamUartEmulator(read_s=0)
        self._desk = Pty(self.folder / "id-reader")
        self.thermometer = Thermometer(self.folder / "thermometer")

    def daemon(self) -> Any:
        """Return a context in which the daemon runs."""
        program = Path(sys.executable).parent / "gate-agent"
        return process(self.folder / "log", program, "run", "--config", self.config)

    async def devices(self) -> None:
        """Play both devices until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.thermometer.idle())
            group.create_task(run_emulator(self._desk, self._reader))

    async def lay_next_card(self) -> None:
        """Lay a card of the staff, and wait until the gate has read it; else the next one."""
        for _ in range(_TRIES):
            self._card += 1
            self._reader.place(synthetic_card(self._card % STAFF))
            for _ in range(_LOOKS):
                if await asyncio.to_thread(self._phase) == "identified":
                    return
                await asyncio.sleep(0.05)
        raise TimeoutError(f"{self.name}: expected a card to be read, got {self._state()}")

    def close(self) -> None:
        """Unplug."""
        self.thermometer.close()
        self._desk.close()

    def _phase(self) -> str:
        passage = self._state().get("passage")
        return str(passage["phase"]) if passage else "none"

    def _state(self) -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self.web_port, timeout=3)
        try:
            connection.request("GET", "/api/v1/state")
            state: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, HTTPException):
            return {}
        else:
            return state
        finally:
            connection.close()
