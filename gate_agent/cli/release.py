"""`gate-agent update`, `rollback` and `uninstall`: releases of this board, as root."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.release.errors import ReleaseRefused
from gate_agent.release.house import House
from gate_agent.release.removal import remove
from gate_agent.release.services import Systemctl
from gate_agent.release.update import Update
from gate_agent.words import both


def update(
    bundle: Annotated[Path | None, typer.Argument(help="The bundle of a newer release.")] = None,
    staged: Annotated[
        str | None, typer.Option(metavar="VERSION", help="One that is in place already.")
    ] = None,
    *,
    now: Annotated[bool, typer.Option("--now", help="Wait for no quiet moment.")] = False,
) -> None:
    """Try a release beside this one, change when nobody is there, go back if it fails. 升级."""
    if (bundle is None) == (staged is None):
        raise typer.BadParameter("expected a bundle, or --staged")
    work = _as_root()
    if bundle is not None:
        work.from_bundle(bundle, now=now)
    elif staged is not None:
        work.to_staged(staged, now=now)


def rollback() -> None:
    """Go back to the release before this one, with a journal that it reads. 回退."""
    version = _as_root().rollback()
    typer.echo(f"{version}: {both('terminal.update_done')}")


def uninstall(
    *,
    purge: Annotated[
        bool, typer.Option("--purge", help="Configuration, keys, journals and users as well.")
    ] = False,
) -> None:
    """Take this installation off the board. 卸载."""
    _as_root()
    if purge and typer.prompt(both("terminal.purge")) != "purge":
        raise ReleaseRefused("expected the word purge, got another: nothing was removed")
    remove(House(), Systemctl(), purge=purge)


def _as_root() -> Update:
    if os.geteuid():
        raise ReleaseRefused("expected root: sudo gate-agent …")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a broken connection stops nothing half
    signal.signal(signal.SIGTERM, _end)
    return Update(house=House(), say=typer.echo)


def _end(_signal: int, _frame: object) -> None:
    """End in order: what was stopped is started again."""
    raise SystemExit(1)
