"""`gate-agent drivers` and `emulate`."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.config.load import load_config, placed
from gate_agent.config.model import GateConfig
from gate_agent.devices.registry import installed
from gate_agent.errors import ConfigurationError
from gate_agent.words import both

if TYPE_CHECKING:
    from gate_agent.emulation.people import Arrival


def drivers() -> None:
    """Show the device models this installation knows. 驱动."""
    models, faults = installed()
    for model in models:
        kinds = "/".join(model.kinds)
        typer.echo(f"{model.name:<14} {kinds:<12} {model.line!s:<11} {model.maturity}")
        typer.echo(f"{'':<14} {model.title}")
        for name, field in model.options.model_fields.items():
            typer.echo(f"{'':<14} option {name}: {field.description}")
    for fault in faults:
        typer.echo(f"{both('terminal.warning')}: {fault}")


def devices(
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Put what answered into this configuration.")
    ] = None,
    *,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Ask at the devices' other speeds as well.")
    ] = False,
    dev: Annotated[Path, typer.Option(hidden=True)] = Path("/dev"),
) -> None:
    """List every serial line, ask each who is there, and propose the configuration. 查找设备.

    Lines that a program uses are left alone: stop the door's daemon first.
    """
    from gate_agent.setup.config_text import with_values  # noqa: PLC0415
    from gate_agent.setup.survey import proposed, survey  # noqa: PLC0415

    lines = survey(dev, thorough=thorough)
    for line in lines:
        typer.echo(f"{line.port}  {line.identity}".rstrip())
        if line.seen is not None:
            seen = line.seen
            typer.echo(f"    {seen.driver} @ {seen.baud} ({seen.title}): {seen.says}")
        else:
            typer.echo(f"    {both('terminal.no_answer')}{line.trouble and ': ' + line.trouble}")
        if line.mend:
            typer.echo(f"    {line.mend}")
    changes = proposed(lines)
    typer.echo(with_values("", changes).rstrip() if changes else both("terminal.no_answer"))
    if write is not None and changes:
        write.write_text(with_values(write.read_text("utf-8"), changes), encoding="utf-8")
        load_config(write, GateConfig)


def emulate(
    config: ConfigFile,
    seed: Annotated[int, typer.Option(help="Which people come.")] = 1,
    people: Annotated[int | None, typer.Option(min=0, help="End after so many people.")] = None,
    staff: Annotated[int, typer.Option(min=0, help="How many staff cards there are.")] = 12,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two people.")] = 1.0,
    *,
    script: Annotated[
        Path | None, typer.Option(help="Who comes, as a CSV: docs/emulation.md.")
    ] = None,
) -> None:
    """Play this door's devices behind its configured port paths, and people who pass. 仿真."""
    from gate_agent.emulation.door import emulate_door  # noqa: PLC0415
    from gate_agent.emulation.script import read_people  # noqa: PLC0415
    from gate_agent.validation import device_faults, device_sections  # noqa: PLC0415

    gate = load_config(config, GateConfig)  # no keys, no broker: a trial needs neither
    sections = device_sections(gate).items()
    if faults := [fault for name, section in sections for fault in device_faults(name, section)]:
        raise ConfigurationError(placed(config, faults))
    crowd = None if script is None else read_people(script, gate.gate.id)
    for name, section in sections:
        typer.echo(f"{name}: {section.driver} at {section.port}")
    typer.echo(both("terminal.ctrl_c_stops"))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            emulate_door(
                gate,
                seed=seed,
                people=people,
                staff=staff,
                pause_s=pause,
                on_arrival=_tell,
                crowd=crowd,
            )
        )


def _tell(arrival: Arrival) -> None:
    """Say what comes; the people are invented, their numbers are not shown all the same."""
    typer.echo(f"{arrival.kind:<10} {arrival.surface_centi_c / 100:.2f} °C")
