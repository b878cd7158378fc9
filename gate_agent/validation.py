"""Reads a gate's configuration and everything it names; tells every fault of it all at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gate_agent.config.faults import fault, own_faults
from gate_agent.config.keyfile import key_faults
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
    GateSection,
    JournalSection,
    KeysSection,
    MqttSection,
    PolicySection,
    SignaturesSection,
    WebSection,
)
from gate_agent.devices.registry import DriverUnusableError, find_model
from gate_agent.driver_api import DeviceKind, Model, OptionsFault
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.host.keys import signature_faults
from gate_agent.host.tls import link_faults, page_faults
from gate_agent.store.keys import found_keys
from gate_agent.store.staff import StaffBook

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

READ_AT_EXITS = (DeviceKind.EXIT, DeviceKind.ID_READER, DeviceKind.BADGE, DeviceKind.SCANNER)
"""What may stand at an exit: whatever sees who goes."""
Sections = Mapping[str, BaseModel]


def sound_config(path: Path, *, all_files: bool = False) -> GateConfig:
    """Return the configuration in `path`, once drivers, options, and the files it names hold too.

    A door measures without the centre and without a sign-on: what is wrong in the link's
    certificates or in the staff's accounts counts where `all_files` are asked for.

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
    gate, journal = sections.get("gate"), sections.get("journal")
    beside = journal.path.parent if isinstance(journal, JournalSection) else None
    for name, section in sections.items():
        match section:
            case DeviceSection():
                faults += device_faults(name, section, all_files=all_files)
            case PolicySection():
                faults += policy_faults(section.file)
            case KeysSection():
                faults += key_faults(found_keys(section, beside))
            case WebSection():
                faults += page_faults(section)
            case MqttSection():
                faults += [f"{name}.{fault}" for fault in missing_files(section)]
                faults += link_faults(section) if all_files else []
            case SignaturesSection():
                faults += [f"{name}.{fault}" for fault in missing_files(section)]
                if isinstance(gate, GateSection):
                    faults += signature_faults(section, site=gate.site, name=gate.id)
            case JournalSection() if all_files:
                faults += _staff_faults(section)
    if config is None or faults:
        raise ConfigurationError([*broken, *placed(path, faults)])
    return config


def _staff_faults(section: JournalSection) -> list[str]:
    try:
        StaffBook(section.path).accounts()
    except StorageError as exc:
        return [f"journal.path: {exc}"]
    return []


def device_sections(config: GateConfig) -> dict[str, DeviceSection]:
    """Return the configured devices by their names."""
    return {
        name: section
        for name in GateConfig.model_fields
        if isinstance(section := getattr(config, name), DeviceSection)
    }


def device_faults(name: str, section: DeviceSection, *, all_files: bool = True) -> list[str]:
    """Return what is wrong with a device's driver and options, each with its path.

    A driver that is installed and cannot be used is a fault where `all_files` are asked for; a
    door starts without it, and says so.
    """
    try:
        model = find_model(section.driver)
    except DriverUnusableError as exc:
        return [f"{name}.driver: {fault}" for fault in exc.faults] if all_files else []
    except ConfigurationError as exc:
        return [f"{name}.driver: {fault}" for fault in exc.faults]
    faults = []
    kinds = READ_AT_EXITS if name == DeviceKind.EXIT else (DeviceKind(name),)
    if not set(kinds) & set(model.kinds):
        faults.append(
            f"{name}.driver: expected the driver of this kind of device, got {model.kind}"
        )
    return [*faults, *_option_faults(name, section, model)]


def _option_faults(name: str, section: DeviceSection, model: Model) -> list[str]:
    where = f"{name}.options"
    try:
        options = model.parse_options(section.options)
    except OptionsFault as exc:
        return [_below(where, one, model) for one in own_faults(exc.error.errors())]
    misfit = options.misfit(DeviceKind(name))
    return [] if misfit is None else [f"{where}: {misfit}"]


def _below(where: str, error: ErrorDetails, model: Model) -> str:
    """Return a fault of a driver's options with their path in the file."""
    text = fault(error, model.options)
    return f"{where}: {text.removeprefix('file: ')}" if not error["loc"] else f"{where}.{text}"
