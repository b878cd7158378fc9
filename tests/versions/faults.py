"""A command that is killed, or whose disk is full, at any one of its calls to the kernel."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from children import program

# What changes a file, or the order in which changes become durable.
CALLS = ("pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "fallocate")
WRITES = ("pwrite64", "fallocate")
POINTS = int(os.environ.get("UPDATE_FAULTS", "2"))  # drawn of each; 40 in `make torture`
SEED = int(os.environ.get("UPDATE_SEED", "1"))


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`-th call of one kind."""

    call: str
    number: int


class Strace:
    """Runs one command under strace, which interferes at a chosen call."""

    def __init__(
        self, folder: Path, name: str, *arguments: str | Path, kinds: tuple[str, ...] = CALLS
    ) -> None:
        self._trace = folder / "trace"
        self._kinds = kinds
        self._command: tuple[str | Path, ...] = (program(name), *arguments)

    def calls(self) -> Counter[str]:
        """Run it undisturbed; return how often it makes each call."""
        done = self._run("-e", f"trace={','.join(self._kinds)}")
        assert done.returncode == 0, done.stderr
        return Counter(re.findall(r"^\d+ +(\w+)\(", self._trace.read_text(), re.MULTILINE))

    def killed_at(self, point: Point) -> None:
        """Run it with a kill -9 at that call."""
        self._run(*_at(point, "signal=SIGKILL", ""))

    def full_from(self, point: Point) -> tuple[int, str]:
        """Run it on a disk that is full from that call on; return how it ended and what it said."""
        done = self._run(*_at(point, "error=ENOSPC", "+"))
        return done.returncode, done.stderr

    def _run(self, *how: str) -> subprocess.CompletedProcess[str]:
        strace: list[str | Path] = ["strace", "-f", "-qq", "-o", self._trace, *how]
        return subprocess.run(
            [*strace, *self._command],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )


def _at(point: Point, what: str, on: str) -> tuple[str, ...]:
    inject = f"inject={point.call}:{what}:when={point.number}{on}"
    return "-e", f"trace={point.call}", "-e", inject


def points(calls: Counter[str], kinds: tuple[str, ...] = CALLS) -> list[Point]:
    """Return calls to interfere at, drawn anew by UPDATE_SEED: each kind as often as another."""
    there = [kind for kind in kinds if calls[kind]]
    drawn = random.Random(SEED)  # noqa: S311
    ends = [Point(kind, at) for kind in there for at in (1, calls[kind])]
    kinds_drawn = drawn.choices(there, k=POINTS)
    found = [Point(kind, drawn.randint(1, calls[kind])) for kind in kinds_drawn]
    return list(dict.fromkeys([*drawn.sample(ends, min(POINTS, len(ends))), *found]))
