"""`python -m bench.collector rate|gates|pages`: what the centre carries, with verdicts."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.collector.centre import Cluster, broker, centre
from bench.collector.doors import together
from bench.collector.gates import Carried, carried
from bench.collector.pages import Timed, is_reported, measure_pages
from bench.collector.past import write_past
from bench.collector.rate import BARE, COPY, OURS, Run, compare
from bench.uplink.peers import wait_for
from gate_agent.host.clock import SystemClock
from gate_collector.store.opening import open_store
from gate_collector.store.schema import STREAM

LEAST_SHARE = 0.40  # events/s a core of the bare batched upsert, with verification and receipts
_REPORTED_WITHIN_S = 600
MOST_PAGE_MS, MOST_REPORT_MS = 300.0, 2000.0
_WAYS = {
    COPY: "bare COPY",
    BARE: "bare batched upsert",
    OURS: "the collector",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; return 0 if every budget is kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.collector", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    rate = what.add_parser("rate", help="events/s into PostgreSQL and SQLite, beside bare ways")
    rate.add_argument("--events", type=int, default=50_000)
    rate.add_argument("--rounds", type=int, default=3)
    gates = what.add_parser("gates", help="memory and receipts, through a real broker")
    gates.add_argument("--events", type=int, default=20_000)
    gates.add_argument("--gates", type=int, nargs="+", default=[2, 200, 10_000])
    gates.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    pages = what.add_parser("pages", help="every page over a store with a long past")
    pages.add_argument("--doors", type=int, default=200)
    pages.add_argument("--days", type=int, default=104)
    pages.add_argument("--passages", type=int, default=300, help="of a door and day")
    pages.add_argument("--store", help="a store that was filled before; a new one is made if none")
    asked = parser.parse_args(arguments)
    console = Console()
    with Cluster(synced=True) as cluster, tempfile.TemporaryDirectory(prefix="bench-") as name:
        match asked.what:
            case "rate":
                return report_rate(console, cluster, Path(name), asked.events, asked.rounds)
            case "gates":
                return report_gates(console, cluster, asked.events, asked.gates, asked.workers)
            case _:
                return report_pages(console, cluster, Path(name), asked)


def report_rate(console: Console, cluster: Cluster, folder: Path, events: int, rounds: int) -> int:
    """Compare the ways into both stores."""
    said, kept = together(events, 2), True
    files = (f"sqlite:///{folder / f'store-{number}.sqlite'}" for number in range(1000))
    for store, new in (("PostgreSQL", cluster.database), ("SQLite", lambda: next(files))):
        ways = compare(new, said, rounds)
        rates = {way: statistics.median(run.rate(events) for run in ways[way]) for way in ways}
        by_core = {
            way: statistics.median(run.rate(events) / run.busy for run in ways[way]) for way in ways
        }
        table = Table(box=None, title=f"{events:,} events of two doors into {store}, one worker")
        for column in ("", "events/s", "of bare", "a core", "of bare", "µs own", "cores"):
            table.add_column(column, justify="left" if not column else "right")
        for way, title in _WAYS.items():
            if way in ways:
                shares = [*_shared(rates, way), *_shared(by_core, way)]
                table.add_row(title, *shares, *_costs(ways[way], events))
        console.print(table)
        share = by_core[OURS] / by_core[BARE]
        if store == "PostgreSQL":
            kept = share >= LEAST_SHARE
            verdict = "kept" if kept else "MISSED"
            console.print(
                f"a core, of the bare upsert: {share:.0%}, budget {LEAST_SHARE:.0%}: {verdict}\n"
            )
    return 0 if kept else 1


def _shared(rates: dict[str, float], way: str) -> tuple[str, str]:
    return f"{rates[way]:,.0f}", f"{rates[way] / rates[BARE]:.0%}"


def _costs(runs: list[Run], events: int) -> tuple[str, str]:
    own_us = statistics.median(run.own_cpu_s for run in runs) / events * 1e6
    return f"{own_us:.1f}", f"{statistics.median(run.busy for run in runs):.2f}"


def report_gates(
    console: Console, cluster: Cluster, events: int, gates: list[int], workers: list[int]
) -> int:
    """Let few and many gates say as much; nothing here has a budget."""
    table = Table(box=None, title=f"{events:,} events through mosquitto into PostgreSQL")
    for column in (
        "gates",
        "workers",
        "events/s",
        "µs an event",
        "receipts",
        "MB idle",
        "MB after",
    ):
        table.add_column(column, justify="right")
    runs: list[Carried] = []
    for number in workers:
        for count in gates:
            run = carried(cluster.database(), gates=count, events=events, workers=number)
            runs.append(run)
            table.add_row(
                f"{count:,}", f"{number}", f"{run.rate:,.0f}", f"{run.cpu_us:.0f}",
                f"{run.receipts:,}", f"{run.idle_mb:.0f}", f"{run.pss_mb:.0f}",
            )  # fmt: skip
    console.print(table)
    few, many = runs[0], runs[len(gates) - 1]
    if many.receipts > few.receipts:
        more = (many.cpu_us - few.cpu_us) * events / (many.receipts - few.receipts)
        console.print(f"a receipt more: {more:.0f} µs of the collector")
        kb = (many.pss_mb - few.pss_mb) * 1024 / (many.gates - few.gates)
        console.print(f"a gate more: {kb:.1f} kB of the collector")
    return 0


def report_pages(
    console: Console, cluster: Cluster, folder: Path, asked: argparse.Namespace
) -> int:
    """Fill a store, ask for every page."""
    now, store = SystemClock().now().utc, asked.store or cluster.database()
    engine = open_store(store)
    if asked.store is None:
        write_past(engine, doors=asked.doors, days=asked.days, now=now, passages=asked.passages)
    with engine.connect() as connection:
        total = func.sum(STREAM.c.events), func.count(STREAM.c.gate.distinct())
        events, doors = connection.execute(select(*total)).one()
    engine.dispose()
    with broker(folder) as port, centre(folder, port, store) as running:
        wait_for(lambda: is_reported(running.url, now), "yesterday's report", _REPORTED_WITHIN_S)
        pages = measure_pages(running.url, now)
    return show_pages(console, pages, f"{events:,} events of {doors} doors")


def show_pages(console: Console, pages: list[Timed], title: str) -> int:
    """Print times and verdicts; return the exit code."""
    table = Table(box=None, title=title)
    for column in ("page", "first, ms", "then, ms", "budget, ms", "verdict"):
        table.add_column(column, justify="left" if column in ("page", "verdict") else "right")
    kept = True
    for page in pages:
        most = MOST_REPORT_MS if page.is_report else MOST_PAGE_MS
        holds = page.median_ms <= most
        kept = kept and holds
        verdict = "kept" if holds else "MISSED"
        table.add_row(
            page.what, f"{page.first_ms:.0f}", f"{page.median_ms:.0f}", f"{most:.0f}", verdict
        )
    console.print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
