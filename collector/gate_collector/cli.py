"""The command `gate-collector`: run, check, verify, export."""

from __future__ import annotations

import re
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine

from gate_agent.config.keyfile import load_key
from gate_agent.config.load import load_policy_file
from gate_agent.contract.moment import format_utc
from gate_agent.errors import ConfigurationError, GateError, StorageError
from gate_agent.host import tls
from gate_agent.host.clock import SystemClock
from gate_agent.host.log_lines import log_to_journal_or_terminal
from gate_agent.version import program_version
from gate_agent.words import both
from gate_collector.bureau.config import is_bureau, load_bureau
from gate_collector.bureau.validation import sound_bureau
from gate_collector.config import CollectorConfig, load_collector
from gate_collector.ingest.broker import WORKER, client_id
from gate_collector.ledger.verify import BrokenStream, gates, named_gates
from gate_collector.ledger.verify import export as export_gate
from gate_collector.ledger.verify import verify as verify_gate
from gate_collector.retention import commands as people
from gate_collector.store.doors import retire as retire_door
from gate_collector.store.migrations import StoreBehind
from gate_collector.store.opening import migrate_store, open_store
from gate_collector.store.planted import planted
from gate_collector.store.schema import HEAD
from gate_collector.validation import sound_collector

app = typer.Typer(
    name="gate-collector",
    help="Collects the events of every door of a hall 中心平台.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The collector's configuration (TOML).")
]


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(program_version())
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
]


def _worker_name(name: str) -> str:
    if not re.fullmatch(WORKER, name):
        raise typer.BadParameter(f"expected a-z, 0-9 and -, got {name!r}")
    return name


app.add_typer(people.app, name="people")


@app.callback()
def options(*, version: Version = False) -> None:
    """Collects the events of every door of a hall 中心平台."""


@app.command()
def run(config: ConfigFile) -> None:
    """Take events, commit, then receipt; serve the overview. 运行."""
    from gate_collector.app import run_collector  # noqa: PLC0415 the others start without it

    log_to_journal_or_terminal()
    run_collector(config)


@app.command()
def work(
    config: ConfigFile,
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            callback=_worker_name,
            help="Unlike every other worker's; with certificates its own lies beside ours.",
        ),
    ] = socket.gethostname().partition(".")[0].lower(),
    *,
    of_collector: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Share the events with further workers, over PostgreSQL; `run` has the pages. 接收进程."""
    from gate_collector.ingest.worker import run_worker  # noqa: PLC0415 the others start without it

    log_to_journal_or_terminal(f"worker {name}: ")
    run_worker(config, name, of_collector=of_collector)


@app.command()
def check(config: ConfigFile) -> None:
    """Name every configuration fault at once (exit 2), then open the store. 检查."""
    if not is_bureau(config):
        _check_hall(config, sound_collector(config))
        return
    bureau = sound_bureau(config)
    for one in bureau.sites:
        _check_hall(one.path, one.config)
    _check_store(config, bureau.config.store.url)
    sites = ", ".join(one.site for one in bureau.sites)
    typer.echo(f"{config}: {both('terminal.sound')}: bureau of {sites}")


def _check_hall(config: Path, loaded: CollectorConfig) -> None:
    _check_store(config, loaded.store.url)
    ways = {"": loaded.mqtt} | {name: loaded.mqtt_of(name) for name in loaded.workers}
    for name, section in ways.items():
        known_as = client_id(loaded.collector.site, name)
        for warning in tls.warnings(section, known_as, SystemClock().now().utc):
            typer.echo(
                f"{both('terminal.warning')}: mqtt.{warning}" + (f" ({name})" if name else "")
            )
    for warning in load_policy_file(loaded.policy.file).warnings:
        typer.echo(f"{both('terminal.warning')}: policy.file: {warning}")
    for warning in loaded.link_warnings:
        typer.echo(f"{both('terminal.warning')}: {warning}")
    typer.echo(f"{config}: {both('terminal.sound')}: site {loaded.collector.site}")


def _check_store(config: Path, url: str) -> None:
    try:
        open_store(url, config_file=config).dispose()
    except StoreBehind as exc:  # the next start brings it up
        typer.echo(f"{both('terminal.warning')}: {exc}")


@app.command()
def support_bundle(
    config: ConfigFile,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The bundle, a ZIP; mode 0600.")
    ] = Path("gate-collector-support.zip"),
) -> None:
    """Write versions, settings, figures and the log by type: no name, number or key. 支持包."""
    from gate_collector.support import write_support  # noqa: PLC0415 the others start without it

    write_support(config, out)
    typer.echo(f"{both('terminal.bundle')}: {out}")


@app.command()
def migrate(config: ConfigFile) -> None:
    """Bring the store of an earlier version up to this one, as `run` does when it starts. 升级."""
    from gate_collector.ledger.renewed import renew_views  # noqa: PLC0415 as above

    if is_bureau(config):
        own = sound_bureau(config).config
        url, zone = own.store.url, ZoneInfo(own.bureau.timezone)
    else:
        loaded = sound_collector(config)
        url, zone = loaded.store.url, ZoneInfo(loaded.collector.timezone)
    migrate_store(url, typer.echo, config_file=config)
    engine = open_store(url, config_file=config)
    try:
        renew_views(engine, zone, typer.echo)
    finally:
        engine.dispose()
    typer.echo(f"store: revision {HEAD}, {both('terminal.this_version')}")


@app.command()
def verify(
    config: ConfigFile,
    gate: Annotated[str | None, typer.Option(help="One door; every door by default.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="EXPORT", help="What `gate-agent journal export` wrote at a door."),
    ] = None,
    anchors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A door's export, or anchors from paper, one a line."),
    ] = None,
) -> None:
    """Verify all that was received, door after door; exit 1 with a list of every fault. 核验."""
    from gate_collector.ledger import against as other  # noqa: PLC0415 `run` needs none of it
    from gate_collector.ledger import anchors as past  # noqa: PLC0415 as above
    from gate_collector.ledger.proof import faults_of, faults_of_hall  # noqa: PLC0415 as above

    loaded = load_collector(config)
    hall, engine = loaded.collector, _store(config)
    faults: list[str] = []
    try:
        heard = named_gates(engine)
        if gate is None and not heard:
            typer.echo(both("terminal.no_gate_heard"))
        for name in heard if gate is None else [known(gate, heard)]:
            try:
                for line in verify_gate(engine, name):
                    typer.echo(f"{name} {line}")
            except BrokenStream as exc:
                faults += exc.faults
            zone = ZoneInfo(hall.timezone)
            broken = faults_of(engine, name, site=hall.site, zone=zone)
            faults += [f"{name} {fault}" for fault in broken]
        if gate is None:
            faults += faults_of_hall(engine)
        with engine.connect() as connection:
            faults += [f"expected this version's schema, got {one}" for one in planted(connection)]
        if against is not None:
            with against.open("rb") as lines:
                faults += other.faults_against(engine, lines, site=hall.site)
        if anchors is not None:
            with anchors.open("rb") as lines:
                told_of = past.read_anchors(lines)
            key_file = loaded.signatures.key_file
            key = None if key_file is None else load_key(key_file)
            faults += past.faults_of_paper(told_of, site=hall.site, key=key)
            with engine.connect() as connection:
                faults += past.faults_at(connection, [anchor for anchor, _ in told_of])
    finally:
        engine.dispose()
    if faults:
        expected = f"expected a sound store, got {len(faults)} faults:"
        raise BrokenStream("\n  ".join([expected, *faults]))


@app.command()
def retire(
    config: ConfigFile,
    gate: Annotated[str, typer.Option(metavar="ID", help="The door, such as west-1f.")],
) -> None:
    """Take a door out of use, its events stay; one that speaks again is back. 停用出入口."""
    engine, now = _store(config), SystemClock().now().utc
    try:
        with engine.begin() as connection:
            silent_since = format_utc(now - timedelta(minutes=2))
            retire_door(connection, gate, at=format_utc(now), silent_since=silent_since)
    finally:
        engine.dispose()
    typer.echo(f"{gate}: {both('terminal.retired')}")


@app.command()
def export(
    config: ConfigFile,
    gate: Annotated[str, typer.Option(metavar="ID", help="The door, such as west-1f.")],
) -> None:
    """Write one gate's bodies as NDJSON to standard output. 导出."""
    engine = _store(config)
    try:
        export_gate(engine, known(gate, gates(engine)), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    finally:
        engine.dispose()


@app.command()
def backup(
    config: ConfigFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file; an old one stays.")],
) -> None:
    """Write the whole store to one file, the collector running or not. 备份."""
    from gate_collector.ledger import backup as store  # noqa: PLC0415 the others start without it

    engine = _store(config)
    try:
        typer.echo(f"{out}: {store.backup(engine, out)} rows")
    finally:
        engine.dispose()


@app.command()
def restore(
    config: ConfigFile,
    file: Annotated[Path, typer.Option("--from", metavar="FILE", help="What backup wrote.")],
) -> None:
    """Fill an empty store from a backup; stop the collector first. 恢复."""
    from gate_collector.ledger import backup as store  # noqa: PLC0415 as above

    engine = _store(config)
    try:
        typer.echo(f"{file}: {store.restore(engine, file)} rows")
    finally:
        engine.dispose()


@app.command()
def months(
    config: ConfigFile,
    compact: Annotated[
        str | None,
        typer.Option(metavar="MONTH", help="Write this one anew, without what was redacted."),
    ] = None,
) -> None:
    """List the tables that PostgreSQL holds events in, by month. 按月分区."""
    from gate_collector.store import months as store  # noqa: PLC0415 as above

    engine = _store(config)
    try:
        if engine.dialect.name != "postgresql":
            raise StorageError("expected PostgreSQL, got one SQLite file, which has no months")
        if compact is not None:
            store.compact(engine, compact, SystemClock().now().utc)
        with engine.connect() as connection:
            for month in store.held(connection):
                typer.echo(f"{month.name} about {max(0, month.events)} events {month.bytes} bytes")
    finally:
        engine.dispose()


def _store(config: Path) -> Engine:
    loaded = load_bureau(config) if is_bureau(config) else load_collector(config)
    return open_store(loaded.store.url, config_file=config)


def known(gate: str, heard: list[str]) -> str:
    """Return `gate` if it was ever heard; a typing error must not look like an empty door."""
    if gate not in heard:
        names = ", ".join(heard) or "none yet"
        raise UnknownGate(f"expected a gate that was heard ({names}), got {gate!r}")
    return gate


class UnknownGate(GateError):  # noqa: N818 named after what is so
    """No event of this gate is here."""


def main() -> None:
    """Run the command line; what we raise on purpose is one clear line each."""
    try:
        app()
    except ConfigurationError as exc:
        for fault in exc.faults:
            print(f"gate-collector: {fault}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except GateError as exc:
        print(f"gate-collector: {exc}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
