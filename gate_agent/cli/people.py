"""`gate-agent people erase|wipe`: a person's data, or everybody's, removed from this door.

The request lies beside the journal. A running daemon carries it out within seconds; without one it
is done here. What waits for the centre's receipt goes when that came, also after a restart.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Never
from zoneinfo import ZoneInfo

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.config.model import GateConfig
from gate_agent.contract.identity import typed_ref
from gate_agent.contract.messages import parse_body
from gate_agent.contract.records import DataPurged
from gate_agent.errors import ConfigurationError
from gate_agent.gate.retention import GateRetention
from gate_agent.gate.sealing import FILE
from gate_agent.host.clock import SystemClock
from gate_agent.host.spool import Spool, SpoolRequest
from gate_agent.store.errors import JournalInUse
from gate_agent.store.journal import Journal
from gate_agent.store.keys import resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.validation import sound_config
from gate_agent.vision.pictures import Pictures
from gate_agent.words import both

app = typer.Typer(help="Remove personal data 清除个人信息.", no_args_is_help=True)
_ANSWER_WITHIN_S = 15.0
_LOOK_EVERY_S = 0.2


@app.command()
def erase(config: ConfigFile) -> None:
    """Forget one person; the card's number is asked for, and is no argument. 删除本人信息."""
    gate = sound_config(config)
    number = _ask(f"{both('terminal.card_number')}: ", hidden=True)
    if not number:
        _refuse("expected a card number on standard input, got nothing")
    keys = resolve_keys(gate.keys, gate.journal.path.parent)
    _carry_out(gate, typed_ref(number, keys.site))


@app.command()
def wipe(config: ConfigFile) -> None:
    """Forget everybody at this door, at the epidemic's end; its id is asked for. 疫情结束清除."""
    gate = sound_config(config)
    typed = _ask(f"type {gate.gate.id} {both('terminal.forget_here')}: ", hidden=False)
    if typed != gate.gate.id:
        _refuse(f"expected {gate.gate.id} to be typed, got another text: nothing was removed")
    _carry_out(gate, None)


def _carry_out(gate: GateConfig, ref: str | None) -> None:
    path = gate.journal.path
    if not path.is_file():
        _refuse(f"expected a journal at {path}, got none")
    _remove_pictures(gate, ref)
    request = Spool(path).put(ref)
    outcome = _here(gate, request) or _by_the_daemon(path, request)
    if outcome is None:
        typer.echo(f"{both('terminal.asked')}: the daemon carries it out as soon as it can write")
        return
    typer.echo(
        f"{both('terminal.removed')}: people {outcome.people}, registrations {outcome.redacted}"
    )
    if outcome.waiting:
        typer.echo(
            f"{both('terminal.waiting')}: {outcome.waiting} registrations go when the centre has "
            "them; nothing more to do here"
        )


def _remove_pictures(gate: GateConfig, ref: str | None) -> None:
    """Remove the pictures of a person's holds, or of all, and what was written freely: files."""
    path = gate.journal.path
    path.with_name(FILE).unlink(missing_ok=True)  # what was written freely may be of anybody
    pictures = Pictures(path.parent / "pictures", resolve_keys(gate.keys, path.parent).store)
    if ref is None:
        pictures.clear()
        return
    with JournalReader(path) as reader:
        pictures.remove(reader.today.holds_of(ref))


def _here(gate: GateConfig, request: SpoolRequest) -> DataPurged | None:
    """Do it in this process; None where a daemon holds the journal."""
    path, clock, zone = gate.journal.path, SystemClock(), ZoneInfo(gate.gate.timezone)
    key = resolve_keys(gate.keys, path.parent).store
    try:
        journal = Journal.open(
            path, site=gate.gate.site, gate=gate.gate.id, clock=clock, zone=zone, key=key
        )
    except JournalInUse:
        return None
    with journal, JournalReader(path) as reader:
        retention = GateRetention(
            journal=journal, reader=reader, clock=clock, zone=zone, days=lambda: sys.maxsize
        )
        return asyncio.run(retention.carry_out(request))


def _by_the_daemon(path: Path, request: SpoolRequest) -> DataPurged | None:
    """Wait until the daemon has recorded that it did it."""
    with JournalReader(path) as reader:
        return asyncio.run(_answer(path, reader, request))


async def _answer(path: Path, reader: JournalReader, request: SpoolRequest) -> DataPurged | None:
    last = max(0, reader.head().sequence - 256)
    whole: DataPurged | None = None
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            while True:
                asked = request in Spool(path).waiting()  # before the look: else one is missed
                for event in reader.after(last, 256):
                    last = event.sequence
                    record = None if event.body is None else parse_body(event.body).record()
                    if isinstance(record, DataPurged) and record.request == request.id:
                        whole = record if whole is None else whole.with_more(record)
                if whole is not None and (whole.waiting or not asked):
                    return whole
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        return whole


def _ask(text: str, *, hidden: bool) -> str:
    """Ask on a terminal, or read one line of what is piped in."""
    if sys.stdin.isatty():
        answer: str = typer.prompt(text.rstrip(": "), hide_input=hidden)
        return answer.strip()
    return sys.stdin.readline().strip()


def _refuse(fault: str) -> Never:
    raise ConfigurationError([fault])
