"""The real collector as its own processes, beside a broker and a store."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.collector.doors import SITE
from bench.gate.rig import free_port
from bench.resources import cpu_s, family, pss_mb
from bench.uplink.peers import running, wait_for
from gate_agent.demo.processes import program

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from postgres import Cluster

__all__ = ["Centre", "Cluster", "broker", "centre"]
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Centre:
    """A collector that runs, with its workers."""

    pid: int
    url: str

    @property
    def cpu_s(self) -> float:
        """The processor time of all its processes."""
        return sum(cpu_s(pid) for pid in family(self.pid))

    @property
    def pss_mb(self) -> float:
        """The memory of all its processes."""
        return sum(pss_mb(pid) for pid in family(self.pid))


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Run mosquitto with room for whatever is fed; yield its port."""
    port, config = free_port(), folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {_HOST}\nallow_anonymous true\nset_tcp_nodelay true\n"
        f"max_queued_messages 0\nmax_inflight_messages 100\nuser {getpass.getuser()}\n"
    )
    log = folder / "mosquitto.log"
    with running(log, program("mosquitto"), "-c", config):
        wait_for(lambda: "running" in log.read_text(), "mosquitto")
        yield port


@contextmanager
def centre(folder: Path, port: int, store: str, workers: int = 1) -> Iterator[Centre]:
    """Run the collector, alone or with workers beside it, until the context ends."""
    web, config, log = free_port(), folder / "collector.toml", folder / "collector.log"
    config.write_text(
        f'[collector]\nsite = "{SITE}"\n[mqtt]\nurl = "mqtt://{_HOST}:{port}"\n'
        f'[store]\nurl = "{store}"\n[web]\nport = {web}\n'
        + (f"[ingest]\nworkers = {workers}\n" if workers > 1 else "")
    )
    expected = workers + 1 if workers > 1 else 1
    with running(log, program("gate-collector"), "run", "--config", config) as process:
        wait_for(lambda: log.read_text().count("hears every gate") >= expected, "the collector")
        yield Centre(process.pid, f"http://{_HOST}:{web}")
