"""Runs this installation's commands as a user does, and looks at what they say."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from children import program
from cli.copies import run_in_copy
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.emulation.door import emulator_of, port_of
from gate_agent.emulation.pty import Pty, run_emulator

_ENDS_WITHIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and its two outputs."""

    code: int
    out: str
    err: str


def command(name: str, *arguments: str | Path, folder: Path | None = None, typed: str = "") -> Said:
    """Run `name` to its end, with `typed` at its input; a trace is never an answer."""
    env = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    with TemporaryDirectory() as place:
        (Path(place) / "in").write_text(typed, encoding="utf-8")
        code = run_in_copy(
            [str(program(name)), *map(str, arguments)],
            folder=folder,
            env=env,
            place=Path(place),
            within_s=_ENDS_WITHIN_S,
        )
        out, err = ((Path(place) / one).read_bytes().decode() for one in ("out", "err"))
    assert "Traceback" not in err, err
    return Said(code=code, out=out, err=err)


@contextlib.asynccontextmanager
async def devices(config_file: Path, *names: str) -> AsyncIterator[None]:
    """Plug emulators in at the configured ports of these devices."""
    async with asyncio.TaskGroup() as group:
        with contextlib.ExitStack() as plugged:
            speaking = []
            for name in names:
                section = getattr(load_config(config_file, GateConfig), name)
                pty = plugged.enter_context(Pty(port_of(name, section)))
                emulator = emulator_of(section)
                speaking.append(group.create_task(run_emulator(pty, emulator)))
            yield
            for task in speaking:
                task.cancel()
