"""Where a device is: a port's path, or an address of a line that comes over the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainValidator, WithJsonSchema

OPENED = ("socket", "rfc2217")
"""The schemes of addresses that this version opens: `devices.lines`."""
_LATER = ("hid", "evdev", "i2c")
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://")


def scheme_of(place: Path | str) -> str | None:
    """Return the scheme of an address; None for a path."""
    matched = None if isinstance(place, Path) else _URL.match(place)
    return None if matched is None else matched[1]


def _place(value: object) -> Path | str:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a path or an address such as socket://host:4001, got {value!r}")
    scheme = scheme_of(value)
    if scheme is None:
        return Path(value)
    known = ", ".join(f"{one}://" for one in OPENED)
    if scheme in _LATER:
        raise ValueError(f"expected a path or {known}, got {scheme}://, which is not there yet")
    if scheme not in OPENED:
        raise ValueError(f"expected a path or {known}, got {scheme}://")
    parts = urlsplit(value)
    try:
        whole = parts.hostname and parts.port
    except ValueError:
        whole = None
    if not whole or parts.username is not None:
        raise ValueError(f"expected {scheme}://host:port, got another form")
    return value


Place = Annotated[
    Path | str, PlainValidator(_place), WithJsonSchema({"type": "string", "minLength": 1})
]
