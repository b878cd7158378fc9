"""A network line of our own, with the faults that lines have: between a client and a broker."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Literal, Self

Fault = Literal["", "black_hole", "up_dead", "down_dead", "refuse"]
_PIECE = 1400  # bytes, about one packet
_QUEUE = 4096  # bytes a slow line takes before it pushes back


class Line:
    """Passes TCP on to a port of loopback; use as a context.

    `fault` swallows what is sent both ways, one way (up is towards the broker), or refuses
    connections; `bits_per_s` makes the line slow in each direction.
    """

    def __init__(self, port: int, *, bits_per_s: int | None = None) -> None:
        self._target = port
        self.fault: Fault = ""
        self.bits_per_s = bits_per_s
        self._over = threading.Event()
        self._ends: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        if bits_per_s is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="line", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.close()
        self.reset()

    def reset(self) -> None:
        """Break every connection, as a router that restarts does."""
        with self._guard:
            ends, self._ends = self._ends, set()
        for end in ends:
            _break(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.is_set():
                client, _ = self._listener.accept()
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        if self.fault == "refuse":
            _break(client)
            return
        try:
            broker = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            _break(client)
            return
        with self._guard:
            self._ends |= {client, broker}
        for end in (client, broker):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one, other, way in ((client, broker, "up"), (broker, client, "down")):
            threading.Thread(target=self._pass, args=(one, other, way), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, way: str) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(_PIECE):
                if self.bits_per_s is not None:
                    self._over.wait(8 * len(piece) / self.bits_per_s)
                if self.fault not in ("black_hole", f"{way}_dead"):
                    other.sendall(piece)
        for end in (one, other):
            with self._guard:
                self._ends.discard(end)
            _break(end)


def _break(end: socket.socket) -> None:
    """Close with a reset: what was under way is lost."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()
