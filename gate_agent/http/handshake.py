"""A line that has not agreed on TLS yet: it has a deadline and a place, as any that owes something.

asyncio tells the server of a line only when both ends agreed, and lets it say nothing for a minute
until then: four hundred silent lines took every file descriptor of a door.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from typing import Any


class Handshake(SSLProtocol):
    """The TLS of one line; `owed` until both ends agreed, as `http.server` counts it."""

    owed = "handshake"

    def __init__(
        self,
        inner: asyncio.Protocol,
        context: ssl.SSLContext,
        *,
        lines: set[Any],
        within_s: float,
        make_place: Callable[[Any], None],
    ) -> None:
        """`inner` speaks once they agreed; `make_place` is asked for room among the `lines`."""
        self._clock = asyncio.get_running_loop()
        named: dict[str, Any] = {  # typeshed knows less of it than it takes
            "waiter": None,
            "server_side": True,
            "ssl_handshake_timeout": within_s,
            "ssl_shutdown_timeout": within_s,
        }
        super().__init__(self._clock, inner, context, **named)
        self._lines = lines
        self._make_place = make_place
        self.owed_since = 0.0
        self.transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and make place for this one if there is none."""
        self.transport, self.owed_since = transport, self._clock.time()
        self._lines.add(self)
        super().connection_made(transport)
        self._make_place(self)

    def agreed(self) -> None:
        """Leave the place to what speaks now."""
        self._lines.discard(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._lines.discard(self)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End with the server, as uvicorn asks of each line."""
        self.transport.abort()
