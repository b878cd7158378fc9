"""What `gate-agent check` looks at: configuration, keys, port names, and whether devices answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gate_agent.app import device_faults, device_sections
from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig, KeysSection, MqttSection
from gate_agent.devices.registry import find_model
from gate_agent.devices.supervisor import port_warning, probe
from gate_agent.errors import ConfigurationError, DeviceError
from gate_agent.store.keys import load_key, load_public_key, unprovisioned

_ANSWER_WITHIN_S = 3.0

Say = Callable[[str], None]


def check_gate(config_file: Path, *, say: Say) -> int:
    """Return 0 if the configuration holds and every device answers, 1 if a device does not.

    Raises ConfigurationError with every fault at once.
    """
    config = load_config(config_file, GateConfig)
    faults = [*device_faults(config), *_policy_faults(config), *_file_faults(config)]
    if faults:
        raise ConfigurationError(faults)
    say(f"{config_file}: sound 配置无误: door {config.gate.id} of {config.gate.site}")
    for name in unprovisioned(config.keys):
        say(f"warning 注意: {name}: expected a key file of the site, got none: one is made here")
    silent = 0
    for name, section in device_sections(config).items():
        if warning := port_warning(section.port):
            say(f"warning 注意: {name}.port: {warning}")
        try:
            answer = asyncio.run(probe(section, _ANSWER_WITHIN_S))
        except DeviceError as exc:
            say(f"{name} ({section.driver}): no answer 无应答: {exc}")
            silent += 1
        else:
            say(f"{name} ({find_model(section.driver).title}): answers 应答: {answer}")
    return 1 if silent else 0


def _policy_faults(config: GateConfig) -> list[str]:
    try:
        load_policy(config.policy.file)
    except ConfigurationError as exc:
        return list(exc.faults)
    return []


def _file_faults(config: GateConfig) -> list[str]:
    """Return the faults of key and certificate files."""
    faults: list[str] = []
    for name in KeysSection.model_fields:
        path: Path | None = getattr(config.keys, name)
        load = load_public_key if "public" in name else load_key
        if path is None:
            continue
        try:
            load(path)
        except ConfigurationError as exc:
            faults += [f"keys.{name}: {fault}" for fault in exc.faults]
    for name in MqttSection.model_fields:
        path = getattr(config.mqtt, name)
        if isinstance(path, Path) and not path.is_file():
            faults.append(f"mqtt.{name}: expected a file, got nothing at {path}")
    return faults
