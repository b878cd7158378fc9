"""`gate-agent provision`: a site's CA, certificates, keys and broker rules in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gate_agent.host.clock import SystemClock
from gate_agent.words import both

Names = list[str] | None


def provision(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The site's folder; keep it offline.")],
    site: Annotated[str | None, typer.Option(help="The hall, such as hall-01.")] = None,
    gate: Annotated[Names, typer.Option(help="A door, such as west-1f; one or more.")] = None,
    broker: Annotated[
        Names,
        typer.Option(help="The broker's name or address; the first is what gates are told."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long certificates hold.")] = 730,
    *,
    worker: Annotated[
        Names,
        typer.Option(metavar="NAME", help="A worker of the collector, such as w1; one or more."),
    ] = None,
    reader: Annotated[
        Names,
        typer.Option(metavar="NAME", help="Who may read events and states, and write nothing."),
    ] = None,
    display: Annotated[
        Names, typer.Option(metavar="NAME", help="Who may read the doors' states alone.")
    ] = None,
    bundle: Annotated[
        Names,
        typer.Option(metavar="ID", help="One file with all that a door (collector, reader) needs."),
    ] = None,
    renew: Annotated[bool, typer.Option(help="Issue every certificate anew.")] = False,
    revoke: Annotated[
        Names,
        typer.Option(metavar="ID", help="A stolen board, or reader-NAME: lock it out."),
    ] = None,
    rotate: Annotated[
        Names,
        typer.Option(metavar="KEY", help="registrations, site, signers: a new key, the old kept."),
    ] = None,
) -> None:
    """Make a site: CA, certificates, keys, broker rules; again to add, renew, rotate. 开通."""
    from gate_agent.provision import Site  # noqa: PLC0415 the daemon needs no X.509

    existing = Site.open(
        out,
        site=site,
        gates=gate or (),
        brokers=broker or (),
        workers=worker or (),
        readers=reader or (),
        displays=display or (),
        now=SystemClock().now().utc.replace(microsecond=0),
    )
    for name in revoke or ():
        existing.revoke(name)
    for name in rotate or ():
        existing.rotate(name)
    for name in bundle or ():
        existing.bundle(name)
    for line in existing.write(days=days, renew=renew):
        typer.echo(line)
    typer.echo(f"{out}: {existing.name} {' '.join(existing.gates)}: {both('terminal.see_install')}")
