"""A mosquitto of the test's own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from children import Child, broker, free_port, listens, wait_until


class Mosquitto:
    """Started, killed and started again on one port; it forgets everything at a kill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._child: Child | None = None

    def start(self, more: str = "") -> None:
        """Start it, with more lines of configuration."""
        self._child = broker(self._folder, self.port, persistence=False, more=more).start()
        wait_until(lambda: listens(self.port), "mosquitto to listen")

    def allow(self, *rules: str) -> None:
        """Write the access rules, and let a running broker read them."""
        file = self._folder / "acl"
        file.write_text("\n".join(rules) + "\n", encoding="utf-8")
        if self._child is not None:
            os.kill(self._child.pid, signal.SIGHUP)

    @property
    def acl(self) -> str:
        """The line of configuration that makes `allow` count."""
        return f"acl_file {self._folder / 'acl'}\n"

    def kill(self) -> None:
        """End it without a warning."""
        if self._child is not None:
            self._child.kill()
            self._child = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path / "broker")
    running.start()
    try:
        yield running
    finally:
        running.kill()
