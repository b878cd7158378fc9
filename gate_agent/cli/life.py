"""`gate-agent run`, `check` and `demo`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.host.log_lines import log_to_journal_or_terminal


def run(config: ConfigFile) -> None:
    """Run this door's daemon until SIGTERM or Ctrl-C. 运行."""
    gc.disable()  # all that a start makes stays; the daemon enables it when it is up
    from gate_agent.app import run_gate  # noqa: PLC0415 other commands start without all of it

    log_to_journal_or_terminal()
    run_gate(config)


def check(config: ConfigFile) -> None:
    """Name every configuration fault at once (exit 2), then ask each device who it is. 检查."""
    from gate_agent.check import check_gate  # noqa: PLC0415

    raise typer.Exit(check_gate(config, say=typer.echo))


def demo(
    seconds: Annotated[
        float | None, typer.Option(min=5, help="End by itself after so many seconds.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which people come: the same seed, the same day.")] = 1,
    script: Annotated[
        Path | None, typer.Option(help="Who comes, as a CSV: docs/emulation.md.")
    ] = None,
    *,
    tls: Annotated[
        bool, typer.Option("--tls", help="Provisioned, with a certificate each.")
    ] = False,
) -> None:
    """Run broker, collector and both doors with emulated devices and people. 演示."""
    from gate_agent.demo import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(seconds=seconds, seed=seed, tls=tls, script=script))
