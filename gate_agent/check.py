"""What `gate-agent check` looks at: configuration, keys, port names, and whether devices answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gate_agent.config.load import load_policy_file
from gate_agent.devices.registry import find_model
from gate_agent.devices.supervisor import port_warning, probe
from gate_agent.errors import DeviceError
from gate_agent.host import tls
from gate_agent.host.clock import SystemClock
from gate_agent.host.kernel_clock import ask_kernel
from gate_agent.host.support import rtc_apart_s
from gate_agent.store.keys import unprovisioned
from gate_agent.validation import device_sections, sound_config
from gate_agent.words import both

_ANSWER_WITHIN_S = 3.0

Say = Callable[[str], None]


def check_gate(config_file: Path, *, say: Say) -> int:
    """Return 0 if the configuration holds and every device answers, 1 if a device does not.

    Raises ConfigurationError with every fault at once.
    """
    config, warning = sound_config(config_file, all_files=True), both("terminal.warning")
    say(f"{config_file}: {both('terminal.sound')}: door {config.gate.id} of {config.gate.site}")
    for name in unprovisioned(config.keys):
        say(f"{warning}: {name}: expected a key file of the site, got none: one is made here")
    for warning in tls.warnings(config.mqtt, config.gate.id, SystemClock().now().utc):
        say(f"{warning}: mqtt.{warning}")
    for warning in load_policy_file(config.policy.file).warnings:
        say(f"{both('terminal.warning')}: policy.file: {warning}")
    say(_clock(SystemClock().now().utc))
    silent = 0
    for name, section in device_sections(config).items():
        if fault := port_warning(section.port):
            say(f"{warning}: {name}.port: {fault}")
        try:
            answer = asyncio.run(probe(section, _ANSWER_WITHIN_S))
        except DeviceError as exc:
            say(f"{name} ({section.driver}): {both('terminal.no_answer')}: {exc}")
            silent += 1
        else:
            say(
                f"{name} ({find_model(section.driver).title}): {both('terminal.answers')}: {answer}"
            )
    return 1 if silent else 0


def _clock(now: datetime) -> str:
    """Return what keeps the time here: the network by the kernel's word, and a battery's clock."""
    kernel, apart_s = ask_kernel(), rtc_apart_s(now)
    is_synced = kernel is not None and kernel.synced
    state = both("clock_quality.synced" if is_synced else "clock_quality.unsynced")
    battery = both("terminal.no_rtc") if apart_s is None else f"{apart_s:+g} s"
    return f"{both('terminal.clock')}: {state}; {both('terminal.rtc')}: {battery}"
