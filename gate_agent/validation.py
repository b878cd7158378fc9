"""Reads a gate's configuration and everything it names; tells every fault of it all at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from gate_agent.config.faults import nearest
from gate_agent.config.keyfile import load_key, load_public_key
from gate_agent.config.load import (
    load_config,
    load_sections,
    missing_files,
    placed,
    policy_faults,
)
from gate_agent.config.model import (
    DeviceSection,
    GateConfig,
    KeysSection,
    MqttSection,
    PolicySection,
    SignaturesSection,
)
from gate_agent.devices.registry import find_model
from gate_agent.errors import ConfigurationError

Sections = Mapping[str, BaseModel]


def sound_config(path: Path) -> GateConfig:
    """Return the configuration in `path`, once drivers, options, policy and key files hold too.

    Raises ConfigurationError with every fault of every section, also where another is broken.
    """
    broken: tuple[str, ...] = ()
    faults: list[str] = []
    config: GateConfig | None = None
    try:
        config = load_config(path, GateConfig)
        sections: Sections = {name: getattr(config, name) for name in GateConfig.model_fields}
    except ConfigurationError as exc:
        sections = load_sections(path, GateConfig)
        broken = exc.faults
    for name, section in sections.items():
        match section:
            case DeviceSection():
                faults += device_faults(name, section)
            case PolicySection():
                faults += policy_faults(section.file)
            case KeysSection():
                faults += _key_faults(section)
            case MqttSection() | SignaturesSection():
                faults += [f"{name}.{fault}" for fault in missing_files(section)]
    if config is None or faults:
        raise ConfigurationError([*broken, *placed(path, faults)])
    return config


def device_sections(config: GateConfig) -> dict[str, DeviceSection]:
    """Return the configured devices by their names."""
    return {
        name: section
        for name in GateConfig.model_fields
        if isinstance(section := getattr(config, name), DeviceSection)
    }


def device_faults(name: str, section: DeviceSection) -> list[str]:
    """Return what is wrong with a device's driver and options, each with its path."""
    try:
        model = find_model(section.driver)
    except ConfigurationError as exc:
        return [f"{name}.driver: {fault}" for fault in exc.faults]
    faults = []
    if model.kind != name:
        faults.append(
            f"{name}.driver: expected the driver of this kind of device, got {model.kind}"
        )
    return [
        *faults,
        *(
            f"{name}.options.{option}: expected a known option: "
            f"{nearest(option, model.options)}, got this one"
            for option in sorted(set(section.options) - set(model.options))
        ),
    ]


def _key_faults(section: KeysSection) -> list[str]:
    faults: list[str] = []
    for name in KeysSection.model_fields:
        path: Path | None = getattr(section, name)
        load = load_public_key if "public" in name else load_key
        if path is None:
            continue
        try:
            load(path)
        except ConfigurationError as exc:
            faults += [f"keys.{name}: {fault}" for fault in exc.faults]
    return faults
