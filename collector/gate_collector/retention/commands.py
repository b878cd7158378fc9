"""`gate-collector people erase|wipe`: a person's registrations, or everybody's, removed here.

A store in one SQLite file has one writer: a running collector carries the request out; without one
it is done here. PostgreSQL takes it from anybody.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Event
from typing import Annotated, Never

import typer
from sqlalchemy import Engine, func, select

from gate_agent.config.keyfile import load_key
from gate_agent.contract.identity import typed_ref
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.host.spool import Spool, SpoolRequest
from gate_agent.words import both
from gate_collector.config import CollectorConfig, load_collector
from gate_collector.retention.retention import Retention, directly, spool_of
from gate_collector.store.opening import open_store
from gate_collector.store.place import sole_writer
from gate_collector.store.schema import PURGED

app = typer.Typer(help="Remove personal data 清除个人信息.", no_args_is_help=True)
_ANSWER_WITHIN_S, _LOOK_EVERY_S = 30.0, 0.2
ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The collector's configuration (TOML).")
]


@app.command()
def erase(config: ConfigFile) -> None:
    """Forget one person; the card's number is asked for, and is no argument. 删除本人信息."""
    loaded = load_collector(config)
    key = loaded.keys.site_key_file
    if key is None:
        _refuse("keys.site_key_file: expected the site's key, as at the doors, got nothing")
    number = _ask(both("terminal.card_number"), hidden=True)
    if not number:
        _refuse("expected a card number on standard input, got nothing")
    _carry_out(config, loaded, typed_ref(number, load_key(key)))


@app.command()
def wipe(config: ConfigFile) -> None:
    """Forget everybody here, at the epidemic's end; the site's id is asked for. 疫情结束清除."""
    loaded = load_collector(config)
    site = loaded.collector.site
    if _ask(f"type {site} {both('terminal.forget_site')}", hidden=False) != site:
        _refuse(f"expected {site} to be typed, got another text: nothing was removed")
    _carry_out(config, loaded, None)


def _carry_out(config_file: Path, config: CollectorConfig, ref: str | None) -> None:
    url = config.store.url
    engine = open_store(url, config_file=config_file)
    try:
        spool = spool_of(url)
        request = (
            SpoolRequest(id=os.urandom(8).hex(), person_ref=ref)
            if spool is None
            else spool.put(ref)
        )
        with sole_writer(url) as holder:
            if not holder:
                retention = Retention(
                    write=directly(engine),
                    clock=SystemClock(),
                    days=config.retention.registration_days,
                    spool=spool,
                )
                removed: int | None = retention.carry_out(request)
            else:
                removed = _by_the_collector(engine, spool, request)
    finally:
        engine.dispose()
    if removed is None:
        typer.echo(
            f"{both('terminal.asked')}: the collector carries it out as soon as it can write"
        )
    else:
        typer.echo(f"{both('terminal.removed')}: registrations {removed}")


def _by_the_collector(engine: Engine, spool: Spool | None, request: SpoolRequest) -> int | None:
    """Wait until the running collector has done it; return how many went."""
    never = Event()
    for _ in range(round(_ANSWER_WITHIN_S / _LOOK_EVERY_S)):
        if spool is None or request not in spool.waiting():
            with engine.connect() as connection:
                removed = select(func.coalesce(func.sum(PURGED.c.redacted), 0)).where(
                    PURGED.c.request == request.id
                )
                return int(connection.execute(removed).scalar_one())
        never.wait(_LOOK_EVERY_S)
    return None


def _ask(text: str, *, hidden: bool) -> str:
    """Ask on a terminal, or read one line of what is piped in."""
    if sys.stdin.isatty():
        answer: str = typer.prompt(text, hide_input=hidden)
        return answer.strip()
    return sys.stdin.readline().strip()


def _refuse(fault: str) -> Never:
    raise ConfigurationError([fault])
