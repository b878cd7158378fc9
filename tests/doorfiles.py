"""Writes a door's and a collector's configuration into a folder, changed as a test wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Section = Mapping[str, object]
Changes = Mapping[str, Section | None]


def write_door(folder: Path, changes: Changes | None = None) -> Path:
    """Write a sound gate.toml; a value of None leaves a key or a section out."""
    sections: dict[str, Section] = {
        "gate": {"site": "hall-01", "id": "west-1f", "name": "一层西侧出入口"},
        "thermometer": {
            "driver": "gy-614v3",
            "port": "ports/thermometer",
            "guided_start": False,
        },
        "id_reader": {"driver": "sam-uart", "port": "ports/id-reader"},
        "mqtt": {"url": "mqtt://127.0.0.1:1"},
        "journal": {"path": "journal/journal.sqlite"},
        "web": {"port": 1},
    }
    return _write(folder / "gate.toml", sections, changes or {})


def write_collector(folder: Path, changes: Changes | None = None) -> Path:
    """Write a sound collector.toml; a value of None leaves a key or a section out."""
    sections: dict[str, Section] = {
        "collector": {"site": "hall-01"},
        "mqtt": {"url": "mqtt://127.0.0.1:1"},
        "store": {"url": f"sqlite:///{folder / 'collector.sqlite'}"},
        "web": {"port": 1},
    }
    return _write(folder / "collector.toml", sections, changes or {})


def _write(path: Path, sections: Mapping[str, Section], changes: Changes) -> Path:
    lines: list[str] = []
    for name in {**sections, **changes}:
        change = changes.get(name, {})
        if change is not None:
            lines.append(f"[{name}]")
            keys = {**sections.get(name, {}), **change}
            lines += [f"{key} = {_toml(v)}" for key, v in keys.items() if v is not None]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(v)}" for key, v in value.items()) + " }"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
