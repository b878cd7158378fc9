"""A broker that says what no broker says: one connection, bytes as they are."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Self

_CONNACK = b"\x20\x03\x00\x00\x00"
_SUBSCRIBE, _TAKES = 0x82, 4096


def publish(topic: bytes, payload: bytes) -> bytes:
    """Return a PUBLISH of QoS 0 (MQTT 5 §3.3) with any bytes as its topic."""
    rest = len(topic).to_bytes(2, "big") + topic + b"\x00" + payload
    assert len(rest) < 128
    return bytes([0x30, len(rest)]) + rest


class HostileBroker:
    """Takes whoever connects, and says `said` after each subscription; use as a context."""

    def __init__(self, said: Sequence[bytes]) -> None:
        self._said = said
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, name="broker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for line in self._lines:
            line.close()
        self._thread.join(60)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._lines.append(line)
            try:
                self._talk(line)
            except OSError:
                continue

    def _talk(self, line: socket.socket) -> None:
        line.recv(_TAKES)
        line.sendall(_CONNACK)
        while came := line.recv(_TAKES):
            at = came.find(bytes([_SUBSCRIBE]))
            if at >= 0:
                topics = came.count(b"gate/v1/", at)
                rest = came[at + 2 : at + 4] + b"\x00" + b"\x01" * topics
                line.sendall(bytes([0x90, len(rest)]) + rest + b"".join(self._said))
