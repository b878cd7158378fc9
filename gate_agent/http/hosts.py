"""Whether a Host header names this machine: a name can be rebound to it, an address cannot."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine's loopback, with or without a port."""
    name = host_name(host)
    if name is None or name.lower() == "localhost":
        return name is not None
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    """Whether a Host header is an address, with or without a port."""
    try:
        ipaddress.ip_address(host_name(host) or "")
    except ValueError:
        return False
    return True


def host_name(host: str) -> str | None:
    """Return a Host header without its port; None if it has a form of its own."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        name, _, port = host.partition(":")
    return None if port and not (port.isascii() and port.isdigit()) else name
