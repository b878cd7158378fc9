"""The folder of a provisioned site (开通目录): made once, added to, renewed, revoked.

::

    DIR/site.json            what was issued, for the next run
    DIR/authority/           ca.key, ca.crt, registrations.key: kept off every board
    DIR/broker/              → /etc/mosquitto/gate; a site's own lines in it are kept
    DIR/collector/           → /etc/gate-agent/collector-keys, with a certificate for each worker
    DIR/<gate>/              → /etc/gate-agent/keys
    DIR/reader-<name>/       → who may read events; DIR/display-<name>/: states alone
    DIR/<name>.bundle        one of these folders in one file, for `gate-agent keys install`

What exists is kept, unless it is renewed: running it again adds what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from gate_agent.config.keyfile import load_key, load_public_key, make_key, make_pair, public_half
from gate_agent.contract.moment import format_utc
from gate_agent.errors import ConfigurationError
from gate_agent.host.keys import public_signing_key
from gate_agent.provision import broker, papers, signing
from gate_agent.provision.authority import Authority, IssuedCertificate
from gate_agent.provision.bundle import SUFFIX, Bundle, BundleKind, files_in
from gate_agent.provision.own_lines import merged_rules, merged_settings
from gate_agent.provision.register import (
    AUTHORITY,
    BROKER,
    COLLECTOR,
    Paper,
    SiteRegister,
    name_faults,
    read_register,
)
from gate_agent.store.seal import key_id


class Site:
    """One site's folder."""

    def __init__(self, folder: Path, register: SiteRegister, now: datetime) -> None:
        """Use `Site.open`."""
        self._folder = folder
        self._register = register
        self._now = now
        self._bundles: list[str] = []
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
        readers: Sequence[str] = (),
        displays: Sequence[str] = (),
        now: datetime,
    ) -> Site:
        """Return the site of `folder`, with what is named now added to it.

        Raises ConfigurationError with every fault: nothing named the first time, another site.
        """
        known = read_register(folder / "site.json")
        faults = name_faults(
            gates=gates, brokers=brokers, workers=workers, readers=readers, displays=displays
        )
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
            register = known or SiteRegister(site=site or "", brokers=list(brokers))
        except ValidationError:
            raise ConfigurationError([f"--site: expected a-z, 0-9 and -, got {site!r}"]) from None
        register.gates = list(dict.fromkeys([*register.gates, *gates]))
        register.workers = list(dict.fromkeys([*register.workers, *workers]))
        register.readers = list(dict.fromkeys([*register.readers, *readers]))
        register.displays = list(dict.fromkeys([*register.displays, *displays]))
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
            (self._folder / BROKER / f"{BROKER}.crt").unlink(missing_ok=True)
        elif brokers:
            rest = [host for host in self._register.brokers if host not in brokers]
            self._register.brokers = [*brokers, *rest]

    def revoke(self, name: str) -> None:
        """Strike every certificate of a name off: its board was stolen. The next run issues anew.

        A reader or a display is forgotten with it. Raises ConfigurationError for a name that has
        none.
        """
        papers_of = self._register.issued.get(name)
        if not papers_of or name == BROKER:
            known = ", ".join(sorted(set(self._register.issued) - {BROKER})) or "none yet"
            raise ConfigurationError(
                [f"--revoke: expected a name with a certificate ({known}), got {name}"]
            )
        self._register.issued[name] = [
            paper.model_copy(update={"revoked": True}) for paper in papers_of
        ]
        if self._register.drop_listener(name):
            (self._folder / f"{name}{SUFFIX}").unlink(missing_ok=True)
            shutil.rmtree(self._folder / name, ignore_errors=True)
            return
        (self._home(name) / f"{name}.crt").unlink(missing_ok=True)
        (self._folder / name / signing.WARRANT).unlink(missing_ok=True)

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
        home = self._folder / AUTHORITY
        path = home / names[which]
        key = load_key(path)
        public = public_half(key) if which == "registrations" else key
        if which == "signers":
            public = public_signing_key(key)
            for name in (*self.gates, COLLECTOR):
                (self._folder / name / signing.WARRANT).unlink(missing_ok=True)
        path.rename(home / f"{path.stem}-{key_id(public)}.key")
        if which == "registrations":
            (home / "collector.pub").unlink()

    def bundle(self, name: str) -> None:
        """Let `write` put all that belongs to a name into one file, now and at every later run.

        Raises ConfigurationError for a name that has no folder of its own.
        """
        names = (*self.gates, COLLECTOR, *self._register.listeners)
        if name not in names:
            raise ConfigurationError([f"--bundle: expected one of {', '.join(names)}, got {name}"])
        self._bundles.append(name)

    def write(self, *, days: int, renew: bool) -> tuple[str, ...]:
        """Make what is missing, and with `renew` every certificate anew; tell what was made."""
        _make_folder(self._folder)
        authority = self._authority(days, renew=renew)
        home = self._folder / AUTHORITY
        ca = (home / "ca.crt").read_bytes()
        self._keys(home)
        self._told += signing.write_signing(
            home,
            [(name, self._folder / name) for name in (*self.gates, COLLECTOR)],
            site=self.name,
            now=self._now,
            renew=renew,
            put=self._put,
        )
        listeners = self._register.listeners
        workers = [f"{COLLECTOR}-{worker}" for worker in self._register.workers]
        for name in (BROKER, COLLECTOR, *workers, *listeners, *self.gates):
            folder = self._home(name)
            _make_folder(folder)
            self._put(folder / "ca.crt", ca)
            if renew or not (folder / f"{name}.crt").exists():
                self._issue(authority, name, days)
        for name in self.gates:
            snippet = papers.gate_sections(self.name, name, self._url)
            self._put(self._folder / name / f"{name}.toml", snippet.encode())
        sections = papers.collector_sections(self.name, self._url)
        self._put(self._folder / COLLECTOR / "collector.toml", sections.encode())
        self._broker_files(authority)
        text = papers.instructions(self.name, self.gates, listeners)
        self._put(self._folder / "INSTALL.txt", text.encode())
        self._bundle_up()
        self._put(
            self._folder / "site.json", self._register.model_dump_json(indent=1).encode() + b"\n"
        )
        return tuple(self._told)

    @property
    def _url(self) -> str:
        return papers.broker_url(self._register.brokers[0])

    def _authority(self, days: int, *, renew: bool) -> Authority:
        home = self._folder / AUTHORITY
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
        _make_folder(self._folder / COLLECTOR)
        self._put(self._folder / COLLECTOR / "site.key", site_key.read_bytes())
        for pair in home.glob("registrations*.key"):  # those before it open what they sealed
            self._put(self._folder / COLLECTOR / pair.name, pair.read_bytes())

    def _issue(self, authority: Authority, name: str, days: int) -> None:
        if name == BROKER:
            issued = authority.server(self._register.brokers, self._now, days)
        else:
            issued = authority.client(self._known_as(name), self._now, days)
        self._keep(self._home(name), name, issued)
        paper = Paper(serial=f"{issued.serial:x}", until=format_utc(issued.until))
        self._register.issued.setdefault(name, []).append(paper)

    def _known_as(self, name: str) -> str:
        """Return the name in the certificate of whom the site's folder calls `name`."""
        ours, _, worker = name.partition("-")
        return broker.collector_name(self.name, worker) if ours == COLLECTOR else name

    def _home(self, name: str) -> Path:
        """Return the folder of whose certificate it is: a worker's lies beside the collector's."""
        return self._folder / (COLLECTOR if name.startswith(f"{COLLECTOR}-") else name)

    def _keep(self, folder: Path, name: str, issued: IssuedCertificate) -> None:
        _write(folder / f"{name}.key", issued.key)
        _write(folder / f"{name}.crt", issued.certificate)
        self._told.append(f"{folder / name}.crt until {issued.until:%Y-%m-%d}")

    def _broker_files(self, authority: Authority) -> None:
        folder, register = self._folder / BROKER, self._register
        made = {
            "gate.acl": broker.rules(self.name, register.workers, register.listeners),
            "gate.conf": broker.configuration(),
            "unit.conf": broker.unit_drop_in(),
        }
        for name, text in made.items():
            merge = merged_rules if name == "gate.acl" else merged_settings
            lines, there = text.splitlines(), folder / name
            now = there.read_text(encoding="utf-8").splitlines() if there.exists() else []
            merged = merge(now or lines, register.written.get(name), lines)
            self._put(there, merged.text.encode())
            register.written[name] = lines
            if merged.own:
                kept = "\n  ".join(merged.own)
                self._told.append(f"{there}: {len(merged.own)} lines of the site's own\n  {kept}")
        self._put(folder / "revoked.crl", authority.revocations(register.revoked, self._now))

    def _bundle_up(self) -> None:
        """Write the bundles that are asked for, and those that are there already, as it is now."""
        there = [path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}")]
        names = (*self.gates, COLLECTOR, *self._register.listeners)
        for name in dict.fromkeys([*self._bundles, *(one for one in there if one in names)]):
            kind = BundleKind.LISTENER if name in self._register.listeners else BundleKind.DOOR
            path = self._folder / f"{name}{SUFFIX}"
            bundle = Bundle(
                kind=BundleKind.COLLECTOR if name == COLLECTOR else kind,
                site=self.name,
                name=name,
                known_as=self._known_as(name),
                broker=self._url,
                made=format_utc(self._now),
                files=files_in(self._folder / name),
            )
            self._put(path, bundle.encode())
            if name in self._bundles:
                self._told.append(f"{path}: gate-agent keys install {path.name}")

    def _put(self, path: Path, content: bytes) -> None:
        """Write a file unless it is so already."""
        if not path.exists() or path.read_bytes() != content:
            _write(path, content)


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
