"""The collector put together: broker, one writer, page."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import uvicorn

from gate_agent import __version__
from gate_agent.config.keyfile import load_key
from gate_agent.config.load import load_policy
from gate_agent.errors import StorageError
from gate_agent.host import core_dumps, systemd
from gate_agent.host.clock import SystemClock
from gate_agent.http.listen import listen
from gate_collector.alerts.alerter import EVERY_S, Alerter
from gate_collector.alerts.book import Shelf, new_secret
from gate_collector.alerts.channels import AppriseMessenger, load_recipients
from gate_collector.centre import Centre
from gate_collector.config import CollectorConfig, load_collector
from gate_collector.ingest.broker import Broker, Hears
from gate_collector.ingest.corrected_times import Corrector
from gate_collector.ingest.workers import Workers
from gate_collector.ingest.writer import Ingest, collect_rarely
from gate_collector.live.overview import overview
from gate_collector.policies.book import PolicyBook
from gate_collector.reports.versions import conclusion, make_due, watch_missing
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.retention import Retention, spool_of
from gate_collector.roles.accounts import Accounts
from gate_collector.schedule import Clerk
from gate_collector.site import Door, create_app
from gate_collector.store.opening import open_store, sole_writer

_CLERK_S = 5.0
_LOG = logging.getLogger(__name__)


def run_collector(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigurationError or StorageError before it starts."""
    config = load_collector(config_file)
    core_dumps.forbid()
    clock, zone = SystemClock(), ZoneInfo(config.collector.timezone)
    listener = listen(config.web.host, config.web.port)
    engine = open_store(config.store.url)
    told: list[Broker] = []
    ingest = Ingest(
        engine,
        site=config.collector.site,
        zone=zone,
        clock=clock,
        publish=lambda gate, receipt: told[0].tell(gate, receipt),  # noqa: PLW0108 it comes later
        hearing=lambda: told[0].hearing,
        tell_seen=lambda seen: told[0].tell_seen(seen),  # noqa: PLW0108 as above
    )

    book = PolicyBook(
        engine,
        site=config.collector.site,
        clock=clock,
        first=load_policy(config.policy.file),
        publish=lambda topic, document: told[0].publish(topic, document),  # noqa: PLW0108 as above
    )
    site_key = _key(config.keys.site_key_file)

    def tell_all() -> None:
        book.publish()
        ingest.tell_all()

    broker = Broker(
        config.mqtt,
        site=config.collector.site,
        clock=clock,
        on_message=ingest.offer,
        on_connected=tell_all,
        hears=Hears.STATES if config.workers else Hears.ALL,
    )
    workers = Workers(config_file, config.workers)
    told.append(broker)
    centre = Centre(
        engine=engine,
        clock=clock,
        zone=zone,
        site=config.collector.site,
        name=config.collector.name,
        unit=config.collector.unit,
        policy=book.in_force,
    )
    desk = PurgeDesk(
        centre,
        Retention(
            write=ingest.write,
            clock=clock,
            days=config.retention.registration_days,
            spool=spool_of(config.store.url),
        ),
    )
    base_url = config.alerts.base_url or f"http://{config.web.host}:{config.web.port}"
    shelf = Shelf(engine, site_key or new_secret())
    alerter = Alerter(
        centre,
        shelf,
        people=load_recipients(config.alerts.channels_file),
        messenger=AppriseMessenger(),
        base_url=base_url,
    )
    accounts = Accounts(centre)
    _tell_first_code(config, accounts)

    def make_reports() -> None:
        for report in make_due(centre):
            alerter.tell(conclusion(report, base_url))

    teller = Clerk({"alerts": alerter.round}, every_s=EVERY_S)
    clerk = Clerk(
        {
            "reports": make_reports,
            "missing": lambda: watch_missing(centre),
            "policy": book.keep_published,
            "times": Corrector(ingest.write, zone).round,
            "asked": desk.retention.asked,
            "erasures": desk.resume,
            "retention": desk.retention.due,
        },
        every_s=_CLERK_S,
    )
    app = create_app(
        centre,
        lambda: overview(engine, clock=clock, zone=zone, site=config.collector.site),
        book=book,
        shelf=shelf,
        alerter=alerter,
        accounts=accounts,
        desk=desk,
        door=Door(
            sign_on=config.web.sign_on,
            secure=base_url.startswith("https:"),
            names=frozenset({config.web.host, urlsplit(base_url).hostname or ""}),
        ),
        private=_key(config.keys.registrations_key_file),
        site_key=site_key,
        failing=lambda: (
            ingest.failing or ("" if ingest.alive else "the writer stopped") or workers.failing
        ),
        version=__version__,
    )
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
    )
    stopping = threading.Event()
    feeding = threading.Thread(target=_feed_watchdog, args=(ingest, stopping), daemon=True)
    with listener, sole_writer(config.store.url) as alone:
        if not alone:
            raise StorageError("expected the store free, got: held by another collector")
        for part in (broker, ingest, workers, feeding, clerk, teller):
            part.start()
        try:
            asyncio.run(_serve(server, listener, config.collector.site))
        finally:
            systemd.notify("STOPPING=1")
            stopping.set()
            for ended in (teller, clerk, workers, broker, ingest):
                ended.close()
            alerter.close()  # after the receipts: a service that hangs may take its time
            engine.dispose()


def _tell_first_code(config: CollectorConfig, accounts: Accounts) -> None:
    if config.web.sign_on and accounts.first_code:
        _LOG.warning("first start 首次使用: one-time code 一次性代码 %s", accounts.first_code)


def _key(file: Path | None) -> bytes | None:
    return None if file is None else load_key(file)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would end by them, before what waits is stored."""
        yield


async def _serve(server: _Server, listener: socket.socket, site: str) -> None:
    """Serve the page until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    collect_rarely()
    systemd.notify("READY=1")
    _LOG.info("collecting for %s", site)
    await server.serve(sockets=[listener])


def _feed_watchdog(ingest: Ingest, stopping: threading.Event) -> None:
    """Feed the manager's watchdog while the writer lives."""
    period_s = systemd.watchdog_period_s()
    while period_s is not None and ingest.alive:
        systemd.notify("WATCHDOG=1")
        if stopping.wait(period_s):
            return
