"""The live stream of a screen: states, journal marks and a pulse, as server-sent events.

The screen's subscription begins before the backlog is read, and what comes twice is dropped by
its sequence: a screen that comes back with its Last-Event-ID sees every event once. Nothing is
queued here: a slow screen fills the desk's own bounded queue, whose overflow ends the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from enum import Enum

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import Severity
from gate_agent.errors import ContractError
from gate_agent.gate.ports import Desk, LiveEvent, Subscription
from gate_agent.gate.visitor import VisitorView
from gate_agent.http.places import Places
from gate_agent.web.bodies import JournalMark

MAX_SCREENS = 16
_FOR_WHO_SIGNS_ON = 4  # places that who is not signed on leaves free
_MAX_DISPLAYS, _OF_ONE_ADDRESS = 16, 8
PULSE_S = 1.0
COALESCE_S = 0.05  # states come at most this often
REFRESH_S = 5.0  # a state goes out at least this often: counters age without a change
RETRY_MS = 500  # the browser's own wait before it comes back
_BATCH = 256
_FOREVER = float("inf")


class _End(Enum):
    END = 0


class Screens:
    """The streams under way: counted, bounded, ended together."""

    def __init__(self, *, sign_on: bool = False) -> None:
        """Take whether guards sign on: who does not leaves places to who does."""
        of_one = MAX_SCREENS - (_FOR_WHO_SIGNS_ON if sign_on else 0)
        self.guards = Places(MAX_SCREENS, of_one=of_one)
        self.displays = Places(_MAX_DISPLAYS, of_one=_OF_ONE_ADDRESS)
        self.closing = asyncio.Event()

    @property
    def attached(self) -> int:
        """How many there are, visitors' displays among them."""
        return self.guards.taken + self.displays.taken

    def close(self) -> None:
        """End every stream."""
        self.closing.set()


class EventStream(Response):
    """One screen's stream; `after` is the last sequence it saw, None for a new screen.

    A visitors' display hears its own state and the pulse, and nothing of the journal.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        desk: Desk,
        screens: Screens,
        *,
        after: int | None,
        visitor: Callable[[], VisitorView] | None = None,
    ) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._desk = desk
        self._visitor = visitor
        self._screens = screens
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Stream until the screen goes, the subscription ends or the server closes."""
        with self._desk.subscribe(watched=self._visitor is None) as ear:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with asyncio.TaskGroup() as group:
                tasks = (
                    group.create_task(_gone(receive)),
                    group.create_task(_closed(self._screens.closing)),
                    group.create_task(self._talk(ear, send)),
                )
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _talk(self, ear: Subscription, send: Send) -> None:
        loop = asyncio.get_running_loop()
        head = self._desk.snapshot().journal.sequence
        last = head if self._after is None or self._after > head else self._after
        await _write(send, f"retry: {RETRY_MS}\n", self._state(last))
        if last < head:
            last = await self._catch_up(last, send)

        news = aiter(ear)
        pulse_at, state_at, state_due = loop.time(), loop.time(), _FOREVER
        async with asyncio.TaskGroup() as group:
            coming = group.create_task(_next(news))
            try:
                while True:
                    wake = min(pulse_at, state_due, state_at + REFRESH_S)
                    await asyncio.wait((coming,), timeout=max(0.0, wake - loop.time()))
                    parts: list[str] = []
                    if coming.done():
                        item = coming.result()
                        if item is _End.END:
                            return
                        coming = group.create_task(_next(news))
                        if item is None:
                            state_due = min(state_due, max(loop.time(), state_at + COALESCE_S))
                        elif item.sequence == last + 1 or self._visitor:
                            parts += () if self._visitor else (_mark(item),)
                            last = item.sequence
                        elif item.sequence > last:
                            last = await self._catch_up(last, send)
                    now = loop.time()
                    if now >= min(state_due, state_at + REFRESH_S):
                        parts.append(self._state(last))
                        state_at, state_due = now, _FOREVER
                    if now >= pulse_at:
                        parts.append("event: pulse\ndata: {}\n\n")
                        pulse_at = now + PULSE_S
                    if parts:
                        await _write(send, *parts)
            finally:
                coming.cancel()

    async def _catch_up(self, last: int, send: Send) -> int:
        """Send what was committed after `last`, batch by batch; return the new last."""
        while events := await self._desk.events_after(last, _BATCH):
            await _write(send, *map(_mark, events))
            last = events[-1].sequence
        return last

    def _state(self, last: int) -> str:
        shown = self._visitor() if self._visitor else self._desk.snapshot()
        return f"id: {last}\nevent: state\ndata: {shown.model_dump_json()}\n\n"


def _mark(event: LiveEvent) -> str:
    """Return the event as the stream tells it; a body that cannot be read keeps its place."""
    try:
        envelope = parse_body(event.body)
        mark = JournalMark(
            sequence=event.sequence,
            type=envelope.type,
            severity=envelope.severity,
            time=envelope.time,
        )
    except ContractError:
        mark = JournalMark(
            sequence=event.sequence, type="unreadable", severity=Severity.URGENT, time=""
        )
    return f"id: {event.sequence}\nevent: journal\ndata: {mark.model_dump_json()}\n\n"


async def _next(news: AsyncIterator[LiveEvent | None]) -> LiveEvent | _End | None:
    return await anext(news, _End.END)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _closed(closing: asyncio.Event) -> None:
    await closing.wait()


async def _write(send: Send, *parts: str) -> None:
    body = "".join(parts).encode()
    await send({"type": "http.response.body", "body": body, "more_body": True})
