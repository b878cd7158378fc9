"""A serial-over-Ethernet converter's raw TCP, as `SerialTransport` asks a port to be.

Not pyserial's own `socket://`: that sleeps 0.3 s in the event loop whenever it is closed, and
leaves its descriptor open where the other side has closed first.
"""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import termios

import serial

_CONNECT_S = 3.0
_IDLE_S, _PROBE_S, _PROBES = 10, 3, 3  # a converter whose power went is noticed by itself
_CHUNK = 4096


class TcpPort:
    """One connection, without waiting."""

    def __init__(self, host: str, port: int) -> None:
        """Connect; waits up to some seconds. Raises OSError."""
        self._socket = socket.create_connection((host, port), timeout=_CONNECT_S)
        self._socket.settimeout(0)
        for option, value in (
            (socket.TCP_NODELAY, 1),
            (socket.TCP_KEEPIDLE, _IDLE_S),
            (socket.TCP_KEEPINTVL, _PROBE_S),
            (socket.TCP_KEEPCNT, _PROBES),
        ):
            self._socket.setsockopt(socket.IPPROTO_TCP, option, value)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._socket.fileno()

    @property
    def in_waiting(self) -> int:
        """How many bytes the kernel holds."""
        count = fcntl.ioctl(self._socket.fileno(), termios.FIONREAD, bytes(4))
        return int(struct.unpack("i", count)[0])

    def reset_input_buffer(self) -> None:
        """Forget what came and was not read."""
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(_CHUNK):
                pass

    def read(self, size: int) -> bytes:
        """Return what is there; SerialException, in pyserial's words, where nothing will come."""
        if data := self._socket.recv(size):
            return data
        raise serial.SerialException("the other side closed: returned no data")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
