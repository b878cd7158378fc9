"""Which of two versions is older: `0.4.0.dev9+g…` < `0.4.0` < `0.4.0.post2+g…` < `0.5.0`."""

from __future__ import annotations

import re

from gate_agent.release.errors import ReleaseRefused

_VERSION = re.compile(r"(\d+(?:\.\d+)*)(?:\.(dev|post)(\d+))?(?:\+[a-z0-9.]+)?")
_KINDS = {"dev": -1, None: 0, "post": 1}


def order(version: str) -> tuple[tuple[int, ...], int, int]:
    """Return what versions are compared by. Raises ReleaseRefused for another kind of text."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ReleaseRefused(f"expected a version, got {version!r}")
    numbers = tuple(int(part) for part in match[1].split("."))
    return numbers, _KINDS[match[2]], int(match[3] or 0)
