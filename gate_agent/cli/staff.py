"""`gate-agent staff add|list|disable|pin`: who may sign on here, beside a running daemon too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.contract.access_records import GuardRole
from gate_agent.store.staff import StaffBook
from gate_agent.words import both

app = typer.Typer(help="Who may sign on here 值守人员账号.", no_args_is_help=True)


@app.command()
def add(
    config: ConfigFile,
    name: Annotated[str, typer.Option(help="As on the button of the screen 姓名.")],
    role: Annotated[GuardRole, typer.Option(help="What they may do.")] = GuardRole.GUARD,
) -> None:
    """Add an account; the PIN is asked for. 添加."""
    account = _book(config).add(name=name, role=role, pin=_ask_pin())
    typer.echo(f"{both('terminal.added')}: {account.code} {account.role}")


@app.command(name="list")
def show(config: ConfigFile) -> None:
    """Show the accounts. 列出."""
    accounts = _book(config).accounts()
    if not accounts:
        typer.echo(both("terminal.no_accounts"))
    for account in accounts:
        state = both("terminal.disabled") if account.disabled else ""
        typer.echo(f"{account.code} {account.role:<10} {account.name} {state}".rstrip())


@app.command()
def disable(config: ConfigFile, code: Annotated[str, typer.Option(help="Such as g01.")]) -> None:
    """Let an account sign on no more; a session of it ends at once. 停用."""
    typer.echo(f"{both('terminal.disabled')}: {_book(config).disable(code).code}")


@app.command()
def pin(config: ConfigFile, code: Annotated[str, typer.Option(help="Such as g01.")]) -> None:
    """Give an account another PIN, and let it sign on; the PIN is asked for. 重设."""
    typer.echo(f"{both('terminal.pin_set')}: {_book(config).set_pin(code, _ask_pin()).code}")


def _book(config: Path) -> StaffBook:
    return StaffBook(load_config(config, GateConfig).journal.path)


def _ask_pin() -> str:
    """Ask on a terminal, twice; or read one line of what is piped in."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("PIN", hide_input=True, confirmation_prompt=True)
        return answer.strip()
    return sys.stdin.readline().strip()
