"""What earlier versions left: their messages, recorded, and their code, where git still has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from tree import ROOT

_MESSAGES = Path(__file__).parent / "messages"
_PACKAGES = ("gate_agent", "drivers", "collector")
_WITHIN_S = 100
# Debian 12's Python 3.11.2 knows no filter; git's own archive needs none
_SAFELY: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def recorded(version: str, kind: str) -> list[bytes]:
    """Return messages of one kind, as that version sent them; none where it had no such."""
    file = _MESSAGES / version / f"{kind}.jsonl"
    return file.read_bytes().splitlines() if file.exists() else []


@dataclass(frozen=True, slots=True)
class OlderCode:
    """The packages of an earlier version, which run in processes of their own."""

    version: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What lets Python find these packages before the installed ones."""
        paths = (self.folder / "collector", self.folder / "drivers", self.folder)
        return {"PYTHONPATH": os.pathsep.join(map(str, paths))}

    def ask(self, question: str, **given: object) -> Any:
        """Return what a function of `asked_of_VERSION.py` says, which that version's code runs."""
        script = Path(__file__).parent / f"asked_of_{self.version}.py"
        done = subprocess.run(
            [sys.executable, script, question],
            cwd=self.folder,
            env=os.environ | self.environment,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        answer = json.loads(done.stdout)
        assert answer["by"].startswith(str(self.folder)), "expected the older code, got this one's"
        return answer["answer"]


def unpack(version: str, folder: Path) -> OlderCode | None:
    """Put the code of a commit into `folder`; None where this clone has no such commit."""
    command = ["git", "-C", str(ROOT), "archive", version, *_PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_WITHIN_S)
    except FileNotFoundError:  # no git here
        return None
    if done.returncode != 0:
        return None
    with tarfile.open(fileobj=BytesIO(done.stdout)) as packed:
        packed.extractall(folder, **_SAFELY)  # noqa: S202 it is our own history
    return OlderCode(version, folder)
