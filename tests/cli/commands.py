"""Runs this installation's commands as a user does, and looks at what they say."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from children import program
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import find_model
from gate_agent.emulation.pty import Pty, run_emulator

_ENDS_WITHIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and its two outputs."""

    code: int
    out: str
    err: str


def command(name: str, *arguments: str | Path, folder: Path | None = None) -> Said:
    """Run `name` to its end; a trace is never an answer."""
    done = subprocess.run(
        [program(name), *arguments],
        capture_output=True,
        text=True,
        timeout=_ENDS_WITHIN_S,
        check=False,
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


@contextlib.asynccontextmanager
async def devices(config_file: Path, *names: str) -> AsyncIterator[None]:
    """Plug emulators in at the configured ports of these devices."""
    async with asyncio.TaskGroup() as group:
        with contextlib.ExitStack() as plugged:
            speaking = []
            for name in names:
                section = getattr(load_config(config_file, GateConfig), name)
                pty = plugged.enter_context(Pty(section.port))
                emulator = find_model(section.driver).emulator()
                speaking.append(group.create_task(run_emulator(pty, emulator)))
            yield
            for task in speaking:
                task.cancel()
