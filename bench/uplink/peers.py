"""The other processes of the measurement: broker, collector, a witness of receipts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gate_agent.demo.processes import program

SITE, GATE = "hall-01", "west-1f"
_HOST = "127.0.0.1"
_LOOK_EVERY_S = 0.02
_WITHIN_S = 30.0


@contextmanager
def running(log: Path, *command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, its words in `log`, until the context ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run mosquitto as it comes, on a free port."""
    port, config = free_port(), folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    config.write_text(
        f"listener {port} {_HOST}\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"max_queued_messages 20000\n{user}"
    )
    with running(folder / "mosquitto.log", program("mosquitto"), "-c", config):
        wait_for(lambda: _listens(port), "mosquitto")
        yield port


@contextmanager
def collector(folder: Path, port: int, store: str) -> Iterator[None]:
    """Run the collector over this store."""
    config = folder / "collector.toml"
    config.write_text(
        f'[collector]\nsite = "{SITE}"\n[mqtt]\nurl = "mqtt://{_HOST}:{port}"\n'
        f'[store]\nurl = "{store}"\n[web]\nport = {free_port()}\n'
    )
    log = folder / "collector.log"
    with running(log, program("gate-collector"), "run", "--config", config):
        wait_for(lambda: "hears every gate" in log.read_text(), "the collector")
        yield


@contextmanager
def witness(folder: Path, port: int) -> Iterator[Path]:
    """Run a process that writes down when each receipt came."""
    log = folder / "receipts.log"
    with running(log, sys.executable, "-m", "bench.uplink.witness", str(port)):
        wait_for(lambda: "ready" in log.read_text(), "the witness")
        yield log


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server((_HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(ready: object, what: str, within_s: float = _WITHIN_S) -> None:
    """Wait until `ready()` is true."""
    never = threading.Event()
    for _ in range(round(within_s / _LOOK_EVERY_S)):
        if ready():  # type: ignore[operator]
            return
        never.wait(_LOOK_EVERY_S)
    raise TimeoutError(f"expected {what} within {within_s:g} s")


def _listens(port: int) -> bool:
    try:
        socket.create_connection((_HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
