"""The demo's processes: started with a log each, stopped in order, never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from pathlib import Path

from gate_agent.errors import GateError

_STOP_WITHIN_S = 8


class DemoError(GateError):
    """The demo cannot go on."""


class Processes:
    """Children of the demo; their output goes to files in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, name: str, *command: str) -> None:
        """Start `command`, known as `name` from now on."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                *command,
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is ours to hand on, in order
            )

    async def stop(self, *names: str) -> None:
        """Stop them together with SIGTERM; whoever does not go is killed."""
        stopping = [process for name in names if (process := self._running.pop(name, None))]
        for process in stopping:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in stopping:
            try:
                async with asyncio.timeout(_STOP_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def stop_all(self) -> None:
        """Stop whatever still runs."""
        await self.stop(*self._running)

    async def watch(self) -> None:
        """Raise DemoError as soon as one of them ends by itself."""
        while True:
            for name, process in self._running.items():
                if process.returncode is not None:
                    log = self._folder / f"{name}.log"
                    last = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-5:])
                    raise DemoError(f"expected {name} to run, it ended ({log}):\n{last}")
            await asyncio.sleep(0.5)


async def ran(*command: str) -> str:
    """Run `command` to its end; return all it said."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace").strip()


def program(name: str) -> str:
    """Return where a program of this installation, or of the system, is."""
    beside = Path(sys.executable).parent / name
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        raise DemoError(f"expected {name} to be installed, found none: `make demo` installs it")
    return path
