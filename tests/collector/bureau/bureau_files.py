"""A bureau's files in a folder: halls with stores, keys and names of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.config.keyfile import make_key
from gate_agent.contract.policy import Policy
from gate_agent.host.clock import SystemClock
from gate_collector.centre import Centre
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from gate_collector.store.opening import open_store

BUREAU = "bureau.example"
NAMES = ("区政务服务中心", "城东分中心", "𠮷野䶮城西分中心")


def site_name(number: int) -> str:
    """Return the name by which browsers reach a hall."""
    return f"hall-{number}.example"


def hall_file(folder: Path, number: int, port: int, more: str = "") -> Path:
    """Write the file of one hall, with keys of its own; return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for key in ("site", "registrations"):
        make_key(folder / f"{key}.key")
    path = folder / "centre.toml"
    path.write_text(
        f'[collector]\nsite = "hall-0{number}"\nname = "{NAMES[number - 1]}"\n'
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{port}"\n[store]\nurl = "sqlite:///store.sqlite"\n'
        f'[web]\nsign_on = true\nbase_url = "http://{site_name(number)}"\n'
        '[keys]\nsite_key_file = "site.key"\nregistrations_key_file = "registrations.key"\n'
        f"{more}",
        encoding="utf-8",
    )
    return path


def bureau_file(folder: Path, port: int, halls: int = 2, *, listens: int = 8090) -> Path:
    """Write a bureau's file and its halls'; return where it is."""
    for number in range(1, halls + 1):
        hall_file(folder / str(number), number, port)
    sites = ", ".join(f'"{number}/centre.toml"' for number in range(1, halls + 1))
    path = folder / "bureau.toml"
    path.write_text(
        f'[bureau]\nname = "区政务服务局"\nunit = "局办公室"\nsites = [{sites}]\n'
        '[store]\nurl = "sqlite:///bureau.sqlite"\n'
        f'[web]\nsign_on = true\nbase_url = "http://{BUREAU}"\nport = {listens}\n',
        encoding="utf-8",
    )
    return path


def with_changes(path: Path, changes: Mapping[str, str]) -> Path:
    """Change the text of a file, each of these exactly once; return where it is."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def make_account(url: str, name: str, role: Role, password: str) -> None:
    """Make an account in a store, beside whoever runs on it."""
    engine = open_store(url)
    zone = ZoneInfo("Asia/Shanghai")
    try:
        centre = Centre(engine=engine, clock=SystemClock(), zone=zone, site="x", policy=Policy)
        Accounts(centre).make(name, role, password)
    finally:
        engine.dispose()
