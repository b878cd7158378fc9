"""`gate-agent drivers` and `emulate`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gate_agent.cli.options import ConfigFile
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import all_models


def drivers() -> None:
    """Show the device models this installation knows. 驱动."""
    table = Table(box=None, pad_edge=False)
    for column in ("name", "kind", "line", "maturity", "what", "options"):
        table.add_column(column, overflow="fold")
    for model in all_models():
        options = "; ".join(f"{name}: {text}" for name, text in model.options.items())
        line = f"{model.line.baud} 8N1"
        table.add_row(model.name, model.kind, line, model.maturity, model.title, options or "–")
    Console().print(table)


def emulate(
    config: ConfigFile,
    seed: Annotated[int, typer.Option(help="Which people come.")] = 1,
    people: Annotated[int | None, typer.Option(min=0, help="End after so many people.")] = None,
    staff: Annotated[int, typer.Option(min=0, help="How many staff cards there are.")] = 12,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two people.")] = 1.0,
) -> None:
    """Play this door's devices behind its configured port paths, and people who pass. 仿真."""
    from gate_agent.emulation.door import emulate_door  # noqa: PLC0415

    gate = load_config(config, GateConfig)
    asyncio.run(emulate_door(gate, seed=seed, people=people, staff=staff, pause_s=pause))
