"""Lays out the demo's hall in a folder: keys, policy, a configuration for every process."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.config.keyfile import load_key
from gate_agent.contract.identity import person_ref
from gate_agent.emulation.people import synthetic_card
from gate_agent.host.clock import SystemClock
from gate_agent.provision import Site, broker, papers

SITE, ZONE = "hall-01", "Asia/Shanghai"
STAFF = 12
GATES = ("west-1f", "central-2f")
_DAYS = 31  # certificates; long enough that nothing warns
_REPORT_AFTER_S = 20  # the daily report comes soon, so that it is seen
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoGate:
    """One door of the demo."""

    id: str
    name: str
    config: Path
    journal: Path
    web_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSite:
    """Where everything of the demo is."""

    folder: Path
    gates: tuple[DemoGate, ...]
    broker_config: Path
    broker_port: int
    collector_config: Path
    collector_port: int


def lay_out(folder: Path, *, tls: bool = False, ports: Sequence[int] | None = None) -> DemoSite:
    """Make the site anew in `folder`; what an earlier demo left there is removed.

    With `tls`, it is provisioned as a real hall is. `ports` are the wished ones of broker,
    collector and both screens; 0 is any free one.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    port, collector, west, central = _ports(*(ports or (8883 if tls else 1883, 8080, 8081, 8082)))
    hall = folder / "hall"
    provisioned = Site.open(
        hall, site=SITE, gates=GATES, brokers=[_HOST], now=SystemClock().now().utc
    )
    provisioned.write(days=_DAYS, renew=False)
    site_key = load_key(hall / "authority" / "site.key")
    (folder / "policy.json").write_text(_policy(site_key), encoding="utf-8")
    broker_config = folder / "mosquitto.conf"
    broker_config.write_text(_broker(folder, port, tls=tls), encoding="utf-8")
    collector_config = folder / "collector.toml"
    collector_config.write_text(
        f'[collector]\nsite = "{SITE}"\n\n{_mqtt(hall, "collector", port, tls=tls)}\n'
        f'[store]\nurl = "sqlite:///{folder / "collector.sqlite"}"\n\n'
        f'[web]\nhost = "{_HOST}"\nport = {collector}\n\n'
        f'[policy]\nfile = "policy.json"\n\n'
        f'[keys]\nsite_key_file = "{hall}/collector/site.key"\n\n'
        + papers.signatures_section(f"{hall}/collector"),
        encoding="utf-8",
    )
    west_1f, central_2f = (_mqtt(hall, gate, port, tls=tls) for gate in GATES)
    gates = (
        _gate(folder, GATES[0], "一层西侧出入口", thermometer="gy-614v3", web=west, mqtt=west_1f),
        _gate(
            folder,
            GATES[1],
            "二层中央出入口",
            thermometer="gy-mcu90614",
            web=central,
            mqtt=central_2f,
        ),
    )
    return DemoSite(
        folder=folder,
        gates=gates,
        broker_config=broker_config,
        broker_port=port,
        collector_config=collector_config,
        collector_port=collector,
    )


def _gate(folder: Path, gate: str, name: str, *, thermometer: str, web: int, mqtt: str) -> DemoGate:
    home = folder / gate
    home.mkdir(mode=0o700)
    config = home / "gate.toml"
    config.write_text(
        f'[gate]\nsite = "{SITE}"\nid = "{gate}"\nname = "{name}"\ntimezone = "{ZONE}"\n\n'
        f'[thermometer]\ndriver = "{thermometer}"\nport = "ports/thermometer"\n'
        f'profile = "spot-forehead"\nguided_start = false\n\n'
        f'[id_reader]\ndriver = "sam-uart"\nport = "ports/id-reader"\n\n'
        f'{mqtt}discovery_prefix = "homeassistant"\n\n'
        f'[journal]\npath = "journal.sqlite"\n\n'
        f'[web]\nhost = "{_HOST}"\nport = {web}\n\n'
        f'[policy]\nfile = "../policy.json"\n\n'
        f'[keys]\nsite_key_file = "../hall/{gate}/site.key"\n'
        f'collector_public_key_file = "../hall/{gate}/collector.pub"\n\n'
        + papers.signatures_section(f"../hall/{gate}"),
        encoding="utf-8",
    )
    return DemoGate(
        id=gate, name=name, config=config, journal=home / "journal.sqlite", web_port=web
    )


def _broker(folder: Path, port: int, *, tls: bool) -> str:
    where = f"{port} {_HOST}"
    if not tls:
        return (
            f"listener {where}\nallow_anonymous true\npersistence false\n"
            f"max_queued_messages 100000\nset_tcp_nodelay true\n"
        )
    files = str(folder / "hall" / "broker")
    text = broker.configuration(files=files, listener=where, state=f"{folder}/")
    # As root mosquitto would become another user, who cannot read this folder.
    return text + "user root\n" if os.geteuid() == 0 else text


def _mqtt(hall: Path, name: str, port: int, *, tls: bool) -> str:
    if not tls:
        return f'[mqtt]\nurl = "mqtt://{_HOST}:{port}"\n'
    return papers.mqtt_section(papers.broker_url(_HOST, port), str(hall / name), name)


def _policy(site_key: bytes) -> str:
    soon: datetime = SystemClock().now().utc.astimezone(ZoneInfo(ZONE))
    report = soon + timedelta(seconds=_REPORT_AFTER_S)
    refs = [person_ref(synthetic_card(n).number, site_key) for n in range(STAFF)]
    leader, phone = "李主任", "010-5555 0101"  # nobody's number
    return json.dumps(
        {
            "version": 1,
            "hall_mode": "open",
            "roster": [{"person_ref": ref} for ref in refs],
            "daily_report_at": f"{report:%H:%M:%S}",
            "calls": [
                {"post": "带班领导", "phone": phone},
                {"post": "区疫情防控办", "phone": "010-5555 0102"},
            ],
            "rota": [
                {
                    "leader": leader,
                    "phone": phone,
                    "valid_from": f"{soon - timedelta(hours=1):%Y-%m-%dT%H:%M:%S%z}",
                    "valid_until": f"{soon + timedelta(days=1):%Y-%m-%dT%H:%M:%S%z}",
                }
            ],
            "online_channels": [
                {
                    "zh": "政务服务网上办事大厅",
                    "en": "Online service hall",
                    "url": "https://zwfw.example.gov.cn/",
                }
            ],
        }
    )


def _ports(*wished: int) -> list[int]:
    """Return the wished ports of loopback where they are free, any free one where not."""
    held = []
    for wish in wished:
        try:
            held.append(socket.create_server((_HOST, wish)))
        except OSError:
            held.append(socket.create_server((_HOST, 0)))
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports
