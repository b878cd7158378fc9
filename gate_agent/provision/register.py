"""What a site issued so far (登记簿), `site.json`: whom the broker knows, and by which papers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Name
from gate_agent.errors import ConfigurationError

BROKER, COLLECTOR, AUTHORITY = "broker", "collector", "authority"
READER, DISPLAY = "reader", "display"  # who only listens: reader-NAME, display-NAME
_RESERVED = (BROKER, COLLECTOR, AUTHORITY)
_PREFIXES = tuple(f"{kind}-" for kind in (COLLECTOR, READER, DISPLAY))
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_HOST = re.compile(r"[0-9A-Za-z.:-]{1,253}")


class Paper(FrozenModel):
    """One certificate that was issued."""

    model_config = ConfigDict(extra="forbid")
    serial: str
    until: str
    revoked: bool = False


class SiteRegister(BaseModel):
    """The file."""

    model_config = ConfigDict(defer_build=True, extra="forbid")
    site: Name
    brokers: list[str]
    gates: list[Name] = []
    workers: list[Name] = []
    readers: list[Name] = []
    displays: list[Name] = []
    issued: dict[str, list[Paper]] = {}
    written: dict[str, list[str]] = {}  # broker files as we made them: the rest is the site's own

    @property
    def listeners(self) -> list[str]:
        """Who only listens, by the names in their certificates."""
        readers = [f"{READER}-{name}" for name in self.readers]
        return [*readers, *(f"{DISPLAY}-{name}" for name in self.displays)]

    @property
    def revoked(self) -> list[int]:
        """The serial numbers of what must not be let in."""
        papers = [paper for kept in self.issued.values() for paper in kept]
        return [int(paper.serial, 16) for paper in papers if paper.revoked]

    def drop_listener(self, name: str) -> bool:
        """Forget a reader or a display; whether it was one."""
        kind, _, own = name.partition("-")
        known = {READER: self.readers, DISPLAY: self.displays}.get(kind, [])
        if own not in known:
            return False
        known.remove(own)
        return True


def read_register(path: Path) -> SiteRegister | None:
    """Return what an earlier run wrote; None where none did. Raises ConfigurationError."""
    try:
        return SiteRegister.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as exc:
        raise ConfigurationError(
            [f"{path}: expected what an earlier run wrote, got: {type(exc).__name__}"]
        ) from exc


def name_faults(
    *,
    gates: Iterable[str],
    brokers: Iterable[str],
    workers: Iterable[str],
    readers: Iterable[str],
    displays: Iterable[str],
) -> list[str]:
    """Return what is wrong with the names that a run is given."""
    faults = [
        f"--gate: expected a door's name (a-z, 0-9, -), not a folder of ours, got {gate!r}"
        for gate in gates
        if not _NAME.fullmatch(gate) or gate in _RESERVED or gate.startswith(_PREFIXES)
    ]
    faults += [
        f"--broker: expected a host name or address, got {host!r}"
        for host in brokers
        if not _HOST.fullmatch(host)
    ]
    for option, names in (("worker", workers), (READER, readers), (DISPLAY, displays)):
        faults += [
            f"--{option}: expected a {option}'s name (a-z, 0-9, -), got {name!r}"
            for name in names
            if not _NAME.fullmatch(name)
        ]
    return faults
