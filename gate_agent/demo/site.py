"""Lays out the demo's hall in a folder: keys, policy, and a configuration for every process."""

from __future__ import annotations

import json
import os
import shutil
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nacl.public import PrivateKey

from gate_agent.clock import SystemClock
from gate_agent.domain.identity import person_ref
from gate_agent.emulation.people import synthetic_card
from gate_agent.store.keys import make_key

SITE, ZONE = "hall-01", "Asia/Shanghai"
STAFF = 12
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


def lay_out(folder: Path) -> DemoSite:
    """Make the site anew in `folder`; what an earlier demo left there is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    broker, collector, west, central = _ports(1883, 8080, 8081, 8082)
    site_key = make_key(folder / "site.key")
    private = make_key(folder / "collector.key")
    _write_key(folder / "collector.pub", bytes(PrivateKey(private).public_key))
    (folder / "policy.json").write_text(_policy(site_key), encoding="utf-8")
    broker_config = folder / "mosquitto.conf"
    broker_config.write_text(
        f"listener {broker} {_HOST}\nallow_anonymous true\npersistence false\n"
        f"max_queued_messages 100000\nset_tcp_nodelay true\n",
        encoding="utf-8",
    )
    collector_config = folder / "collector.toml"
    collector_config.write_text(
        f'[collector]\nsite = "{SITE}"\n\n[mqtt]\nurl = "mqtt://{_HOST}:{broker}"\n\n'
        f'[store]\nurl = "sqlite:///{folder / "collector.sqlite"}"\n\n'
        f'[web]\nhost = "{_HOST}"\nport = {collector}\n',
        encoding="utf-8",
    )
    gates = (
        _gate(folder, "west-1f", "一层西门", thermometer="gy-614v3", web=west, broker=broker),
        _gate(
            folder, "central-2f", "二层中门", thermometer="gy-mcu90614", web=central, broker=broker
        ),
    )
    return DemoSite(
        folder=folder,
        gates=gates,
        broker_config=broker_config,
        broker_port=broker,
        collector_config=collector_config,
        collector_port=collector,
    )


def _gate(
    folder: Path, gate: str, name: str, *, thermometer: str, web: int, broker: int
) -> DemoGate:
    home = folder / gate
    home.mkdir(mode=0o700)
    config = home / "gate.toml"
    config.write_text(
        f'[gate]\nsite = "{SITE}"\nid = "{gate}"\nname = "{name}"\ntimezone = "{ZONE}"\n\n'
        f'[thermometer]\ndriver = "{thermometer}"\nport = "ports/thermometer"\n'
        f'profile = "spot-forehead"\n\n'
        f'[id_reader]\ndriver = "sam-uart"\nport = "ports/id-reader"\n\n'
        f'[mqtt]\nurl = "mqtt://{_HOST}:{broker}"\n\n'
        f'[journal]\npath = "journal.sqlite"\n\n'
        f'[web]\nhost = "{_HOST}"\nport = {web}\n\n'
        f'[policy]\nfile = "../policy.json"\n\n'
        f'[keys]\nsite_key_file = "../site.key"\n'
        f'collector_public_key_file = "../collector.pub"\n',
        encoding="utf-8",
    )
    return DemoGate(
        id=gate, name=name, config=config, journal=home / "journal.sqlite", web_port=web
    )


def _policy(site_key: bytes) -> str:
    soon: datetime = SystemClock().now().utc.astimezone(ZoneInfo(ZONE))
    report = soon + timedelta(seconds=_REPORT_AFTER_S)
    refs = [person_ref(synthetic_card(n).number, site_key) for n in range(STAFF)]
    return json.dumps(
        {
            "version": 1,
            "hall_mode": "open",
            "roster": [{"person_ref": ref} for ref in refs],
            "daily_report_at": f"{report:%H:%M:%S}",
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


def _write_key(path: Path, key: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key.hex() + "\n")
