"""Runs the demo: starts everything in order, shows one calm line, ends with a proof."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.demo.processes import DemoError, Processes, program
from gate_agent.demo.proof import prove
from gate_agent.demo.robot import RobotGuard, State, ask
from gate_agent.demo.site import GATES, STAFF, DemoSite, lay_out
from gate_agent.emulation.door import emulate_door
from gate_agent.emulation.people import Arrival, opener, synthetic_card
from gate_agent.emulation.script import read_people
from gate_agent.version import program_version
from gate_agent.words import both

_FOLDER = Path(".run/demo")
_REFRESH_S = 0.5
_LINE_EVERY_S = 10.0  # where nobody watches: a line in a log
_PAUSE_S = 1.0  # between two people


def run_demo(
    *, seconds: float | None, seed: int, tls: bool = False, script: Path | None = None
) -> int:
    """Return 0 if the demo ended with every event proved, 1 if not.

    Who comes is drawn from `seed`, or stands in `script`. Raises ConfigurationError for
    a faulty one; DemoError: another demo runs in this folder, a program is missing or ended by
    itself.
    """
    people = None if script is None else {gate: read_people(script, gate) for gate in GATES}
    with _alone(_FOLDER.absolute()):
        site = lay_out(_FOLDER.absolute(), tls=tls)
        program_version()  # asks git once for all that it starts
        return asyncio.run(_Demo(site, seed, people).run(seconds))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this demo: a second one would take away what the first stands on."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise DemoError(f"{folder}: expected no other demo here, got one that runs") from exc
        yield


class _Demo:
    def __init__(
        self, site: DemoSite, seed: int, script: Mapping[str, Sequence[Arrival]] | None
    ) -> None:
        self._site = site
        self._seed = seed
        self._script = script
        self._guards = {
            gate.id: RobotGuard(
                gate.web_port, post=f"guard-{number}", on_state=partial(self._see, gate.id)
            )
            for number, gate in enumerate(site.gates, start=1)
        }
        self._console = Console()
        self._processes = Processes(site.folder)
        self._states: dict[str, State] = {}
        self._overview: State = {}
        self._opened = {gate.id: asyncio.Event() for gate in site.gates}

    async def run(self, seconds: float | None) -> int:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        try:
            await self._start()
            self._tell_addresses()
            await self._play_until(stop, seconds)
            self._console.print(both("terminal.demo_stopping"))
            return await prove(self._site, self._processes, self._console)
        finally:
            await self._processes.stop_all()

    async def _play_until(self, stop: asyncio.Event, seconds: float | None) -> None:
        """Let people come until asked to stop; DemoError when a process ends by itself."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                gates = range(len(self._site.gates))
                playing = [group.create_task(self._play(number)) for number in gates]
                playing += [group.create_task(guard.run()) for guard in self._guards.values()]
                playing += [
                    group.create_task(self._processes.watch()),
                    group.create_task(self._look()),
                    group.create_task(self._show(began)),
                ]
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await stop.wait()
                for task in playing:
                    task.cancel()
        except ExceptionGroup as several:
            ended = several.subgroup(DemoError)
            raise several if ended is None else ended.exceptions[0] from None

    async def _start(self) -> None:
        site, start = self._site, self._processes.start
        await start("broker", program("mosquitto"), "-c", str(site.broker_config))
        for gate in site.gates:  # first: a door works without the other two
            await start(gate.id, program("gate-agent"), "run", "--config", str(gate.config))
        collector = str(site.collector_config)
        await start("collector", program("gate-collector"), "run", "--config", collector)

    def _tell_addresses(self) -> None:
        say = self._console.print
        for gate in self._site.gates:
            screen = f"{both('terminal.demo_screen')} {gate.name} {gate.id:<11}"
            say(f"{screen} http://127.0.0.1:{gate.web_port}/")
        say(
            f"{both('terminal.demo_centre')} {'':<18} http://127.0.0.1:{self._site.collector_port}/"
        )
        say(f"{both('terminal.ctrl_c_stops')}\n")

    async def _play(self, number: int) -> None:
        gate = self._site.gates[number]
        await emulate_door(
            load_config(gate.config, GateConfig),
            seed=self._seed + number,
            people=None,
            staff=STAFF,
            pause_s=_PAUSE_S,
            opened=self._opened[gate.id],
            on_arrival=self._guards[gate.id].expect,
            first=[] if self._script else [opener(synthetic_card(number))],
            crowd=None if self._script is None else self._script[gate.id],
            stays=True,
        )

    def _see(self, gate: str, state: State) -> None:
        self._states[gate] = state
        if all(device["state"] == "ok" for device in state["devices"].values()):
            self._opened[gate].set()

    async def _look(self) -> None:
        while True:
            port = self._site.collector_port
            self._overview = await asyncio.to_thread(ask, port, "/api/v1/overview")
            await asyncio.sleep(_REFRESH_S)

    async def _show(self, began: float) -> None:
        """Keep one line up to date; in a log, add one now and then."""
        loop = asyncio.get_running_loop()
        if not self._console.is_terminal:
            while True:
                await asyncio.sleep(_LINE_EVERY_S)
                self._console.print(self._line(loop.time() - began), soft_wrap=True)
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                line = Text(self._line(loop.time() - began), no_wrap=True, overflow="ellipsis")
                live.update(line, refresh=True)
                await asyncio.sleep(_REFRESH_S)

    def _line(self, ran_s: float) -> str:
        parts = [f"{ran_s:4.0f} s"]
        for gate in self._site.gates:
            state = self._states.get(gate.id)
            parts.append(
                f"{gate.name} " + (_of_gate(state) if state else both("terminal.demo_starting"))
            )
        stored = sum(gate["events"] for gate in self._overview.get("gates", ()))
        parts.append(f"{both('terminal.demo_centre')} {stored} events")
        return " | ".join(parts)


def _of_gate(state: dict[str, Any]) -> str:
    passages = sum(count["count"] for count in state["today"]["passages"])
    holds, pending = len(state["holds"]), state["uplink"]["pending"]
    waits = f", {both('terminal.demo_waits')} {pending}" if pending else ""
    return (
        f"{both('terminal.demo_passages')} {passages}, {both('terminal.demo_holds')} {holds}{waits}"
    )
