"""Serves the screens inside the daemon's own event loop, and stops when it is told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence

from fastapi import FastAPI

from gate_agent.http.server import PageServer, Patience


async def serve(
    app: FastAPI,
    listener: socket.socket,
    patience: Patience | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    proxies: Sequence[str] = (),
) -> None:
    """Serve `app` until cancelled; the streams end first. Owns and closes `listener`."""
    server = PageServer(app, patience, tls=tls, proxies=proxies)
    with contextlib.closing(listener):
        async with asyncio.TaskGroup() as group:
            running = group.create_task(server.serve(sockets=[listener]))
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                app.state.screens.close()
                server.stopping.set()
                await running
                raise
