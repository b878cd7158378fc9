"""MQTT 3.1.1 by hand, so that feeding and counting cost the measured machine next to nothing."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Sequence

from gate_collector.ingest.arrival import ArrivedMessage

_CONNECT, _CONNACK, _PUBLISH, _SUBSCRIBE = 0x10, 0x20, 0x30, 0x82
_QOS_1 = 0x02
_PUBACK_BYTES = 4
_AT_ONCE = 200
_MOST_UNACKNOWLEDGED = 30_000  # packet identifiers are 16 bits
_WITHIN_S = 30


def feed(port: int, messages: Sequence[ArrivedMessage]) -> None:
    """Publish the messages, as quickly as the broker takes them, each acknowledged by it."""
    with _connected(port, "bench-feeder") as line:
        acknowledged, more = 0, threading.Condition()

        def send() -> None:
            for first in range(0, len(messages), _AT_ONCE):
                with more:
                    while first - acknowledged >= _MOST_UNACKNOWLEDGED:
                        more.wait()
                part = messages[first : first + _AT_ONCE]
                line.sendall(b"".join(_publish(first + n, one) for n, one in enumerate(part)))

        sending = threading.Thread(target=send, daemon=True)
        sending.start()
        got = 0
        while acknowledged < len(messages):
            got += len(_some(line))
            with more:
                acknowledged = got // _PUBACK_BYTES
                more.notify_all()


class Receipts:
    """Counts the receipts that come, and keeps the newest of each gate; use as a context."""

    def __init__(self, port: int, site: str) -> None:
        self.count = 0
        self.newest: dict[str, bytes] = {}
        self._line = _connected(port, "bench-receipts")
        topic = _text(f"gate/v1/{site}/+/receipt")
        self._line.sendall(_packet(_SUBSCRIBE, struct.pack(">H", 1) + topic + b"\0"))
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join(_WITHIN_S)
        self._line.close()

    def _hear(self) -> None:
        self._line.settimeout(None)
        for kind, body in _packets(self._line):
            if kind & 0xF0 == _PUBLISH:
                end = 2 + int.from_bytes(body[:2])
                self.newest[body[2:end].decode().split("/")[3]] = body[end:]
                self.count += 1


def _connected(port: int, name: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=_WITHIN_S)
    clean, keepalive = 0x02, 0
    line.sendall(
        _packet(_CONNECT, _text("MQTT") + struct.pack(">BBH", 4, clean, keepalive) + _text(name))
    )
    answer = _some(line)
    if answer[0] != _CONNACK or answer[3] != 0:
        raise AssertionError(f"expected the broker to take us, it said {answer.hex()}")
    return line


def _packets(line: socket.socket) -> Iterator[tuple[int, bytes]]:
    kept = b""
    while part := line.recv(1 << 16):
        kept += part
        at = 0
        while (length := _length(kept, at + 1)) is not None and length[0] + length[1] <= len(kept):
            begin, size = length
            yield kept[at], kept[begin : begin + size]
            at = begin + size
        kept = kept[at:]


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where a packet's body begins and how long it is; None while that is not there."""
    size, shift = 0, 0
    while at < len(data):
        size |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return at + 1, size
        at, shift = at + 1, shift + 7
    return None


def _publish(number: int, message: ArrivedMessage) -> bytes:
    identifier = struct.pack(">H", number % 0xFFFF + 1)
    return _packet(_PUBLISH | _QOS_1, _text(message.topic) + identifier + message.payload)


def _packet(kind: int, body: bytes) -> bytes:
    size, head = len(body), bytearray((kind,))
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + body


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _some(line: socket.socket) -> bytes:
    if part := line.recv(1 << 16):
        return part
    raise AssertionError("expected the broker to answer, it closed the connection")
