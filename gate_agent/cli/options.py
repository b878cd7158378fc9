"""Options that commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.store.errors import OlderSchema
from gate_agent.version import program_version


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(program_version())
        raise typer.Exit


ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The door's configuration (TOML).")
]
Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
]


@contextmanager
def naming_the_update(config: Path) -> Iterator[None]:
    """Let the refusal of an older journal name the very command that brings it up."""
    try:
        yield
    except OlderSchema as exc:
        raise OlderSchema(f"{exc}, or gate-agent journal migrate --config {config}") from None
