"""The folder of a provisioned site (开通目录): made once, added to, renewed, revoked.

::

    DIR/site.json            what was issued, for the next run
    DIR/authority/           ca.key, ca.crt, registrations.key: kept off every board
    DIR/broker/              → /etc/mosquitto/gate
    DIR/collector/           → /etc/gate-agent/collector-keys, with a certificate for each worker
    DIR/<gate>/              → /etc/gate-agent/keys

What exists is kept, unless it is renewed: running it again adds what is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from gate_agent.config.keyfile import load_key, load_public_key, make_key, make_pair, public_half
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Name
from gate_agent.contract.moment import format_utc
from gate_agent.errors import ConfigurationError
from gate_agent.host.keys import public_signing_key
from gate_agent.provision import broker, papers, signing
from gate_agent.provision.authority import Authority, IssuedCertificate
from gate_agent.store.seal import key_id

_BROKER = "broker"
_COLLECTOR = "collector"
_AUTHORITY = "authority"
_RESERVED = (_BROKER, _COLLECTOR, _AUTHORITY)
_HOST = re.compile(r"[0-9A-Za-z.:-]{1,253}")


class _Paper(FrozenModel):
    model_config = ConfigDict(extra="forbid")
    serial: str
    until: str
    revoked: bool = False


class _Register(BaseModel):
    """What was issued so far; `site.json`."""

    model_config = ConfigDict(defer_build=True, extra="forbid")
    site: Name
    brokers: list[str]
    gates: list[Name] = []
    workers: list[Name] = []
    issued: dict[str, list[_Paper]] = {}


class Site:
    """One site's folder."""

    def __init__(self, folder: Path, register: _Register, now: datetime) -> None:
        """Use `Site.open`."""
        self._folder = folder
        self._register = register
        self._now = now
        self._told: list[str] = []

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        site: str | None,
        gates: Sequence[str],
        brokers: Sequence[str],
        workers: Sequence[str] = (),
        now: datetime,
    ) -> Site:
        """Return the site of `folder`, with what is named now added to it.

        Raises ConfigurationError with every fault: nothing named the first time, another site.
        """
        known = _read(folder / "site.json")
        faults = [
            f"--gate: expected a door's name (a-z, 0-9, -), not a folder of ours, got {gate!r}"
            for gate in gates
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", gate)
            or gate in _RESERVED
            or gate.startswith("collector-")
        ]
        faults += [
            f"--broker: expected a host name or address, got {host!r}"
            for host in brokers
            if not _HOST.fullmatch(host)
        ]
        faults += [
            f"--worker: expected a worker's name (a-z, 0-9, -), got {worker!r}"
            for worker in workers
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", worker)
        ]
        if known is None:
            wanted = {"--site": site, "--gate": gates, "--broker": brokers}
            faults += [
                f"{name}: expected it at the first run, got nothing"
                for name, value in wanted.items()
                if not value
            ]
        elif site not in (None, known.site):
            faults.append(f"--site: expected {known.site}, whose folder this is, got {site}")
        if faults:
            raise ConfigurationError(faults)
        try:
            register = known or _Register(site=site or "", brokers=list(brokers))
        except ValidationError:
            raise ConfigurationError([f"--site: expected a-z, 0-9 and -, got {site!r}"]) from None
        register.gates = [*register.gates, *(g for g in gates if g not in register.gates)]
        register.workers = list(dict.fromkeys([*register.workers, *workers]))
        opened = cls(folder, register, now)
        opened.reached_as(brokers)
        return opened

    @property
    def gates(self) -> tuple[str, ...]:
        """Every door of the site."""
        return tuple(self._register.gates)

    @property
    def name(self) -> str:
        """The site."""
        return self._register.site

    def reached_as(self, brokers: Sequence[str]) -> None:
        """Let the broker be known by these names too; the first stands in what gates are told."""
        new = [host for host in brokers if host not in self._register.brokers]
        if new:  # its certificate must name them: it is issued again
            self._register.brokers += new
            (self._folder / _BROKER / f"{_BROKER}.crt").unlink(missing_ok=True)
        elif brokers:
            rest = [host for host in self._register.brokers if host not in brokers]
            self._register.brokers = [*brokers, *rest]

    def revoke(self, gate: str) -> None:
        """Strike every certificate of a gate off: its board was stolen. The next run issues anew.

        Raises ConfigurationError for a gate that has none.
        """
        papers_of = self._register.issued.get(gate)
        if not papers_of or gate == _BROKER:
            raise ConfigurationError(
                [f"--revoke: expected a gate or collector-NAME with a certificate, got {gate}"]
            )
        self._register.issued[gate] = [
            paper.model_copy(update={"revoked": True}) for paper in papers_of
        ]
        (self._home(gate) / f"{gate}.crt").unlink(missing_ok=True)
        (self._folder / gate / signing.WARRANT).unlink(missing_ok=True)

    def rotate(self, which: str) -> None:
        """Put a key of the site aside, named by its digest; the next run makes a new one.

        What the old pair sealed is opened with it: it stays with the new one at the centre. An old
        site key names nobody any more: it is kept only to compare. An old `signers` key vouches
        until its file is removed; the next run issues every warrant anew.
        """
        names = {"registrations": "registrations.key", "site": "site.key", "signers": signing.ROOT}
        if which not in names:
            expected = ", ".join(names)
            raise ConfigurationError([f"--rotate: expected one of {expected}, got {which}"])
        home = self._folder / _AUTHORITY
        path = home / names[which]
        key = load_key(path)
        public = public_half(key) if which == "registrations" else key
        if which == "signers":
            public = public_signing_key(key)
            for name in (*self.gates, _COLLECTOR):
                (self._folder / name / signing.WARRANT).unlink(missing_ok=True)
        path.rename(home / f"{path.stem}-{key_id(public)}.key")
        if which == "registrations":
            (home / "collector.pub").unlink()

    def write(self, *, days: int, renew: bool) -> tuple[str, ...]:
        """Make what is missing, and with `renew` every certificate anew; tell what was made."""
        _make_folder(self._folder)
        authority = self._authority(days, renew=renew)
        home = self._folder / _AUTHORITY
        ca = (home / "ca.crt").read_bytes()
        self._keys(home)
        self._told += signing.write_signing(
            home,
            [(name, self._folder / name) for name in (*self.gates, _COLLECTOR)],
            site=self.name,
            now=self._now,
            renew=renew,
            put=self._put,
        )
        site, url = self.name, papers.broker_url(self._register.brokers[0])
        workers = [f"{_COLLECTOR}-{worker}" for worker in self._register.workers]
        for name in (_BROKER, _COLLECTOR, *workers, *self.gates):
            folder = self._home(name)
            _make_folder(folder)
            self._put(folder / "ca.crt", ca)
            if renew or not (folder / f"{name}.crt").exists():
                self._issue(authority, name, days)
        for name in self.gates:
            snippet = papers.gate_sections(site, name, url)
            self._put(self._folder / name / f"{name}.toml", snippet.encode())
        sections = papers.collector_sections(site, url)
        self._put(self._folder / _COLLECTOR / "collector.toml", sections.encode())
        self._broker_files(authority)
        text = papers.instructions(site, self.gates)
        self._put(self._folder / "INSTALL.txt", text.encode())
        self._put(
            self._folder / "site.json", self._register.model_dump_json(indent=1).encode() + b"\n"
        )
        return tuple(self._told)

    def _authority(self, days: int, *, renew: bool) -> Authority:
        home = self._folder / _AUTHORITY
        _make_folder(home)
        certificate, key = home / "ca.crt", home / "ca.key"
        if not key.exists():
            self._keep(home, "ca", Authority.make(self.name, self._now))
        try:
            authority = Authority(certificate.read_bytes(), key.read_bytes())
        except (OSError, ValueError) as exc:
            raise ConfigurationError([f"{home}: expected ca.crt and ca.key, got: {exc}"]) from exc
        if renew and authority.until < self._now + timedelta(days=2 * days):
            self._keep(home, "ca", authority.renewed(self._now))
            authority = Authority(certificate.read_bytes(), key.read_bytes())
        return authority

    def _keys(self, home: Path) -> None:
        """Make the site's key and the collector's pair once, and hand each where it belongs."""
        site_key, private, public = (
            home / name for name in ("site.key", "registrations.key", "collector.pub")
        )
        if not site_key.exists():
            make_key(site_key)
            self._told.append(str(site_key))
        if not private.exists():
            make_pair(private, public)
            self._told.append(str(private))
        load_key(site_key)
        load_public_key(public)
        for gate in self.gates:
            _make_folder(self._folder / gate)
            self._put(self._folder / gate / "site.key", site_key.read_bytes())
            self._put(self._folder / gate / "collector.pub", public.read_bytes())
        _make_folder(self._folder / _COLLECTOR)
        self._put(self._folder / _COLLECTOR / "site.key", site_key.read_bytes())
        for pair in home.glob("registrations*.key"):  # those before it open what they sealed
            self._put(self._folder / _COLLECTOR / pair.name, pair.read_bytes())

    def _issue(self, authority: Authority, name: str, days: int) -> None:
        if name == _BROKER:
            issued = authority.server(self._register.brokers, self._now, days)
        else:
            ours, _, worker = name.partition("-")
            known_as = broker.collector_name(self.name, worker) if ours == _COLLECTOR else name
            issued = authority.client(known_as, self._now, days)
        self._keep(self._home(name), name, issued)
        paper = _Paper(serial=f"{issued.serial:x}", until=format_utc(issued.until))
        self._register.issued.setdefault(name, []).append(paper)

    def _home(self, name: str) -> Path:
        """Return the folder of whose certificate it is: a worker's lies beside the collector's."""
        return self._folder / (_COLLECTOR if name.startswith(f"{_COLLECTOR}-") else name)

    def _keep(self, folder: Path, name: str, issued: IssuedCertificate) -> None:
        _write(folder / f"{name}.key", issued.key)
        _write(folder / f"{name}.crt", issued.certificate)
        self._told.append(f"{folder / name}.crt until {issued.until:%Y-%m-%d}")

    def _broker_files(self, authority: Authority) -> None:
        folder = self._folder / _BROKER
        revoked = [
            int(paper.serial, 16)
            for kept in self._register.issued.values()
            for paper in kept
            if paper.revoked
        ]
        self._put(folder / "gate.acl", broker.rules(self.name, self._register.workers).encode())
        self._put(folder / "gate.conf", broker.configuration().encode())
        self._put(folder / "unit.conf", broker.unit_drop_in().encode())
        self._put(folder / "revoked.crl", authority.revocations(revoked, self._now))

    def _put(self, path: Path, content: bytes) -> None:
        """Write a file unless it is so already."""
        if not path.exists() or path.read_bytes() != content:
            _write(path, content)


def _read(path: Path) -> _Register | None:
    try:
        return _Register.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as exc:
        raise ConfigurationError(
            [f"{path}: expected what an earlier run wrote, got: {type(exc).__name__}"]
        ) from exc


def _make_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or as it was."""
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        os.fchmod(descriptor, 0o600)
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    draft.replace(path)
