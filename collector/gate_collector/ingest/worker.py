"""One worker (接收进程): takes its share of the events into PostgreSQL, and tells receipts.

It remembers nothing that the store does not hold, so any number may work and any may die. What
must happen once (alarms that time brings, alerts, reports, policies, pages) is the collector's.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gate_agent.config.load import placed
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.host import core_dumps, systemd
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import KeptThread, Parts
from gate_collector.config import CollectorConfig, load_collector
from gate_collector.ingest.broker import GROUP, Broker, Hears
from gate_collector.ingest.writer import Ingest, collect_rarely
from gate_collector.store.opening import open_store
from gate_collector.store.place import StorePlace, place_at
from gate_collector.store.secret import secret_of
from gate_collector.store.signers import signatures_of

_LOOK_EVERY_S = 1.0
_LOG = logging.getLogger(__name__)


def run_worker(config_file: Path, name: str, *, of_collector: bool) -> None:
    """Work until SIGTERM or SIGINT, or until the collector that started us is gone.

    Raises ConfigurationError or StorageError.
    """
    config = load_collector(config_file)
    faults = config.faults_of(name)
    if not config.workers:
        takes = "the collector takes every event itself"
        faults.append(f"ingest.workers: expected 1 or more beside a worker, got 0: {takes}")
    if faults:
        raise ConfigurationError(placed(config_file, faults))
    core_dumps.forbid()
    engine = open_store(config.store.url, config_file=config_file)
    try:
        with place_at(engine, f"worker {name}") as place:
            _work(config, engine, place, name, of_collector=of_collector)
    finally:
        engine.dispose()


def _work(
    config: CollectorConfig, engine: Engine, place: StorePlace, name: str, *, of_collector: bool
) -> None:
    stopping, clock = threading.Event(), SystemClock()
    parts = Parts(clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if of_collector:
        KeptThread("collector", lambda: _wait_for_its_end(stopping), parts, stopping).start()
    site = config.collector.site
    broker = Broker(
        config.mqtt_of(name),
        site=site,
        clock=clock,
        signatures=signatures_of(config, engine),
        hears=Hears.SHARE,
        worker=name,
        group=secret_of(engine, GROUP).hex(),
        parts=parts,
    )
    ingest = Ingest(
        engine,
        site=site,
        zone=ZoneInfo(config.collector.timezone),
        clock=clock,
        publish=broker.tell,
        hearing=lambda: broker.hearing,
        tell_seen=broker.tell_seen,
        watches=False,
        parts=parts,
        doors=config.collector.doors,
    )
    ingest.start()
    broker.start(ingest.offer, ingest.tell_all)
    collect_rarely()
    systemd.notify("READY=1")
    _LOG.info("worker %s collects for %s", name, site)
    feed_every_s = systemd.watchdog_period_s() or _LOOK_EVERY_S
    try:
        while not stopping.wait(feed_every_s):
            if not ingest.alive:
                raise StorageError("expected the writer at work, got: it stopped")
            if parts.is_stuck:
                raise StorageError(f"expected every part at work, got {parts.told}")
            with suppress(SQLAlchemyError):  # the writer tells that the store is away
                place.expect_ours()
            systemd.notify("WATCHDOG=1")
    finally:
        systemd.notify("STOPPING=1")
        broker.leave()
        ingest.close()
        broker.close()


def _wait_for_its_end(stopping: threading.Event) -> None:
    sys.stdin.buffer.read()  # its end of the pipe, which nobody writes to
    stopping.set()
