"""`python -m bench.uplink [--events N] [--store URL]`: the drain, and live events meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.uplink.bare import bare_rate
from bench.uplink.door import Door, door
from bench.uplink.peers import broker, collector, witness

_LIVE_EVERY_S = 0.05
_ALONE = 100  # live events without a backlog
_MS = 1e6


@dataclass(frozen=True, slots=True)
class Result:
    """What one run measured."""

    bare_per_s: float
    drained_per_s: float
    paced_per_s: float
    alone_ms: list[float]
    meanwhile_ms: list[float]


async def measure(folder: Path, events: int, store: str) -> Result:
    """Drain a backlog into the real collector; compare with paho alone on the same broker."""
    with broker(folder) as port, collector(folder, port, store), witness(folder, port) as receipts:
        async with door(folder, port, 0) as gate:
            await gate.live()
            await gate.receipted()
            gate.committed_ns.clear()
            for _ in range(_ALONE):
                await asyncio.sleep(_LIVE_EVERY_S)
                await gate.live()
            await gate.receipted()
            alone = dict(gate.committed_ns)
            body = b"x" * 900
            bare = await asyncio.to_thread(bare_rate, port, body, min(events, 20_000))
        async with door(folder, port, events) as gate:
            began = gate.clock.now()
            await gate.receipted()
            drained_s = gate.clock.now().seconds_since(began)
        async with door(folder, port, events) as gate:
            meanwhile, paced_s = await _drain(gate)
        lines = receipts.read_text().splitlines()[1:]
        return Result(
            bare_per_s=bare,
            drained_per_s=events / drained_s,
            paced_per_s=events / paced_s,
            alone_ms=_latencies(alone, lines),
            meanwhile_ms=_latencies(meanwhile, lines),
        )


async def _drain(gate: Door) -> tuple[dict[int, int], float]:
    """Let live events happen until the backlog has its receipts."""
    began, backlog = gate.clock.now(), gate.journal.head.sequence
    while gate.uplink.status.receipted < backlog:
        await gate.live()
        await asyncio.sleep(_LIVE_EVERY_S)
    return dict(gate.committed_ns), gate.clock.now().seconds_since(began)


def _latencies(committed_ns: dict[int, int], lines: list[str]) -> list[float]:
    """Return for each live event the milliseconds until the first receipt that covers it."""
    waiting, latencies = dict(committed_ns), []
    for line in lines:
        at, upto, *beyond = line.split()
        ranges = [(0, int(upto)), *(tuple(map(int, part.split("-"))) for part in beyond)]
        there = [n for n in waiting if any(a <= n <= b for a, b in ranges)]
        latencies += [(int(at) - waiting.pop(n)) / _MS for n in there]
    return sorted(latencies)


def _part(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


def main(arguments: list[str]) -> int:
    """Run, print one table; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.uplink", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--store", help="the collector's store; SQLite in a folder by default")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        folder = Path(name)
        store = given.store or f"sqlite:///{folder / 'collector.sqlite'}"
        got = asyncio.run(measure(folder, given.events, store))
    print(f"backlog of {given.events}: {got.drained_per_s:,.0f} events/s to the receipt")
    ratio = got.drained_per_s / got.bare_per_s
    print(f"bare paho, window 20, no store: {got.bare_per_s:,.0f} messages/s; ratio {ratio:.2f}")
    print(f"with {1 / _LIVE_EVERY_S:.0f} live events/s: {got.paced_per_s:,.0f} events/s of it")
    for percent in (50, 95):
        alone, meanwhile = _part(got.alone_ms, percent), _part(got.meanwhile_ms, percent)
        print(
            f"live event, recorded → receipt, p{percent}: alone {alone:.1f} ms, "
            f"while draining {meanwhile:.1f} ms, ratio {meanwhile / alone:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
