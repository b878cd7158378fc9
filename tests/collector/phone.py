"""A real HTTP server on loopback that takes what Apprise's json:// sends: somebody's telephone."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from gate_agent.contract.moment import Moment
from gate_agent.host.clock import SystemClock

_CLOCK = SystemClock()


@dataclass
class Phone:
    """Use as a context; `out_of_order` answers 500 to everything, `silent` nothing at all."""

    out_of_order: bool = False
    silent: bool = False
    messages: list[tuple[Moment, str, str]] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        phone = self
        self._closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                phone.tries += 1
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if phone.silent:
                    phone._closing.wait()
                    return
                if not phone.out_of_order:
                    phone.messages.append((_CLOCK.now(), told["title"], told["message"]))
                self.send_response(500 if phone.out_of_order else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Its address for Apprise."""
        return f"json://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def texts(self) -> list[str]:
        """What it was told."""
        return [text for _, _, text in self.messages]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
