"""The real server on a free port, in a thread of its own with its own event loop."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import httpx

from gate_agent.config.model import WebSection
from gate_agent.gate.screen_state import ScreenState
from gate_agent.host.tls import server_context
from gate_agent.http.listen import listen
from gate_agent.http.server import Patience
from gate_agent.web.app import create_app
from gate_agent.web.server import serve
from gate_agent.web.signon import SignOn
from web.scripted_desk import Asked, ScriptedDesk

T = TypeVar("T")
_WITHIN_S = 60


class Served:
    """A desk behind a server; use as a context."""

    def __init__(
        self,
        sign_on: SignOn | None = None,
        patience: Patience | None = None,
        *,
        web: WebSection | None = None,
    ) -> None:
        self._web = web or WebSection()
        self.desk = ScriptedDesk()
        self.sign_on = sign_on
        self._patience = patience
        self.duties = self.desk.duties
        self._listener = listen("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{self._web.url.partition(':')[0]}://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="served")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop as the daemon does: cancel the server's task, wait for its end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._cancel)
            self._thread.join(_WITHIN_S)
            assert not self._thread.is_alive(), f"expected the server to stop in {_WITHIN_S} s"

    def do(self, act: Callable[[ScriptedDesk], T]) -> T:
        """Let `act` happen to the desk in the server's loop; return what it returns."""

        async def in_loop() -> T:
            return act(self.desk)

        return asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result(_WITHIN_S)

    def wait_for(self, act: Coroutine[Any, Any, T], within_s: float = 90) -> T:
        """Run `act` in the server's loop, beside what it serves; return what it returns."""
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(within_s)

    def show(self, snapshot: ScreenState) -> None:
        """Let the desk show this."""
        self.do(lambda desk: desk.show(snapshot))

    def stand_still(self, until: threading.Event) -> None:
        """Block the event loop, as a hung gate does, until the event is set."""
        self._loop.call_soon_threadsafe(until.wait)

    def asked(self) -> list[Asked]:
        """Return what the desk was asked so far."""
        return self.do(lambda desk: list(desk.asked))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = create_app(
            self.desk,
            self.duties,
            self.desk.thermometer,
            version="0.1.0",
            host="127.0.0.1",
            port=self.port,
            sign_on=self.sign_on,
            name=self._web.name,
            phones_reach=self.url,
        )
        tls, proxies = server_context(self._web), self._web.proxies
        try:
            self._task = self._loop.create_task(
                serve(app, self._listener, self._patience, tls=tls, proxies=proxies)
            )
            self._loop.run_until_complete(asyncio.wait([self._task]))
            if not self._task.cancelled():
                self._task.result()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._listener.close()  # a task cancelled before its first step owned nothing yet
            self._loop.close()


class Message:
    """One server-sent event."""

    def __init__(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        self.event = fields.get("event", "message")
        self.id = fields.get("id")
        self.data: Any = json.loads(fields["data"]) if "data" in fields else None


@contextmanager
def listening(
    url: str, trusting: ssl.SSLContext | None = None, /, **headers: str
) -> Iterator[Iterator[Message]]:
    """Listen to a stream, as a browser does."""
    with (
        httpx.Client(timeout=_WITHIN_S, verify=trusting or True) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _messages(answer)


def _messages(answer: httpx.Response) -> Iterator[Message]:
    block = ""
    for text in answer.iter_text():
        block += text
        while "\n\n" in block:
            whole, block = block.split("\n\n", 1)
            yield Message(whole)


def until(messages: Iterator[Message], enough: Callable[[Message], bool]) -> list[Message]:
    """Return the messages up to the one that is `enough`."""
    seen = []
    for message in messages:
        seen.append(message)
        if enough(message):
            return seen
    raise AssertionError(f"expected another message, got the end after {len(seen)}")
