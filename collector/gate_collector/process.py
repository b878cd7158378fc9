"""What of a collector's process there is once, whatever it carries: server, signals, watchdog."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable

from starlette.types import ASGIApp

from gate_agent.config.model import WebSection
from gate_agent.host import systemd
from gate_agent.host.supervision import KeptThread, Parts, tell_what_is_raised
from gate_agent.host.tls import server_context
from gate_agent.http.server import PageServer, Patience
from gate_collector.ingest.writer import collect_rarely

_CONNECTIONS = 256
_LOG = logging.getLogger(__name__)


class Process:
    """Serves pages until SIGTERM or SIGINT, and feeds the manager's watchdog."""

    def __init__(self, parts: Parts, writes: Callable[[], bool], sites: str) -> None:
        """`writes`: whether it can still do what it is for; it is not fed for nothing."""
        self._parts = parts
        self._writes = writes
        self._sites = sites
        self._stopping = threading.Event()

    def serve(self, app: ASGIApp, listener: socket.socket, web: WebSection) -> None:
        """Serve until the end; what else runs has started before, and ends after."""
        feeding = KeptThread("watchdog", self._feed_watchdog, self._parts, self._stopping)
        feeding.start()
        try:
            asyncio.run(self._serve(app, listener, web))
        finally:
            systemd.notify("STOPPING=1")
            self._stopping.set()

    async def _serve(self, app: ASGIApp, listener: socket.socket, web: WebSection) -> None:
        loop = asyncio.get_running_loop()
        tell_what_is_raised(loop, self._parts)
        patience, tls = Patience(connections=_CONNECTIONS), server_context(web)
        server = PageServer(app, patience, tls=tls, proxies=web.proxies)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stopping.set)
        collect_rarely()
        systemd.notify("READY=1")
        _LOG.info("collecting for %s", self._sites)
        await server.serve(sockets=[listener])

    def _feed_watchdog(self) -> None:
        """Feed the manager's watchdog while it works, and no part fails for good."""
        period_s = systemd.watchdog_period_s()
        while period_s is not None and self._writes():
            if not self._parts.is_stuck:
                systemd.notify("WATCHDOG=1")
            if self._stopping.wait(period_s):
                return
