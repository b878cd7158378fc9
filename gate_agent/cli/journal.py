"""`gate-agent journal tail|verify|export|rebuild`: reads the journal, beside a running gate.

`migrate` alone writes, and only while no gate runs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from gate_agent.cli.options import ConfigFile, naming_the_update
from gate_agent.config.keyfile import load_key
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.contract.messages import parse_body
from gate_agent.errors import StorageError
from gate_agent.store.errors import NotAJournal
from gate_agent.store.opening import open_for_writing, take_lock
from gate_agent.store.reader import Event, JournalReader
from gate_agent.store.schema import VERSION
from gate_agent.store.verify import export as export_bodies
from gate_agent.store.verify import rebuild as rebuild_views
from gate_agent.store.verify import verify as verify_chain
from gate_agent.words import both

app = typer.Typer(help="Read the audit journal 审计日志.", no_args_is_help=True)
_LOOK_EVERY_S = 0.5
_FREE_WITHIN_S = 5.0


@app.command()
def tail(
    config: ConfigFile,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="Begin so far back.")] = 10,
    *,
    follow: Annotated[bool, typer.Option(help="Go on as events are committed.")] = True,
) -> None:
    """Show events as they are committed. 跟踪."""
    with naming_the_update(config), JournalReader(_journal(config).journal.path) as reader:
        last = max(0, reader.head().sequence - lines)
        while True:
            for event in reader.after(last, 256):
                typer.echo(_line(event))
                last = event.sequence
            if reader.head().sequence > last:
                continue
            if not follow:
                return
            try:
                time.sleep(_LOOK_EVERY_S)  # noqa: TID251 another process writes: nothing to wait on
            except KeyboardInterrupt:
                return


@app.command()
def verify(config: ConfigFile) -> None:
    """Read the whole chain, and the views; exit 1 and name what is not as it was written. 核验."""
    gate = _journal(config)
    with naming_the_update(config), _progress(both("terminal.verify")) as progress:
        whose = gate.gate.site, gate.gate.id
        head = verify_chain(gate.journal.path, progress, whose=whose)
    _compare_views(config, gate, key=None)
    link, events = head.link.hex(), head.sequence
    typer.echo(f"epoch {head.epoch} events {events} last {head.sequence} link {link}")


@app.command()
def export(config: ConfigFile) -> None:
    """Write NDJSON to standard output: the exact bytes of each body, in order. 导出."""
    with naming_the_update(config):
        export_bodies(_journal(config).journal.path, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@app.command()
def rebuild(config: ConfigFile) -> None:
    """Replay the bodies and compare every view with the tables; exit 1 if they differ. 重建."""
    gate = _journal(config)
    key_file = gate.keys.store_key_file or gate.journal.path.parent / "store.key"
    _compare_views(config, gate, key=load_key(key_file))
    typer.echo(both("terminal.views_equal"))


@app.command()
def migrate(config: ConfigFile) -> None:
    """Bring an older journal up to this version, as the daemon does when it starts. 升级."""
    gate = _journal(config)
    path = gate.journal.path
    if not path.is_file():
        raise NotAJournal(f"{path}: expected a journal, got: no such file")
    lock = take_lock(path)
    try:
        with _progress(both("terminal.migrate")) as progress:
            connection, _ = open_for_writing(
                path,
                site=gate.gate.site,
                gate=gate.gate.id,
                zone=gate.gate.timezone,
                busy_wait_s=_FREE_WITHIN_S,
                progress=lambda _what, done, total: progress(done, total or done),
            )
            connection.close()
    finally:
        os.close(lock)
    typer.echo(f"{path}: schema {VERSION}, {both('terminal.this_version')}")


def _compare_views(config: ConfigFile, gate: GateConfig, *, key: bytes | None) -> None:
    """Say where views differ from a replay, and raise StorageError; people need their key."""
    with naming_the_update(config), _progress(both("terminal.rebuild")) as progress:
        result = rebuild_views(gate.journal.path, key, progress)
    for difference in result.differences:
        typer.echo(difference)
    if not result.equal:
        raise StorageError("expected views equal to the replay, got the differences above")


def _journal(config: ConfigFile) -> GateConfig:
    return load_config(config, GateConfig)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on standard error, where somebody watches."""
    from rich.console import Console  # noqa: PLC0415 the daemon needs none of it
    from rich.progress import Progress  # noqa: PLC0415 as above

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _line(event: Event) -> str:
    if event.body is None:
        return f"{event.sequence:>8} {event.time} {both('terminal.redacted')}"
    envelope = parse_body(event.body)
    local = datetime.fromisoformat(envelope.time).astimezone(UTC)
    data = envelope.data
    what = data.get("decision") or data.get("step") or data.get("state") or ""
    return (
        f"{event.sequence:>8} {local:%Y-%m-%d %H:%M:%S}Z {envelope.severity:<7} "
        f"{envelope.type.removeprefix('gate.'):<24} {envelope.subject or '':<20} {what}"
    )
