"""The demo's end: every event of both journals is at the collector, and both chains verify."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from rich.console import Console
from rich.table import Table

from gate_agent.demo.processes import Processes, program, ran
from gate_agent.demo.robot import ask
from gate_agent.demo.site import DemoGate, DemoSite
from gate_agent.errors import StorageError
from gate_agent.store.journal import Head
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify
from gate_agent.words import both

_RECEIPT_WITHIN_S = 15
_LOOK_EVERY_S = 0.2


async def prove(site: DemoSite, processes: Processes, console: Console) -> int:
    """Stop the gates, wait for the last receipt, compare; return the demo's exit code."""
    await _sent(site)
    await processes.stop(*(gate.id for gate in site.gates))
    heads: dict[str, Head] = {}
    faults: list[str] = []
    for gate in site.gates:
        try:
            heads[gate.id] = await asyncio.to_thread(verify, gate.journal, lambda _done, _all: None)
        except StorageError as exc:
            faults.append(f"{gate.id}: {exc}")
    centre = await _settled(site, heads)
    kept = await ran(program("gate-collector"), "verify", "--config", str(site.collector_config))
    table = Table(box=None, pad_edge=False)
    for column in ("door", "passages", "holds", "events", "at collector", "unreceipted"):
        table.add_column(column, justify="left" if column == "door" else "right")
    for gate in site.gates:
        head, there = heads.get(gate.id), centre.get(gate.id, {})
        if head is None:
            continue
        if not _holds_all(head, there):
            faults.append(
                f"{gate.id}: expected {head.sequence} events at the collector, "
                f"link {head.link.hex()[:12]}, got {there.get('upto', 0)}"
            )
        elif _proof(gate, head) not in kept:
            faults.append(
                f"{gate.id}: expected the same chain in the collector's store, got {kept}"
            )
        passages, holds = _counts(gate)
        table.add_row(
            f"{gate.name} {gate.id}",
            str(passages),
            str(holds),
            str(head.sequence),
            str(there.get("events", 0)),
            str(head.sequence - there.get("upto", 0)),
        )
    console.print(table)
    _tell_lateness(site, console)
    for fault in faults:
        console.print(f"{both('terminal.demo_fault')}: {fault}", soft_wrap=True)
    if not faults:
        console.print(both("terminal.demo_proved"))
    return 1 if faults else 0


def _proof(gate: DemoGate, head: Head) -> str:
    """Return what `gate-collector verify` says of a gate whose every event it holds."""
    last, link = head.sequence, head.link.hex()
    return f"{gate.id} epoch {head.epoch} events {last} last {last} link {link}"


def _tell_lateness(site: DemoSite, console: Console) -> None:
    late = ask(site.collector_port, "/api/v1/overview").get("lateness", {})
    p50, p95 = late.get("p50_ms"), late.get("p95_ms")
    if p50 is not None and p95 is not None:
        text = both("terminal.demo_lateness")
        console.print(f"{text} (recorded → stored): p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    else:
        console.print(f"{both('terminal.demo_lateness')}: {both('terminal.demo_unsynced')}")


async def _sent(site: DemoSite) -> None:
    """Wait until the gates have receipts for what they told, or time is up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_RECEIPT_WITHIN_S):
            while True:
                pending = [await asyncio.to_thread(_pending, gate.web_port) for gate in site.gates]
                if not any(pending):
                    return
                await asyncio.sleep(_LOOK_EVERY_S)


def _pending(port: int) -> bool:
    state = ask(port, "/api/v1/state")
    return not state or state["uplink"]["pending"] > 0


async def _settled(site: DemoSite, heads: dict[str, Head]) -> dict[str, dict[str, Any]]:
    """Return what the collector holds of each gate, once it is all or time is up."""
    centre: dict[str, dict[str, Any]] = {}
    try:
        async with asyncio.timeout(_RECEIPT_WITHIN_S):
            while True:
                port = site.collector_port
                overview = await asyncio.to_thread(ask, port, "/api/v1/overview")
                centre = {gate["gate"]: gate for gate in overview.get("gates", ())}
                if all(_holds_all(head, centre.get(name, {})) for name, head in heads.items()):
                    return centre
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        return centre


def _holds_all(head: Head, there: dict[str, Any]) -> bool:
    got = there.get("epoch"), there.get("upto"), there.get("link")
    return got == (head.epoch, head.sequence, head.link.hex())


def _counts(gate: DemoGate) -> tuple[int, int]:
    with JournalReader(gate.journal) as reader:
        figures = reader.daily(0)
    return sum(line.count for line in figures.passages), figures.holds_opened
