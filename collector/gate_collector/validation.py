"""Reads a centre's configuration and every file it names; tells every fault of it all at once."""

from __future__ import annotations

from pathlib import Path

from gate_agent.config.keyfile import key_faults
from gate_agent.config.load import load_sections, placed
from gate_agent.config.model import MqttSection, SignaturesSection, WebSection
from gate_agent.contract.signed import CENTRE
from gate_agent.errors import ConfigurationError
from gate_agent.host.keys import signature_faults
from gate_agent.host.tls import link_faults, page_faults
from gate_collector.alerts.channels import load_recipients
from gate_collector.config import (
    AlertsSection,
    CollectorConfig,
    CollectorKeysSection,
    CollectorSection,
    load_collector,
)


def sound_collector(path: Path) -> CollectorConfig:
    """Return the configuration in `path`, once every file that the collector will read holds too.

    What only reads the store, and a worker on another machine, goes without most of these files:
    `load_collector` is for them. Raises ConfigurationError with every fault at once.
    """
    broken: tuple[str, ...] = ()
    config: CollectorConfig | None = None
    try:
        config = load_collector(path)
    except ConfigurationError as exc:
        broken = exc.faults
    sections = load_sections(path, CollectorConfig)
    hall = sections.get("collector")
    site = hall.site if isinstance(hall, CollectorSection) else None
    faults: list[str] = []
    for section in sections.values():
        match section:
            case MqttSection():
                faults += link_faults(section)
            case SignaturesSection():
                faults += signature_faults(section, site=site, name=CENTRE)
            case WebSection():
                faults += page_faults(section)
            case CollectorKeysSection():
                faults += key_faults(dict(section))
            case AlertsSection():
                faults += _channel_faults(section)
    if config is not None:
        for name in config.workers:
            faults += [f"{fault} ({name})" for fault in link_faults(config.mqtt_of(name))]
    if config is None or faults:
        raise ConfigurationError([*broken, *placed(path, faults)])
    return config


def _channel_faults(section: AlertsSection) -> list[str]:
    try:
        load_recipients(section.channels_file)
    except ConfigurationError as exc:
        return [f"alerts.channels_file: {fault}" for fault in exc.faults]
    return []
