"""The collector's configuration: one TOML file; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from gate_agent.config.addresses import BaseUrl, is_loopback
from gate_agent.config.load import (
    load_config,
    load_sections,
    missing_files,
    placed,
    policy_faults,
)
from gate_agent.config.model import (
    MqttSection,
    PolicySection,
    Section,
    SignaturesSection,
    WebSection,
    ZoneName,
)
from gate_agent.contract.messages import Name
from gate_agent.errors import ConfigurationError
from gate_agent.words import word


class CollectorSection(Section):
    """Which hall this collects for."""

    site: Name = Field(description="the hall, as in the gates' configuration")
    timezone: ZoneName = Field("Asia/Shanghai", description="IANA name, for the day")
    doors: tuple[Name, ...] = Field(
        (), description="the hall's doors; whoever else speaks is a stranger. Anybody if empty"
    )
    name: str = Field(
        word("hall.name"), min_length=1, max_length=60, description="the hall, on the daily report"
    )
    unit: str = Field(
        word("hall.unit"),
        min_length=1,
        max_length=60,
        description="who signs the daily report 单位",
    )


_NAME_FILES = "mqtt", "policy", "signatures"  # sections that name files which must be there


class StoreSection(Section):
    """Where events are kept."""

    url: str = Field(
        pattern=r"^(sqlite:///.+|postgresql\+psycopg://.+)$",
        description="sqlite:///FILE or postgresql+psycopg://user@host/database",
    )


class IngestSection(Section):
    """Who takes the events."""

    workers: int = Field(
        0,
        ge=0,
        le=64,
        description="processes that share the events (PostgreSQL only); 0: the collector itself",
    )


class RetentionSection(Section):
    """How long personal data stays at the centre (保存期限)."""

    registration_days: int = Field(
        30, ge=1, le=365, description="sealed registrations; their place in the chain stays"
    )


class CollectorKeysSection(Section):
    """Key files, mode 0600."""

    site_key_file: Path | None = Field(
        None,
        description="32 bytes in hex, the gates' own: rosters and appointments are hashed with it, "
        "and one person's registrations are found by the card number",
    )
    registrations_key_file: Path | None = Field(
        None, description="32 bytes in hex, the collector's private key: opens what doors sealed"
    )


class AlertsSection(Section):
    """Who is told of what is urgent."""

    channels_file: Path | None = Field(
        None, description="TOML of mode 0600: [[person]] name, urls (Apprise); nobody if absent"
    )
    base_url: BaseUrl | None = Field(
        None,
        description="how a telephone reaches this server; the web section's address by default",
    )


class CollectorConfig(Section):
    """The whole file."""

    collector: CollectorSection
    mqtt: MqttSection
    store: StoreSection
    ingest: IngestSection = IngestSection()
    web: WebSection = WebSection(port=8090)
    policy: PolicySection = PolicySection()
    retention: RetentionSection = RetentionSection()
    keys: CollectorKeysSection = CollectorKeysSection()
    alerts: AlertsSection = AlertsSection()
    signatures: SignaturesSection = SignaturesSection()

    @property
    def workers(self) -> list[str]:
        """The names of the workers beside the collector."""
        return [f"w{number}" for number in range(1, self.ingest.workers + 1)]

    def mqtt_of(self, worker: str) -> MqttSection:
        """Return how a worker reaches the broker: `collector.crt` is `collector-w1.crt` for w1."""
        own, section = {}, self.mqtt
        for name, file in (("cert_file", section.cert_file), ("key_file", section.key_file)):
            own[name] = file and file.with_stem(f"{file.stem}-{worker}")
        return section.model_copy(update=own)

    def faults_of(self, worker: str) -> list[str]:
        """Return what keeps a worker from its work."""
        if self.store.url.startswith("sqlite"):
            return ["store.url: expected PostgreSQL for workers, got SQLite, which has one writer"]
        own = self.mqtt_of(worker).model_copy(update={"ca_file": None})
        return [f"mqtt.{fault}" for fault in missing_files(own)]

    @property
    def link_faults(self) -> list[str]:
        """What keeps the links in alerts from leading here."""
        links = self.alerts.base_url or self.web.base_url
        if links is not None or self.alerts.channels_file is None or not self.web.is_everywhere:
            return []
        expected = "how a telephone reaches this server, which listens at every address"
        return [f"alerts.base_url: expected {expected}, got none"]

    @property
    def link_warnings(self) -> list[str]:
        """What links in alerts lead to that is not here, for who has a telephone."""
        links = self.alerts.base_url or self.web.url
        if self.alerts.channels_file is None or not is_loopback(urlsplit(links).hostname or ""):
            return []
        return [f"alerts.base_url: expected how a telephone reaches this server, got {links}"]


def load_collector(path: Path) -> CollectorConfig:
    """Return the configuration in `path`, once the files it names are there too.

    Raises ConfigurationError with every fault at once.
    """
    broken: tuple[str, ...] = ()
    faults: list[str] = []
    config: CollectorConfig | None = None
    try:
        config = load_config(path, CollectorConfig)
        sections: Mapping[str, BaseModel] = {name: getattr(config, name) for name in _NAME_FILES}
        workers = [fault for name in config.workers for fault in config.faults_of(name)]
        faults += [*dict.fromkeys(workers), *config.link_faults]
    except ConfigurationError as exc:
        broken = exc.faults
        sections = load_sections(path, CollectorConfig)
    for name, section in sections.items():
        match section:
            case MqttSection() | SignaturesSection():
                faults += [f"{name}.{fault}" for fault in missing_files(section)]
            case PolicySection():
                faults += policy_faults(section.file)
    if config is None or faults:
        raise ConfigurationError([*broken, *placed(path, faults)])
    store = store_in(path.absolute().parent, config.store)
    return config.model_copy(update={"store": store})


def store_in(folder: Path, store: StoreSection) -> StoreSection:
    """Return a store whose relative path, of SQLite, is taken from `folder`."""
    return StoreSection(url=_rooted(store.url, folder))


def _rooted(url: str, folder: Path) -> str:
    """Return a SQLite address whose relative path is taken from `folder`; any other as it is."""
    scheme = "sqlite:///"
    return f"{scheme}{folder / url.removeprefix(scheme)}" if url.startswith(scheme) else url
