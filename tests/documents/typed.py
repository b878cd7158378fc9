"""Commands of a document, typed one after another into a shell as a reader does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from children import program, wait_until
from tree import ROOT, text

INSTALLED = "/opt/gate-agent"


def blocks(document: str) -> list[str]:
    """Return the shell blocks of a document, in order."""
    return re.findall(r"^ *```sh\n(.*?)^ *```", text(document), re.DOTALL | re.MULTILINE)


def block_with(document: str, words: str) -> list[str]:
    """Return the commands of the one block of a document that has these words, a line each."""
    (only,) = [block for block in blocks(document) if words in block]
    return [line.strip() for line in only.strip().splitlines()]


def shared(folder: Path, changes: Mapping[str, str]) -> Path:
    """Lay config/ out as an installation does, with other ports where a test needs its own."""
    folder.mkdir()
    for path in (ROOT / "config").glob("*.toml"):
        said = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            said = said.replace(old, new)
        (folder / path.name).write_text(said, encoding="utf-8")
    return folder


class Shell:
    """A shell in a folder of its own, to which this installation is the installed one."""

    def __init__(self, folder: Path, share: Path) -> None:
        folder.mkdir()
        self._log = folder / "typed.log"
        self._done = 0
        self._places = {
            f"{INSTALLED}/bin": str(program("x").parent),
            f"{INSTALLED}/share": str(share),
        }
        with self._log.open("wb") as log:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-e"],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shell.stdin is not None:
            self._shell.stdin.close()
        os.killpg(self._shell.pid, signal.SIGTERM)  # what runs in the background, too
        self._shell.wait(60)

    @property
    def said(self) -> str:
        """All that was said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def type(self, line: str) -> None:
        """Type a line, without waiting for what it does."""
        for there, here in self._places.items():
            line = line.replace(there, here)
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{line}\n".encode())
        self._shell.stdin.flush()

    def do(self, line: str) -> None:
        """Type a line and wait until it is done; one that fails ends the shell."""
        self._done += 1
        mark = f"done {self._done}."
        self.type(line)
        self.type(f"echo '{mark}'")
        wait_until(lambda: mark in self.said or self._shell.poll() is not None, line)
        assert self._shell.poll() is None, self.said
