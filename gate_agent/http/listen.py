"""Takes the address a web server listens on, before anything else of its program starts."""

from __future__ import annotations

import errno
import socket

from gate_agent.errors import ConfigurationError

_WAITING = 64  # connections that the kernel keeps until they are accepted


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; ConfigurationError when the address cannot be had.

    Port 0 takes any free one. Done before anything else starts, so that a second program at
    the same port touches nothing.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_WAITING)
        # asyncio sets this on sockets it made itself alone; without it an answer on a kept
        # connection waits 40 ms for the acknowledgement of its own header (RFC 896)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            got = "one that another program listens on"
        else:
            got = exc.strerror or type(exc).__name__
        raise ConfigurationError(
            [f"web.port: expected a free port at {host}, got {port}: {got}"]
        ) from exc
    return listener
