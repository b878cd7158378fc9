"""Requests that a command hands to a running daemon as files (清除请求): they outlive a restart.

Who may write the folder may ask: it lies beside the store, and belongs to the daemon's user. A
request holds a keyed hash at the most, never a number.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from gate_agent.host.files import write_whole

_ERASE, _WIPE = "erase", "wipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolRequest:
    """One request; `person_ref` is None where everybody shall be forgotten."""

    id: str
    person_ref: str | None


class Spool:
    """The requests of one store."""

    def __init__(self, store: Path) -> None:
        """Take the store's file; the requests lie beside it."""
        self._folder = store.with_name(f"{store.name}.requests")

    def put(self, person_ref: str | None) -> SpoolRequest:
        """Write a request down, durably, for the daemon to find."""
        request = SpoolRequest(id=secrets.token_hex(8), person_ref=person_ref)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(request), (person_ref or "").encode("ascii"))
        return request

    def waiting(self) -> list[SpoolRequest]:
        """Return what was asked and is not done; a file of another kind is left alone."""
        if not self._folder.is_dir():
            return []
        requests = []
        for path in sorted(self._folder.iterdir()):
            kind, _, identity = path.name.partition("-")
            if kind == _WIPE:
                requests.append(SpoolRequest(id=identity, person_ref=None))
            elif kind == _ERASE:
                text = path.read_text(encoding="ascii", errors="replace")
                requests.append(SpoolRequest(id=identity, person_ref=text.strip()))
        return requests

    def done(self, request: SpoolRequest) -> None:
        """Remove a request that was carried out whole."""
        self._path(request).unlink(missing_ok=True)

    def _path(self, request: SpoolRequest) -> Path:
        kind = _WIPE if request.person_ref is None else _ERASE
        return self._folder / f"{kind}-{request.id}"
