"""`gate-agent support-bundle`: what somebody who helps must know of this door, and of nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError, GateError
from gate_agent.host import support
from gate_agent.host.clock import SystemClock
from gate_agent.host.log_lines import nobodys
from gate_agent.store.reader import JournalReader
from gate_agent.validation import device_sections, sound_config
from gate_agent.version import program_version
from gate_agent.words import both

_NEWEST = 200  # events, by type
OutFile = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="The bundle, a ZIP; mode 0600.")
]


def support_bundle(config: ConfigFile, out: OutFile = Path("gate-agent-support.zip")) -> None:
    """Write versions, settings, figures and the log by type: no name, number or key. 支持包."""
    now = SystemClock().now().utc
    parts: dict[str, object] = {"about": support.about("gate-agent", program_version(), now)}
    parts["clock"] = support.clock_facts(now)
    try:
        door = sound_config(config, all_files=True)
    except ConfigurationError as exc:
        parts["settings"] = {"faults": len(exc.faults)}  # `check` tells them, with their values
    else:
        parts |= _of_door(door)
    support.write_bundle(out, parts)
    typer.echo(f"{both('terminal.bundle')}: {out}")


def _of_door(door: GateConfig) -> dict[str, object]:
    path = door.journal.path
    return {
        "settings": support.settings(door),
        "devices": {
            name: {"driver": section.driver, "port": _line(section.port)}
            for name, section in device_sections(door).items()
        },
        "figures": support.figures(f"http://127.0.0.1:{door.web.port}/metrics"),
        "journal": _journal(path),
        "log": support.log_lines(f"gate-agent@{door.gate.id}.service"),
    }


def _line(port: Path | str) -> object:
    return support.file_facts(port) if isinstance(port, Path) else support.address(port)


def _journal(path: Path) -> dict[str, Any]:
    """Return the ends of the journal: how far it goes, and its newest events by type."""
    ends: dict[str, Any] = {
        "file": support.file_facts(path),
        "wal": support.file_facts(path.with_name(f"{path.name}-wal")),
    }
    try:
        with JournalReader(path, older=True) as reader:
            head, receipt = reader.head(), reader.receipt()
            first = reader.after(0, 1)
            newest = reader.after(max(0, head.sequence - _NEWEST), _NEWEST)
    except GateError as exc:
        return ends | {"unread": nobodys(exc)}
    return ends | {
        "epoch": head.epoch,
        "first": first[0].sequence if first else None,
        "last": head.sequence,
        "link": head.link.hex(),
        "receipted": None if receipt is None else receipt.upto,
        "newest": support.types_of(event.body for event in newest),
    }
