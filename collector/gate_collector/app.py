"""The collector put together: broker, one writer, page."""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from gate_agent import __version__, systemd
from gate_agent.clock import SystemClock
from gate_agent.config.load import load_config
from gate_agent.errors import ConfigurationError
from gate_collector.broker import Broker
from gate_collector.config import CollectorConfig
from gate_collector.ingest import Ingest
from gate_collector.overview import overview
from gate_collector.schema import open_store
from gate_collector.web import create_app

_LOG = logging.getLogger(__name__)


def run_collector(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigurationError or StorageError before it starts."""
    config = load_config(config_file, CollectorConfig)
    clock, zone = SystemClock(), ZoneInfo(config.collector.timezone)
    engine = open_store(config.store.url)
    told: list[Broker] = []
    ingest = Ingest(
        engine,
        site=config.collector.site,
        zone=zone,
        clock=clock,
        publish=lambda gate, receipt: told[0].tell(gate, receipt),  # noqa: PLW0108 it comes later
        hearing=lambda: told[0].hearing,
    )

    def tell_all() -> None:
        for gate, receipt in ingest.receipts():
            told[0].tell(gate, receipt)

    broker = Broker(
        config.mqtt,
        site=config.collector.site,
        clock=clock,
        on_message=ingest.offer,
        on_connected=tell_all,
    )
    told.append(broker)
    app = create_app(
        lambda: overview(engine, clock=clock, zone=zone, site=config.collector.site),
        failing=lambda: ingest.failing or ("" if ingest.alive else "the writer stopped"),
        version=__version__,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=config.web.host,
            port=config.web.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
    )
    stopping = threading.Event()
    feeding = threading.Thread(target=_feed_watchdog, args=(ingest, stopping), daemon=True)
    ingest.start()
    broker.start()
    feeding.start()
    systemd.notify("READY=1")
    _LOG.info("collecting for %s", config.collector.site)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
    except SystemExit as exc:  # uvicorn's way to say that it cannot listen
        where = f"{config.web.host}:{config.web.port}"
        raise ConfigurationError([f"web.port: expected a free port, got {where}"]) from exc
    finally:
        systemd.notify("STOPPING=1")
        stopping.set()
        broker.close()
        ingest.close()
        engine.dispose()


def _feed_watchdog(ingest: Ingest, stopping: threading.Event) -> None:
    """Feed the manager's watchdog while the writer lives."""
    period_s = systemd.watchdog_period_s()
    while period_s is not None and ingest.alive:
        systemd.notify("WATCHDOG=1")
        if stopping.wait(period_s):
            return
