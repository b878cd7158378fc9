#!/usr/bin/env python3
"""Coverage-guided fuzzing with atheris: `make fuzz [SECONDS=n]`.

`run.py` fuzzes every target of targets.py in turn, `run.py TARGET` one. What atheris found is kept
in .run/fuzz: the corpus of each target, and a file for each input that broke it.
"""

from __future__ import annotations

import argparse
import importlib
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parent.parent.parent / ".run" / "fuzz"
LONGEST = 4096
_TAIL = 40  # lines of what a broken target said


def main() -> int:
    """Return 0 if nothing broke."""
    parser = argparse.ArgumentParser(description="Fuzz codecs and messages with atheris.")
    parser.add_argument("target", nargs="?", help="one target; all of them by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    asked = parser.parse_args()
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        print(f"fuzz: {_missing()}", file=sys.stderr)
        return 1
    with atheris.instrument_imports(include=["gate_agent", "gate_drivers"]):
        targets = importlib.import_module("targets")
    if asked.target is not None:
        _fuzz(atheris, targets, asked.target, asked.seconds)
    broken = []
    for name in targets.TARGETS:
        print(f"fuzz: {name}, {asked.seconds} s", flush=True)
        command = [sys.executable, __file__, name, "--seconds", str(asked.seconds)]
        ran = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
        lines = ran.stderr.splitlines()
        if ran.returncode:
            broken.append(name)
            print("\n".join(lines[-_TAIL:]))
        else:
            print("\n".join(line for line in lines if "executed" in line or "added" in line))
    print(f"fuzz: broken: {', '.join(broken)}" if broken else "fuzz: all targets held")
    return 1 if broken else 0


def _fuzz(atheris: Any, targets: Any, name: str, seconds: int) -> None:
    """Fuzz one target, and end the process."""
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(targets.seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-print_final_stats=1",
        "-verbosity=0", f"-artifact_prefix={KEPT / name}.",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[name])
    atheris.Fuzz()


def _missing() -> str:
    machine = platform.machine()
    if machine != "x86_64":
        return (
            f"expected x86_64, got {machine}: atheris has no wheel there; see `make test` instead"
        )
    return "expected atheris (pip install atheris), got none"


if __name__ == "__main__":
    sys.exit(main())
