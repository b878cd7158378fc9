"""Other programs beside a test: each with a log, killed as a power cut does, never left behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Self

STOPS_WITHIN_S = 30
_LOOK_EVERY_S = 0.02
_OUR_PORTS = (10_000, 32_768)  # below Linux's ip_local_port_range
_RANDOM = random.SystemRandom()  # Hypothesis seeds the usual one
_given: set[int] = set()


class Child:
    """One program, which may be started again after its end; use as a context."""

    def __init__(
        self, log: Path, *command: str | Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; what it says goes to the end of its log."""
        assert not self.runs, f"expected {self._command[0]} not to run already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        return self

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def said(self) -> str:
        """All it said, over every start."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def kill(self) -> None:
        """End it without a warning."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; return its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; return its exit code."""
        assert self._process is not None
        try:
            return self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"expected an end within {STOPS_WITHIN_S} s, got none:\n{self.said[-2000:]}"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.kill()


def broker(folder: Path, port: int, *, persistence: bool = True, more: str = "") -> Child:
    """Return a mosquitto on loopback, not started; `more` is added to its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = f"persistence_location {folder}/\nautosave_interval 1\n" if persistence else ""
    as_root = "user root\n" if os.geteuid() == 0 else ""  # else it could not write this folder
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"persistence {'true' if persistence else 'false'}\n{stored}{as_root}{more}",
        encoding="utf-8",
    )
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "expected mosquitto to be installed: make test does"
    return Child(folder / "mosquitto.log", found, "-c", configuration)


def program(name: str) -> Path:
    """Return one of this installation's own commands."""
    return Path(sys.executable).parent / name


def free_port() -> int:
    """Return a port of loopback on which nobody listens, another at every call.

    None that the kernel hands out, nor a next one that another worker hands out at the same time:
    between this answer and the listening, a connection that goes out would have taken it.
    """
    while True:
        port = _RANDOM.randrange(*_OUR_PORTS)
        if port in _given:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        _given.add(port)
        return port


def listens(port: int) -> bool:
    """Return whether somebody listens on this port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def starved_s(*pids: int) -> float:
    """Return how long threads of these processes, or ours, could work and had no processor.

    Of all of them together; 0 where the kernel does not count it.
    """
    waited_ns = 0
    for pid in pids or (os.getpid(),):
        for told in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError):  # a thread that ended meanwhile
                waited_ns += int(told.read_text(encoding="ascii").split()[1])
    return waited_ns / 1e9


def wait_promptly(
    predicate: Callable[[], object], what: str, promised_s: float, *through: Child
) -> None:
    """Wait until `predicate()` is true, as soon as was promised of a machine with room.

    What these processes, `through` which it comes, and we wait for a processor does not count.
    """
    pids = (os.getpid(), *(child.pid for child in through))
    began, starved = perf_counter(), starved_s(*pids)
    wait_until(predicate, what)
    took_s = perf_counter() - began - (starved_s(*pids) - starved)
    assert took_s < promised_s, f"expected {what} within {promised_s} s, got {took_s:.1f} s"


def wait_until(predicate: Callable[[], object], what: str, within_s: float = 60) -> None:
    """Wait in a test without an event loop until `predicate()` is true."""
    never = threading.Event()
    for _ in range(round(within_s / _LOOK_EVERY_S)):
        if predicate():
            return
        never.wait(_LOOK_EVERY_S)
    raise AssertionError(f"expected {what} within {within_s} s")
