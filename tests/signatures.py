"""Who signs what, in a test's own site: keys made by the provisioning's own code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gate_agent.config.model import SignaturesSection, Unsigned
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import Clock, SystemClock
from gate_agent.host.keys import KnownInFile, Signatures
from gate_agent.host.stamps import StampCounter
from gate_agent.provision.signing import KEY, ROOTS, WARRANT, write_signing

SITE = "hall-01"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class SigningSite:
    """A folder for each who signs, and the key that vouches for them."""

    def __init__(self, folder: Path, *names: str, now: datetime = NOW) -> None:
        self.folder, self._names = folder, names
        self.clock: Clock = SystemClock()
        for name in ("authority", *names):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.write(now)

    def write(self, now: datetime, *, renew: bool = False) -> None:
        """Make what is missing, or all anew."""
        write_signing(
            self.folder / "authority",
            [(name, self.folder / name) for name in self._names],
            site=SITE,
            now=now,
            renew=renew,
            put=_put,
        )

    def of(self, name: str, unsigned: Unsigned = Unsigned.UNTIL_SIGNED) -> Signatures:
        """Return what one of them signs, and whom it believes, begun anew."""
        home = self.folder / name
        section = SignaturesSection(
            key_file=home / KEY,
            warrant_file=home / WARRANT,
            roots_file=home / ROOTS,
            unsigned=unsigned,
        )
        known = KnownInFile(home / "signers.json")
        stamps = None if name == CENTRE else StampCounter(home / "said", self.clock)
        return Signatures(section, site=SITE, name=name, known=known, stamps=stamps)


def unsigned(name: str, folder: Path) -> Signatures:
    """Return one who has no key, and knows nobody's."""
    known = KnownInFile(folder / "signers.json")
    return Signatures(SignaturesSection(), site=SITE, name=name, known=known)


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
