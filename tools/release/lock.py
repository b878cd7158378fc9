"""What a lock file pins: names, versions and hashes, as far as they apply to a board."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.markers import Marker

_ENTRY = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?: ; ([^\\\n]+))?", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_BUILDS = {"hatchling", "editables", "pathspec", "pluggy", "trove-classifiers"}  # needed by nobody
BOARD = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One distribution."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(lock: str) -> Iterator[Pin]:
    """Yield what is installed on a board; what only builds this project is not."""
    ends = [*[match.start() for match in _ENTRY.finditer(lock)][1:], len(lock)]
    for match, end in zip(_ENTRY.finditer(lock), ends, strict=True):
        name, version, marker = match.groups()
        if name in _BUILDS or (marker and not Marker(marker).evaluate(dict(BOARD))):
            continue
        yield Pin(name=name, version=version, hashes=tuple(_HASH.findall(lock[match.end() : end])))
