"""Serves the pages of door and centre: who connects and says nothing keeps nobody out.

A request's head must come within seconds, its body within a minute, and whoever takes an answer
must go on reading. When too many connections are open, a new one takes the place of the one that
has waited longest for its client; none is refused while one waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import ssl
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from gate_agent.http.handshake import Handshake

_STOP_WITHIN_S = 2
_LEAST = 4
_RESERVED = 48  # descriptors: journal, devices, uplink, logs, and what a library opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client may take, and how many may be there at once."""

    head_s: float = 5.0
    body_s: float = 60.0
    reading_s: float = 20.0  # without taking a byte of what waits for it
    connections: int = 128


class PageServer(uvicorn.Server):
    """uvicorn inside a program's own event loop; `stopping` ends it."""

    def __init__(
        self,
        app: ASGIApp,
        patience: Patience | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        proxies: Sequence[str] = (),
    ) -> None:
        """Take an application, how patient to be, and whose word counts for who asks."""
        patience = patience or Patience()
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        connections = connections_within(soft, patience.connections)
        patience = replace(patience, connections=connections)
        connection: Any = partial(_Connection, patience=patience)
        if tls is not None:
            connection = partial(_over_tls, tls, patience)
        super().__init__(
            uvicorn.Config(
                app,
                http=connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,  # a query may hold what nobody should keep
                server_header=False,
                date_header=False,  # kept by the loop that we do without
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                backlog=max(_LEAST, connections // 2),  # taken at once, before any has a place
                timeout_graceful_shutdown=_STOP_WITHIN_S,
            )
        )
        self.stopping = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop wakes ten times a second to look for it."""
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: take nobody more, then end every line.

        asyncio forgets, open, whom it takes in the very turn in which a listener is closed; so
        they become lines first.
        """
        loop = asyncio.get_running_loop()
        for listener in (one for server in self.servers for one in server.sockets):
            loop.remove_reader(listener)
        for _turn in ("taken", "begun"):
            await asyncio.sleep(0)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield


def connections_within(descriptors: int, wanted: int) -> int:
    """Return how many connections may be open: the journal and its like need descriptors too.

    While all are being answered there may be twice as many.
    """
    return max(_LEAST, min(wanted, (descriptors - _RESERVED) // 2))


class _Connection(H11Protocol):
    """One connection, with deadlines for what its client owes."""

    def __init__(self, *arguments: Any, patience: Patience, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._patience = patience
        self.handshake: Handshake | None = None  # it had this place before
        self.owed = ""  # what we wait for: nothing while the client is answered
        self.owed_since = 0.0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and make place for this one if there is none."""
        if self.handshake is not None:
            self.handshake.agreed()
        super().connection_made(transport)
        self._look()
        _make_place(self, self.connections, self._patience.connections)

    def data_received(self, data: bytes) -> None:
        """Take bytes; what is owed is not put off by a byte at a time."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        self._set_deadline("", 0)

    def pause_writing(self) -> None:
        """Wait for who reads, not for ever."""
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._look()

    def _look(self) -> None:
        """Set a deadline for what is owed now; one that is set stands until it is met."""
        answers = self.cycle is not None and not self.cycle.response_complete
        if self.flow.write_paused:
            self._set_deadline("reading", self._patience.reading_s)
        elif self.conn.their_state is h11.SEND_BODY:
            self._set_deadline("body", self._patience.body_s)
        elif not answers:
            self._set_deadline("head", self._patience.head_s)
        else:
            self._set_deadline("", 0)

    def _set_deadline(self, owed: str, within_s: float) -> None:
        if owed == self.owed:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        self.owed, self.owed_since, self._deadline = owed, self.loop.time(), None
        if owed:
            self._deadline = self.loop.call_later(within_s, self.transport.abort)


def _over_tls(context: ssl.SSLContext, patience: Patience, **named: Any) -> Handshake:
    """Return a line that agrees on TLS first."""
    inner = _Connection(patience=patience, **named)
    most = patience.connections
    inner.handshake = Handshake(
        inner,
        context,
        lines=inner.connections,
        within_s=patience.head_s,
        make_place=lambda line: _make_place(line, inner.connections, most),
    )
    return inner.handshake


def _make_place(new: Any, lines: Collection[Any], most: int) -> None:
    """Let the line end that has waited longest for its client, where there are too many."""
    there = [one for one in lines if hasattr(one, "owed") and not one.transport.is_closing()]
    if len(there) <= most:
        return
    waiting = [one for one in there if one.owed and one is not new]
    if waiting:
        min(waiting, key=lambda one: one.owed_since).transport.abort()
    elif len(there) > 2 * most:  # all are being answered: not for long
        new.transport.abort()
