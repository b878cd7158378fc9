"""Copies of a Python that has imported this installation's commands: each starts at once.

A third of a second of a command is its work, the rest the imports, alike each time. That the
programs start by themselves is proved wherever a test starts a `Child`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

_IMPORTED = ["cli.copies", "gate_agent.cli", "gate_collector.cli"]
_COPIES = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload(_IMPORTED)


def run_in_copy(
    command: list[str], *, folder: Path | None, env: Mapping[str, str], place: Path, within_s: float
) -> int:
    """Run a command to its end, its lines the files `in`, `out` and `err`; return its exit code."""
    copy = _COPIES.Process(target=_become, args=(command, folder, dict(env), place))
    copy.start()
    copy.join(within_s)
    if copy.exitcode is None:
        copy.kill()
        copy.join()
        raise AssertionError(f"expected {command} to end within {within_s} s")
    code = copy.exitcode
    copy.close()
    return code


def _become(command: list[str], folder: Path | None, env: dict[str, str], place: Path) -> None:
    """Do in this copy what the console script does."""
    for number, name in enumerate(("in", "out", "err")):
        with (place / name).open("wb" if number else "rb") as file:
            os.dup2(file.fileno(), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # multiprocessing closed it
    if folder is not None:
        os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = command
    (script,) = entry_points(group="console_scripts", name=Path(command[0]).name)
    sys.exit(script.load()())
