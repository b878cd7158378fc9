"""The workers that a collector starts beside itself, and starts again when one dies."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gate_agent.host.supervision import KeptThread, Parts

_AGAIN_AFTER_S = 1.0
_ENDS_WITHIN_S = 15.0
_OURS = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}  # we answer to the manager, not they
_LOG = logging.getLogger(__name__)


class Workers:
    """One process for each name; a thread waits for each."""

    def __init__(self, config_file: Path, names: Sequence[str], parts: Parts) -> None:
        self._command = (sys.executable, "-m", "gate_collector", "work", "--config", config_file)
        self._closing = threading.Event()
        self._guard = threading.Lock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._threads = {
            name: KeptThread(f"keeper of {name}", partial(self._keep, name), parts, self._closing)
            for name in names
        }

    @property
    def failing(self) -> str:
        """Which workers do not run, in words; empty when all do."""
        away = [name for name in self._threads if name not in self._running]
        return f"workers that do not run: {' '.join(away)}" if away else ""

    def start(self) -> None:
        """Start the thread."""
        for thread in self._threads.values():
            thread.start()

    def close(self) -> None:
        """Ask all of them to end, and wait for it."""
        self._closing.set()
        with self._guard:
            for process in self._running.values():
                process.terminate()
        for thread in self._threads.values():
            thread.join(_ENDS_WITHIN_S)
        with self._guard:
            for process in self._running.values():
                process.kill()

    def _keep(self, name: str) -> None:
        while (process := self._begin(name)) is not None:
            with process:
                code = process.wait()
            with self._guard:
                del self._running[name]
            if code:
                _LOG.error("worker %s ended with %d, started again", name, code)
            self._closing.wait(_AGAIN_AFTER_S)

    def _begin(self, name: str) -> subprocess.Popen[bytes] | None:
        """Start one; its input is a pipe that closes when we die, however we do."""
        with self._guard:
            if self._closing.is_set():
                return None
            process = subprocess.Popen(
                (*self._command, "--name", name, "--of-collector"),
                stdin=subprocess.PIPE,
                env={key: value for key, value in os.environ.items() if key not in _OURS},
            )
            self._running[name] = process
            return process
