"""What an address leads to, as a browser takes it: links go to telephones, which are elsewhere."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

_LOCAL = "localhost"


def is_loopback(host: str) -> bool:
    """Whether it is this machine alone, for whoever asks."""
    name = host.rstrip(".").lower()
    address = _address(host)
    if address is None:
        return name == _LOCAL or name.endswith(f".{_LOCAL}")
    return address.is_loopback


def is_everywhere(host: str) -> bool:
    """Whether it is every address of a machine, so that none of them is its own."""
    address = _address(host)
    return address is not None and address.is_unspecified


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    inner = getattr(address, "ipv4_mapped", None)  # ::ffff:0.0.0.0 is 0.0.0.0
    return inner or address


def _leads_somewhere(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        is_whole = parts.port != 0 and parts.netloc and parts.username is None
    except ValueError:
        is_whole = False
    if not is_whole or not host or url != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("expected scheme, name and at most a port, got another form")
    is_number = host.rstrip(".").rpartition(".")[2][:1].isdigit() or ":" in host
    if is_everywhere(host) or (is_number and _address(host) is None):
        raise ValueError(f"expected an address that a browser can open, got {url!r}")
    return url


BaseUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+$"), AfterValidator(_leads_somewhere)]
"""How browsers reach our pages."""
