"""Looks for people in what is kept and sent: names, card numbers, phones, in every coding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.request import urlopen

from gate_agent.demo.site import DemoSite
from gate_agent.driver_api import Card

CODINGS = ("utf-8", "utf-16-le", "gb18030")
_DOOR_PAGES = ("/", "/visitor", "/api/v1/state", "/metrics", "/healthz")
_CENTRE_PAGES = (
    *("/", "/api/v1/overview", "/api/v1/now", "/api/v1/events", "/api/v1/holds", "/metrics"),
    *("/reports", "/ledger", "/alerts", "/contacts", "/policy", "/looks"),
)
_SURE = 6  # bytes of a name; fewer stand in random bytes by chance


def traces(where: Mapping[str, bytes], cards: Iterable[Card]) -> list[str]:
    """Return where a card number, a name or a phone of the play can be read."""
    names = {card.name for card in cards}
    needles = {
        coded for name in names for coding in CODINGS if len(coded := name.encode(coding)) >= _SURE
    }
    needles |= {_escaped(name) for name in names}
    return [
        f"{place}: {found!r}" for place, content in where.items() for found in _in(content, needles)
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file that a process left in `folder`, core dumps as well."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def pages_of(site: DemoSite) -> dict[str, bytes]:
    """Return what the screens and the centre's pages say to whoever asks."""
    asked = [(gate.web_port, path) for gate in site.gates for path in _DOOR_PAGES]
    asked += [(site.collector_port, path) for path in _CENTRE_PAGES]
    found = {}
    for port, path in asked:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            found[f"page {port}{path}"] = answer.read()
    return found


def _in(content: bytes, needles: Iterable[bytes]) -> Iterator[bytes]:
    # every invented number begins with an area that was never issued, and has a year of birth, as
    # no float of /metrics has; the robot types 138…
    for coding in ("utf-8", "utf-16-le"):
        area = re.escape("999999".encode(coding))
        number = area + rb"(?:1\x00?9|2\x00?0)\x00?(?:\d\x00?){6}"
        yield from re.findall(number, content)
        yield from re.findall(re.escape("13800000".encode(coding)) + rb"(?:\d\x00?){3}", content)
    yield from (needle for needle in needles if needle in content)


def _escaped(name: str) -> bytes:
    return name.encode("ascii", "backslashreplace")
