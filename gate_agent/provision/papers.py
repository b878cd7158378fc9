"""What a person reads of a provisioned site: sections to configure, and what goes where."""

from __future__ import annotations

from collections.abc import Iterable

from gate_agent.provision import broker, signing
from gate_agent.words import both

GATE_KEYS = "/etc/gate-agent/keys"
COLLECTOR_KEYS = "/etc/gate-agent/collector-keys"


def broker_url(host: str, port: int = broker.PORT) -> str:
    """Return the address that clients are given."""
    shown = f"[{host}]" if ":" in host else host
    return f"mqtts://{shown}:{port}"


def gate_sections(site: str, gate: str, url: str, *, files: str = GATE_KEYS) -> str:
    """Return the sections of a gate's configuration that provisioning decides."""
    return f"""\
# Of {site}/{gate}: put these sections into /etc/gate-agent/{gate}.toml, in place of its own.
{mqtt_section(url, files, gate)}
[keys]
site_key_file = "{files}/site.key"
collector_public_key_file = "{files}/collector.pub"

{signatures_section(files)}"""


def collector_sections(site: str, url: str, *, files: str = COLLECTOR_KEYS) -> str:
    """Return the sections of the collector's configuration that provisioning decides."""
    return f"""\
# Of {site}: put these sections into /etc/gate-agent/collector.toml, in place of its own.
{mqtt_section(url, files, "collector")}
[keys]
site_key_file = "{files}/site.key"
registrations_key_file = "{files}/registrations.key"

{signatures_section(files)}"""


def instructions(site: str, gates: Iterable[str], listeners: Iterable[str] = ()) -> str:
    """Return what goes where, in Chinese and English."""
    doors = "\n".join(f"  {gate + '/':<14} -> {GATE_KEYS}/   (owner gate)" for gate in gates)
    others = "".join(f"\n  {name}/: {both('install.listener')}" for name in listeners)
    again, kept = "gate-agent provision --out DIR", both("install.keep", "\n")
    uses = {
        "install.one_file": f"{again} --bundle ID  (then: sudo gate-agent keys install FILE)",
        "install.renew": f"{again} --renew      (then copy, restart the broker)",
        "install.new_door": f"{again} --gate ID",
        "install.new_worker": f"{again} --worker w1  (then copy, restart the broker)",
        "install.new_reader": f"{again} --reader NAME  (then copy broker/, restart it)",
        "install.stolen": f"{again} --revoke ID  (copy broker/ at once, restart it)",
    }
    commands = "\n".join(f"{both(key) + ':':<20} {command}" for key, command in uses.items())
    return f"""\
{site}: {both("install.title")} ({both("install.modes")})

  broker/        -> {broker.INSTALLED}/   (owner mosquitto)
                    gate.conf -> /etc/mosquitto/conf.d/gate.conf
                    unit.conf -> /etc/systemd/system/mosquitto.service.d/gate.conf
  collector/     -> {COLLECTOR_KEYS}/   (owner gate-collector)
{doors}{others}

{kept}

{commands}
"""


def mqtt_section(url: str, files: str, name: str) -> str:
    """Return how `name` reaches the broker, with its certificate in a folder."""
    return f"""\
[mqtt]
url = "{url}"
ca_file = "{files}/ca.crt"
cert_file = "{files}/{name}.crt"
key_file = "{files}/{name}.key"
"""


def signatures_section(files: str) -> str:
    """Return by what key its holder signs, and who vouches for the others' keys."""
    return f"""\
[signatures]
key_file = "{files}/{signing.KEY}"
warrant_file = "{files}/{signing.WARRANT}"
roots_file = "{files}/{signing.ROOTS}"
"""
