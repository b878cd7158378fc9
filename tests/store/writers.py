"""`tests/writer.py` as a process, plain or under strace, and what it was promised."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tree import ROOT

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="expected strace, got none"
)


def command(path: Path, *options: str, under: Sequence[str] = ()) -> list[str]:
    """Return the command of a writer on `path`, run by the command `under`."""
    return [*under, sys.executable, "tests/writer.py", str(path), *options]


def environment(**more: str) -> dict[str, str]:
    """Return the environment a writer needs."""
    return os.environ | {"PYTHONPATH": "tests"} | more


def write_all(path: Path, events: int, *options: str, under: Sequence[str] = ()) -> list[int]:
    """Run a writer to its end; return the sequences it was told to be durable."""
    done = subprocess.run(
        command(path, "--events", str(events), *options, under=under),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [int(line.split()[0]) for line in done.stdout.splitlines()]


@contextmanager
def writing(path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Keep a writer running, which has written its first event; it is killed at the end."""
    with subprocess.Popen(
        command(path, *options), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline()
            yield child
        finally:
            child.kill()
