"""Reads a bureau's configuration and its halls'; refuses two halls that would be one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gate_agent.config.addresses import is_loopback
from gate_agent.config.keyfile import load_key
from gate_agent.config.load import placed
from gate_agent.errors import ConfigurationError
from gate_agent.host.tls import page_faults
from gate_collector.bureau.config import BureauConfig, load_bureau
from gate_collector.config import CollectorConfig
from gate_collector.validation import sound_collector

_KEYS = ("site_key_file", "registrations_key_file")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """One hall of a bureau: its file, and what it says."""

    path: Path
    config: CollectorConfig

    @property
    def site(self) -> str:
        """The hall's id."""
        return self.config.collector.site

    @property
    def names(self) -> frozenset[str]:
        """The names by which browsers and telephones reach it."""
        return _names(self.config.web.base_url, self.config.alerts.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """A bureau with its halls, all sound."""

    config: BureauConfig
    sites: tuple[SiteFile, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names by which browsers reach the bureau's own pages."""
        return _names(self.config.web.base_url)


def sound_bureau(path: Path) -> Bureau:
    """Return a bureau whose every file holds. Raises ConfigurationError with every fault."""
    config = load_bureau(path)
    faults = placed(path, [*page_faults(config.web), *_unreachable(config.web.base_url)])
    if not config.web.sign_on:
        faults += placed(path, ["web.sign_on: expected true: people of many halls meet here"])
    sites = []
    for file in config.bureau.sites:
        try:
            one = SiteFile(path=file, config=sound_collector(file))
        except ConfigurationError as exc:
            faults += exc.faults
            continue
        sites.append(one)
        own = _unreachable(one.config.web.base_url)
        if not one.config.web.sign_on:
            own.append("web.sign_on: expected true for a hall of a bureau, got false")
        faults += placed(file, own)
    bureau = Bureau(config=config, sites=tuple(sites))
    faults += placed(path, [f"bureau.sites: {fault}" for fault in _shared(bureau)])
    if faults:
        raise ConfigurationError(faults)
    return bureau


def _names(*urls: str | None) -> frozenset[str]:
    hosts = (urlsplit(url).hostname or "" for url in urls if url is not None)
    return frozenset(host.lower() for host in hosts if host and not is_loopback(host))


def _unreachable(base_url: str | None) -> list[str]:
    if _names(base_url):
        return []
    expected = "expected the name by which browsers reach these pages, unlike every other hall's"
    return [f"web.base_url: {expected}, got {base_url or 'none'}"]


def _shared(bureau: Bureau) -> Iterator[str]:
    """Yield what two of them share, and must not; a key is never told."""
    ours = "the bureau"
    own: dict[str, list[tuple[str, list[str]]]] = {
        "a site": [], "a name": [(ours, [bureau.config.bureau.name])],
        "a store": [(ours, [bureau.config.store.url])],
        "an address": [(ours, sorted(bureau.names))], "a key": [],
    }  # fmt: skip
    for one in bureau.sites:
        config, file = one.config, str(one.path)
        own["a site"].append((file, [one.site]))
        own["a name"].append((file, [config.collector.name]))
        own["a store"].append((file, [config.store.url]))
        own["an address"].append((file, sorted(one.names)))
        own["a key"].append((file, [key.hex() for key in _keys(config)]))
    for what, values in own.items():
        yield from _twice(what, values, is_told=what != "a key")


def _twice(what: str, values: list[tuple[str, list[str]]], *, is_told: bool) -> Iterator[str]:
    holders = defaultdict[str, list[str]](list)
    for holder, each in values:
        for value in dict.fromkeys(each):
            holders[value].append(holder)
    for value, who in holders.items():
        if len(who) > 1:
            got = f"{value!r} in" if is_told else "the same in"
            yield f"expected {what} of its own for each, got {got} {', '.join(who)}"


def _keys(config: CollectorConfig) -> list[bytes]:
    files = [getattr(config.keys, name) for name in _KEYS]
    files.append(config.signatures.key_file)
    return [load_key(file) for file in files if file is not None]
