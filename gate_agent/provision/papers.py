"""What a person reads of a provisioned site: sections to configure, and what goes where."""

from __future__ import annotations

from collections.abc import Iterable

from gate_agent.provision import broker

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
"""


def collector_sections(site: str, url: str, *, files: str = COLLECTOR_KEYS) -> str:
    """Return the sections of the collector's configuration that provisioning decides."""
    return f"""\
# Of {site}: put these sections into /etc/gate-agent/collector.toml, in place of its own.
{mqtt_section(url, files, "collector")}
[keys]
site_key_file = "{files}/site.key"
registrations_key_file = "{files}/registrations.key"
"""


def instructions(site: str, gates: Iterable[str]) -> str:
    """Return what goes where, in Chinese and English."""
    doors = "\n".join(f"  {gate + '/':<14} -> {GATE_KEYS}/   (owner gate)" for gate in gates)
    return f"""\
{site}: 文件去向 what goes where (mode 0600; 目录权限 0700)

  broker/        -> {broker.INSTALLED}/   (owner mosquitto)
                    gate.conf -> /etc/mosquitto/conf.d/gate.conf
                    unit.conf -> /etc/systemd/system/mosquitto.service.d/gate.conf
  collector/     -> {COLLECTOR_KEYS}/   (owner gate-collector)
{doors}

authority/ 请离线保管，绝不放到闸口或消息代理上；保存两份。
只有 registrations.key 能开启实名登记，丢失即永久丢失全部登记。
Keep authority/ off every board, off the net, twice: registrations.key opens every registration,
and nothing else does. ca.key makes a gate of whoever holds it.

续期 renew:          gate-agent provision --out DIR --renew      (then copy, restart the broker)
加一个门 a new door:  gate-agent provision --out DIR --gate ID
接收进程 a worker:    gate-agent provision --out DIR --worker w1  (then copy, restart the broker)
板卡失窃 stolen:      gate-agent provision --out DIR --revoke ID  (copy broker/ at once, restart it)
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
