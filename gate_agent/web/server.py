"""Serves the screens inside the daemon's own event loop, and stops when it is told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

_STOP_WITHIN_S = 2


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop wakes ten times a second to look for it."""
        await self.stopping.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield


async def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve `app` until cancelled; the streams end first. Owns and closes `listener`."""
    server = _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,  # a query may hold what nobody should keep
            server_header=False,
            date_header=False,  # kept by the loop that we do without
            proxy_headers=False,
            timeout_graceful_shutdown=_STOP_WITHIN_S,
            limit_concurrency=128,
        )
    )
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
