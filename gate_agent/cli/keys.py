"""`gate-agent keys install`: what `provision --bundle` wrote, put in place on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gate_agent.host.clock import SystemClock
from gate_agent.words import both

app = typer.Typer(help="The keys of this machine 密钥.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """Keys of this machine 密钥."""


@app.command()
def install(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What provision --bundle wrote.")],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Another folder than the services look in.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="USER", help="Whose they are: gate, gate-collector.")
    ] = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also in place of another door's keys.")
    ] = False,
) -> None:
    """Verify every key and certificate of a bundle, then put all of them in place at once. 放置."""
    from gate_agent.provision.bundle import read_bundle  # noqa: PLC0415 the daemon needs none of it
    from gate_agent.provision.installing import KeyPlace, install, usual_place  # noqa: PLC0415 as above

    bundle = read_bundle(file)
    place = KeyPlace(folder=to, owner=owner) if to is not None else usual_place(bundle)
    if owner is not None:
        place = KeyPlace(folder=place.folder, owner=owner)
    before = install(bundle, place, SystemClock().now().utc, replace=replace)
    typer.echo(f"{place.folder}: {bundle.site}/{bundle.name}: {both('keys.in_place')}")
    if before is not None:
        typer.echo(f"{before}: {both('keys.those_before')}")
    typer.echo(both("keys.remove_file", file=file))
